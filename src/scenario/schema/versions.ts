import { z } from 'zod';
import { duration, durationOrNone, share, whole } from '../../spec/quantities/quantities.js';
import { NO_DATA, ROLLOUT_KINDS } from '../../spec/scenario/rollouts.js';
import { choice } from '../../spec/quantities/fields.js';
import type { Amount } from '../../spec/scenario/rollouts.js';
import type { BundleOutput } from './bundle.js';
import { freeText, inheriting, named, nameText, withShort } from '../../spec/fields/common.js';
import { PROCESS_FIELDS, replicas } from './host.js';
import type { HostOutput, HostShape, ProcessOutput } from './host.js';
import type { StepOutput } from './steps.js';
import { countOrPercent, PERCENT_FORM } from './amounts.js';

/** A validated version: the fields in which it differs. */
export interface VersionOutput extends ProcessOutput, Pick<HostOutput, 'middleware'> {
  readonly title?: string;
  readonly endpoints?: Readonly<
    Record<string, { readonly steps: readonly StepOutput[]; readonly timeLimit?: number | null }>
  >;
  readonly outbound?: Readonly<Record<string, BundleOutput>>;
}

/** A number of replicas, or a share of them. */
const amount = countOrPercent<Amount>(
  (value) => (value >= 0 ? { unit: 'pods', value } : null),
  (value) => (value <= 1000 ? { unit: 'percent', value } : null),
  'must be a number of replicas or a percentage such as 25%',
  [{ type: 'integer', minimum: 0, maximum: 100_000 }, PERCENT_FORM],
);

const step = z
  .strictObject({
    weight: share()
      .optional()
      .describe(
        'Share of the requests that the new version gets from here on, once it has the replicas for it. Unit: share.',
      ),
    pause: durationOrNone({ allowZero: false })
      .optional()
      .describe(
        'Nothing is changed for so long; `none`: to the end of the run. Unit: duration or `none`.',
      ),
    scale: share()
      .optional()
      .describe(
        'Share of the replicas that the new version has from here on, whatever its weight. Unit: share.',
      ),
  })
  .describe('One of weight, pause and scale.');

const analysis = z
  .strictObject({
    expect: z
      .array(z.string().min(1).max(500))
      .min(1)
      .describe(
        'Expectations on the requests of the last interval, as `canary.success >= 99%`, `canary.latency.p99 < ' +
          '200ms` or `canary.latency.p99 < 150% of stable.latency.p99`. Required.',
      ),
    from: share()
      .optional()
      .describe(
        'Of `canary`: weight from which on the versions are compared. Unit: share. Defaults to the first weight.',
      ),
    interval: duration({ min: 100_000_000 })
      .prefault('60s')
      .describe('Interval between analyses. Unit: duration, at least 100ms. Defaults to 60s.'),
    failureLimit: whole({ min: 0, max: 100_000 })
      .prefault(0)
      .describe(
        'Failed analyses that are tolerated; the next one triggers `onFailure`. Unit: count. Defaults to 0.',
      ),
    minSamples: whole({ min: 1, max: 1_000_000_000 })
      .prefault(100)
      .describe(
        'Minimum number of requests per version; an analysis of fewer is inconclusive. Unit: count. Defaults to ' +
          '100.',
      ),
    noData: choice(NO_DATA, 'fail').describe(
      'Result of an analysis if the new version got no request. `fail`: it has failed, as in Flagger, and in Argo ' +
        'Rollouts if the query fails; `pause`: the rollout stops, as it does in Argo Rollouts after an inconclusive ' +
        'analysis; `ignore`: the rollout goes on. Defaults to fail.',
    ),
  })
  .describe('Analysis of the new version from its first request on. Defaults to none.');

/** `rollout` of a service: how a new version replaces the initial one. */
export const rolloutSchema = z
  .strictObject({
    to: nameText().describe('The version that takes over. Required.'),
    at: duration()
      .prefault('0s')
      .describe('When it begins, from the end of the warm-up. Unit: duration. Defaults to 0s.'),
    kind: z
      .enum(ROLLOUT_KINDS)
      .describe(
        '`rolling`: as a Deployment of Kubernetes does it, some at a time; `recreate`: all end, then the new ones start; ' +
          '`blueGreen`: a second set, and a switch at one instant; `canary`: more and more requests, step by step. Required.',
      ),
    maxSurge: amount
      .optional()
      .describe(
        'Replicas above the desired number during the rollout; a share is rounded up. For `rolling`, and `canary` ' +
          'with `routing: replicas`. Unit: count or percentage. Defaults to 25%.',
      ),
    maxUnavailable: amount
      .optional()
      .describe(
        'Ready replicas that may be missing during the rollout; a share is rounded down, and is 1 if both come to ' +
          '0. For `rolling`, and `canary` with `routing: replicas`. Unit: count or percentage. Defaults to 25%.',
      ),
    minReady: duration()
      .optional()
      .describe(
        'A replica counts once it has been ready for so long. Unit: duration. Defaults to 0s.',
      ),
    preview: whole({ min: 1, max: 100_000 })
      .optional()
      .describe(
        'Of `blueGreen`: replicas of the new version until it is to take over. Unit: count. Defaults to all.',
      ),
    autoPromotion: z
      .boolean()
      .optional()
      .describe(
        'With `blueGreen`: whether the new version takes over as soon as it is ready. With false it never takes ' +
          'over: its preview replicas run without traffic until the end of the run. Unit: boolean. Defaults to ' +
          'true.',
      ),
    scaleDownDelay: duration()
      .optional()
      .describe(
        'Of `blueGreen`, and of `canary` with `routing: weighted`: how long the replicas of the version that gets no requests any ' +
          'more are kept. Unit: duration. Defaults to 30s.',
      ),
    steps: z
      .array(step)
      .min(1)
      .optional()
      .describe(
        'Of `canary`: what is done, in order; at the end it gets everything. Required for canary.',
      ),
    analysis: analysis.optional(),
    onFailure: z
      .enum(['rollback', 'pause', 'continue'])
      .optional()
      .describe(
        'Reaction to a failed analysis: the old version gets all traffic again (rollback), the rollout stops ' +
          'where it is (pause), or it is only counted. Defaults to rollback.',
      ),
    sticky: nameText()
      .optional()
      .describe(
        'Of `canary`: a key of `keys`, or `client`: all requests of one value go to the same version. Defaults to none.',
      ),
    routing: z
      .enum(['weighted', 'replicas'])
      .optional()
      .describe(
        'With `canary`. `weighted`: gateways split the requests; `replicas`: callers use all ready replicas, and ' +
          'a weight is a share of the replicas. Defaults to weighted.',
      ),
  })
  .describe('How one version takes the place of another. Defaults to none.');

export type RolloutOutput = z.output<typeof rolloutSchema>;

/** Fields of a component that can have versions. */
export interface VersionedOutput {
  readonly replicas?: number | Readonly<Record<string, number>>;
  readonly version?: string;
  readonly versions?: Readonly<Record<string, VersionOutput>>;
  readonly rollout?: RolloutOutput;
}

/** The fields of versions and rollouts. `steps`: of the endpoints of a service; null = a gateway, which has none. */
export function versionFields(
  host: HostShape,
  steps: z.ZodType<StepOutput[]> | null,
): Readonly<Record<keyof VersionedOutput, z.ZodType>> {
  return {
    replicas: z
      .union([replicas, named(whole({ min: 0, max: 100_000 }))])
      .optional()
      .describe(
        'Instances; with `autoscaling` those at the start; by version where several run side by side, as `{ ' +
          'v1: 9, v2: 1 }`. Unit: count. Defaults to 1, with `autoscaling` to its `min`.',
      ),
    versions: named(versionSchema(host, steps))
      .optional()
      .describe(
        `Versions of the ${steps === null ? 'gateway' : 'service'}, each with the fields that differ.`,
      ),
    version: nameText()
      .optional()
      .describe('Version that runs at the start. Defaults to the first by name.'),
    rollout: rolloutSchema.optional(),
  };
}

/** Schema of a version: the fields in which it differs. */
function versionSchema(
  host: HostShape,
  steps: z.ZodType<StepOutput[]> | null,
): z.ZodType<VersionOutput> {
  const version = z.strictObject({
    title: freeText().optional().describe('Shown instead of the name where there is room.'),
    description: freeText().optional().describe('Text for readers.'),
    ...(steps === null ? {} : { endpoints: endpointsSchema(steps) }),
    outbound: host['outbound']!,
    middleware: host['middleware']!,
    ...Object.fromEntries(PROCESS_FIELDS.map((key) => [key, host[key]!])),
  });
  return inheriting(
    version.describe('Settings of this version that override those of its component.'),
  ) as unknown as z.ZodType<VersionOutput>;
}

function endpointsSchema(steps: z.ZodType<StepOutput[]>): z.ZodType {
  const endpoint = withShort(
    inheriting(
      z
        .strictObject({
          steps: steps.describe('Run in order; the end answers 200. Required.'),
          timeLimit: durationOrNone({ allowZero: false })
            .optional()
            .describe("The server's own limit on an execution. Unit: duration or `none`."),
        })
        .describe('An endpoint of the service, as this version has it.'),
    ),
    { type: 'array', items: { $ref: '#/definitions/step' }, description: 'The steps.' },
  );
  return named(endpoint).optional().describe('Endpoints that are not as in the service.');
}
