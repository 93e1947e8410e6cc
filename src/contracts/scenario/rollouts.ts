import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { CompareOp } from '../compare.js';
import { nameText } from '../fields/common.js';
import { entry, type Filled } from '../fields/entry.js';
import { absent, field, required, requiredIf } from '../fields/field.js';
import { countOrPercent, PERCENT_FORM } from '../quantities/amounts.js';
import { duration, durationOrNone, share } from '../quantities/quantities.js';

const ROLLOUT_KINDS = ['rolling', 'recreate', 'blueGreen', 'canary'] as const;

/** A number of pods, or a percentage of the replicas. */
export interface Amount {
  readonly unit: 'percent' | 'pods';
  readonly value: number;
}

export type RolloutStep =
  /** Share of the requests for the new version. */
  | { readonly step: 'weight'; readonly weight: number }
  /** null = to the end of the run. */
  | { readonly step: 'pause'; readonly forNs: Ns | null }
  /** Share of the replicas that run the new version, regardless of its weight. */
  | { readonly step: 'scale'; readonly share: number };

/** Version of a rollout to which a metric of an analysis refers. */
export type Side = 'canary' | 'stable';

export interface RolloutMetric {
  readonly side: Side;
  readonly name: 'success' | 'latency' | 'successLatency';
  /** Statistic of a latency; '' for other metrics. */
  readonly statistic: string;
}

/** A condition on the new version, checked in each interval. */
export interface RolloutExpectation {
  readonly text: string;
  readonly metric: RolloutMetric;
  readonly op: CompareOp;
  /** In seconds or as a share; with `of`, a factor. */
  readonly limit: number;
  readonly of: RolloutMetric | null;
}

const NO_DATA = ['fail', 'error', 'ignore', 'pause'] as const;

/** Products whose analyses differ where the new version gets no request. */
const ANALYSIS_KINDS = ['simple', 'argo', 'flagger', 'kayenta'] as const;

/** What an analysis of a product does unless its fields say otherwise. */
interface AnalysisRules {
  readonly noData: (typeof NO_DATA)[number];
  readonly minSamples: number;
  /** A failed measurement holds the next step back, and the rollout is taken back at the measurement after the last one. */
  readonly halts: boolean;
}

/**
 * Argo Rollouts: an empty result is an error, and metrics that err five times in a row fail (prometheus.go, evaluate.go,
 * DefaultConsecutiveErrorLimit). Flagger: no value is a failed check, which halts the advancement; the threshold is
 * compared before the next check (scheduler_metrics.go, scheduler.go). Kayenta: metrics without data are left out of the
 * score, and without any other it is 0 (WeightedSumScorer.scala). None of them has a least number of requests.
 */
export const ANALYSIS_RULES: Readonly<Record<(typeof ANALYSIS_KINDS)[number], AnalysisRules>> = {
  simple: { noData: 'fail', minSamples: 100, halts: false },
  argo: { noData: 'error', minSamples: 1, halts: false },
  flagger: { noData: 'fail', minSamples: 1, halts: true },
  kayenta: { noData: 'fail', minSamples: 1, halts: false },
};

/** `consecutiveErrorLimit` of Argo Rollouts. */
export const ERROR_LIMIT = 4;

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

const analysis = entry(
  {
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
    intervalNs: field.of(
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
    inconclusiveLimit: field.whole(
      absent('0 with `noData: pause`; else unlimited'),
      'Inconclusive analyses that are tolerated, in all; the next one stops the rollout where it is, for a person to ' +
        'decide. These are analyses of fewer than `minSamples` requests, and with `noData: pause` those of none.',
      { min: 0, max: 100_000 },
    ),
    errorLimit: field.whole(
      absent('4: consecutiveErrorLimit'),
      'Analyses in error in a row that are tolerated. Needs `noData: error`.',
      { min: 0, max: 100_000 },
    ),
  },
  'Analysis of the new version from its first request on. Defaults to none.',
);

/** `rollout` of a service: how a new version replaces the initial one. */
export const rolloutSchema = entry(
  {
    to: field.of(
      nameText(),
      absent('none: a strategy at rest, which a variant can use'),
      'The version that takes over.',
    ),
    atNs: field.duration('0s', 'When it begins, from the end of the warm-up.', { allowZero: true }),
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
    minReadyNs: field.duration(
      absent('0s'),
      'A replica counts once it has been ready for so long.',
      {
        allowZero: true,
      },
    ),
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
    scaleDownDelayNs: field.duration(
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
  },
  'How one version takes the place of another. Defaults to none.',
);

export type WrittenRollout = z.output<typeof rolloutSchema>;

/**
 * Analysis of a new version that gets requests (Argo Rollouts docs/features/analysis.md, Flagger
 * how-it-works.md).
 */
export interface RolloutAnalysis extends Filled<
  Omit<z.output<typeof analysis>, 'kind' | 'expect'>,
  'from' | 'minSamples' | 'noData' | 'inconclusiveLimit' | 'errorLimit'
> {
  readonly expect: readonly RolloutExpectation[];
  readonly halts: boolean;
}

/** Rollout of a version that replaces the initial one. */
export interface Rollout extends Filled<
  Omit<WrittenRollout, 'to' | 'steps' | 'analysis'>,
  | 'maxSurge'
  | 'maxUnavailable'
  | 'minReadyNs'
  | 'autoPromotion'
  | 'scaleDownDelayNs'
  | 'onFailure'
  | 'routing'
> {
  /** Index of the version in `others`. */
  readonly to: number;
  readonly steps: readonly RolloutStep[];
  readonly analysis: RolloutAnalysis | null;
}

/** State of a rollout at the end of a run. */
export type RolloutResult = 'running' | 'promoted' | 'rolledBack';

/** Number of replicas for a share: a surge is rounded up, an unavailability down. */
export function amountOf({ unit, value }: Amount, replicas: number, isSurge: boolean): number {
  if (unit === 'pods') return value;
  const exact = (replicas * value) / 100;
  return isSurge ? Math.ceil(exact - 1e-9) : Math.floor(exact + 1e-9);
}
