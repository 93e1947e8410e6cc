import { valuesOf } from '../../contracts/fields/kinds.js';
import { absent, field, required, requiredIf } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration, durationOrNone, share } from '../../contracts/quantities/quantities.js';
import {
  ANALYSIS_KINDS,
  NO_DATA,
  ROLLOUT_KINDS,
  type Amount,
} from '../../contracts/scenario/rollouts.js';
import type { BundleOutput } from './bundle.js';
import { freeText, inheriting, named, nameText, withShort } from '../../contracts/fields/common.js';
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
    kind: field.choice(
      ANALYSIS_KINDS,
      'simple',
      'Whose rules apply where the new version gets no request: of Argo Rollouts, Flagger or Kayenta. They set ' +
        '`noData` and `minSamples`. With `flagger` a failed analysis also holds the next step back until one ' +
        'succeeds, and `onFailure` follows an interval after the last one.',
    ),
    expect: field.of(
      z.array(z.string().min(1).max(500)).min(1),
      required,
      'Expectations on the requests of the last interval, as `canary.success >= 99%`, `canary.latency.p99 < ' +
        '200ms` or `canary.latency.p99 < 150% of stable.latency.p99`.',
    ),
    from: field.share(
      absent('the first weight'),
      'Of `canary`: weight from which on the versions are compared.',
    ),
    interval: field.of(
      duration({ min: 100_000_000 }),
      '60s',
      'Interval between analyses.',
      'duration, at least 100ms',
    ),
    failureLimit: field.whole(
      0,
      'Failed analyses that are tolerated; the next one triggers `onFailure`.',
      { min: 0, max: 100_000 },
    ),
    minSamples: field.whole(
      absent('100, with the kind of a product to 1'),
      'Minimum number of requests per version; an analysis of fewer is inconclusive.',
      { min: 1, max: 1_000_000_000 },
    ),
    noData: field.choice(
      NO_DATA,
      absent('fail, with kind argo to error'),
      'Result of an analysis if the new version got no request. `fail`: it has failed, as in Flagger and Kayenta; ' +
        '`error`: it is in error, as in Argo Rollouts, and more than `errorLimit` of these in a row trigger ' +
        '`onFailure`; `pause`: the rollout stops, as it does in Argo Rollouts after an inconclusive analysis; ' +
        '`ignore`: the rollout goes on.',
    ),
    errorLimit: field.whole(
      absent('4: consecutiveErrorLimit'),
      'Analyses in error in a row that are tolerated. Needs `noData: error`.',
      { min: 0, max: 100_000 },
    ),
  })
  .describe('Analysis of the new version from its first request on. Defaults to none.');

/** `rollout` of a service: how a new version replaces the initial one. */
export const rolloutSchema = z
  .strictObject({
    to: field.of(
      nameText(),
      absent('none: a strategy at rest, which a variant can use'),
      'The version that takes over.',
    ),
    at: field.duration('0s', 'When it begins, from the end of the warm-up.', { allowZero: true }),
    kind: field.of(
      z.enum(ROLLOUT_KINDS),
      required,
      '`rolling`: as a Deployment of Kubernetes does it, some at a time; `recreate`: all end, then the new ones ' +
        'start; `blueGreen`: a second set, and a switch at one instant; `canary`: more and more requests, step by ' +
        'step.',
    ),
    maxSurge: field.of(
      amount,
      absent('25%'),
      'Replicas above the desired number during the rollout; a share is rounded up. For `rolling`, and `canary` ' +
        'with `routing: replicas`.',
      'count or percentage',
    ),
    maxUnavailable: field.of(
      amount,
      absent('25%'),
      'Ready replicas that may be missing during the rollout; a share is rounded down, and is 1 if both come to ' +
        '0. For `rolling`, and `canary` with `routing: replicas`.',
      'count or percentage',
    ),
    minReady: field.duration(absent('0s'), 'A replica counts once it has been ready for so long.', {
      allowZero: true,
    }),
    preview: field.whole(
      absent('all'),
      'Of `blueGreen`: replicas of the new version until it is to take over.',
      { min: 1, max: 100_000 },
    ),
    autoPromotion: field.of(
      z.boolean(),
      absent('true'),
      'With `blueGreen`: whether the new version takes over as soon as it is ready. With false it never takes ' +
        'over: its preview replicas run without traffic until the end of the run.',
      'boolean',
    ),
    scaleDownDelay: field.duration(
      absent('30s'),
      'Of `blueGreen`, and of `canary` with `routing: weighted`: how long the replicas of the version that gets ' +
        'no requests any more are kept.',
      { allowZero: true },
    ),
    steps: field.of(
      z.array(step).min(1),
      requiredIf('for canary'),
      'Of `canary`: what is done, in order; at the end it gets everything.',
    ),
    analysis: analysis.optional(),
    onFailure: field.of(
      z.enum(['rollback', 'pause', 'continue']),
      absent('rollback'),
      'Reaction to a failed analysis: the old version gets all traffic again (rollback), the rollout stops ' +
        'where it is (pause), or it is only counted.',
    ),
    sticky: field.of(
      nameText(),
      absent(),
      'Of `canary`: a key of `keys`, or `client`: all requests of one value go to the same version.',
    ),
    routing: field.of(
      z.enum(['weighted', 'replicas']),
      absent('weighted'),
      'With `canary`. `weighted`: gateways split the requests; `replicas`: callers use all ready replicas, and ' +
        'a weight is a share of the replicas.',
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
  return valuesOf<VersionOutput>(
    inheriting(version.describe('Settings of this version that override those of its component.')),
  );
}

function endpointsSchema(steps: z.ZodType<StepOutput[]>): z.ZodType {
  const endpoint = withShort(
    inheriting(
      z
        .strictObject({
          steps: field.of(steps, required, 'Run in order; the end answers 200.'),
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
