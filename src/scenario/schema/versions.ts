import { only } from '../../contracts/fields/pick.js';
import { entry, type Explicit } from '../../contracts/fields/entry.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { rolloutSchema } from '../../contracts/scenario/rollouts.js';
import {
  freeText,
  inheriting,
  named,
  nameText,
  textMap,
  withShort,
} from '../../contracts/fields/common.js';
import { type HostShape, type ProcessOutput } from './host.js';
import { PROCESS_FIELDS, replicas } from '../../contracts/scenario/host.js';
import type { StepOutput } from './steps.js';

/** A validated version: the fields in which it differs. */
export interface VersionOutput extends ProcessOutput, Explicit<ReturnType<typeof ownFields>> {}

/** Fields of a component that can have versions. */
export interface VersionedOutput extends Explicit<ReturnType<typeof versionFields>> {}

/** The fields of versions and rollouts. `steps`: of the endpoints of a service; null = a gateway, which has none. */
export function versionFields(host: HostShape, steps: z.ZodType<StepOutput[]> | null) {
  return {
    replicas: field.of(
      z.union([replicas, named(replicas)]),
      absent('1, with `autoscaling` to its `min`'),
      'Instances; with `autoscaling` those at the start; by version where several run side by side, as `{ v1: ' +
        '9, v2: 1 }`.',
      'count',
    ),
    versions: named(versionSchema(host, steps))
      .optional()
      .describe(
        `Versions of the ${steps === null ? 'gateway' : 'service'}, each with the fields that differ.`,
      ),
    version: field.of(nameText(), absent('the first by name'), 'Version that runs at the start.'),
    rollout: rolloutSchema.optional(),
  };
}

/** Fields of a version beside those of its process. */
function ownFields(host: HostShape, steps: z.ZodType<StepOutput[]> | null) {
  return {
    title: freeText().optional().describe('Shown instead of the name where there is room.'),
    description: freeText().optional().describe('Text for readers.'),
    ...((steps === null ? {} : { endpoints: endpointsSchema(steps) }) as {
      readonly endpoints: ReturnType<typeof endpointsSchema>;
    }),
    labels: textMap()
      .optional()
      .describe('Labels of its instances beside those of the component, for `failoverPriority`.'),
    outbound: host.outbound,
    middleware: host.middleware,
  };
}

/** Schema of a version: the fields in which it differs. */
function versionSchema(
  host: HostShape,
  steps: z.ZodType<StepOutput[]> | null,
): z.ZodType<VersionOutput> {
  const version = entry(
    { ...ownFields(host, steps), ...only(host, PROCESS_FIELDS) },
    'Settings of this version that override those of its component.',
  );
  return inheriting(version);
}

function endpointsSchema(steps: z.ZodType<StepOutput[]>) {
  const endpoint = withShort(
    inheriting(
      entry(
        {
          steps: field.of(steps, required, 'Run in order; the end answers 200.'),
          timeLimitNs: durationOrNone({ allowZero: false })
            .optional()
            .describe("The server's own limit on an execution. Unit: duration or `none`."),
        },
        'An endpoint of the service, as this version has it.',
      ),
    ),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  );
  return named(endpoint).optional().describe('Endpoints that are not as in the service.');
}
