import type { Estimate, QuantileEstimates } from '../../contracts/result/estimate.js';
import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import { EDGE_COUNTER, type EdgeCounter } from '../../contracts/patterns/policy.js';
import type { VariantSummary } from '../../contracts/result/result.js';
import { withGood, withLatencies, withSuccesses } from './batches.js';
import {
  byStatistic,
  distributionOf,
  estimateOf,
  meanOf,
  nothing,
  ratioOf,
  shareOf,
  type Measured,
} from './estimate.js';
import { FEW_CALLS } from './amplification.js';
import { windowsDuring } from './faulted.js';
import { costsOf } from './costs.js';
import { edgeSums } from './column-sums.js';
import { goodByRun, latencyOf, outcomesByRun, successOf } from './outcomes.js';
import type { Asked } from './question.js';
import { slowShare, type SlowAbove } from './slow.js';
import { measureLatencyRecovery } from './latency-recovery.js';
import { measureRecovery, neverCount } from './recovery.js';
import type { Story } from './story.js';
import { selectStats, selectUsers } from './subjects.js';
import { arrivedOf, finishedOf, sumCells, sumCounter, sumParts } from './sums.js';
import { partName } from '../../contracts/plan/names.js';
import { type VariantData } from './variant-data.js';
import { wastedOf } from './wasted.js';

/** Figures over all workloads together: the rows of the summary tables. */
export interface Headline {
  readonly requests: number;
  readonly success: Measured;
  /** Share of the finished requests with a degraded response, which counts as a success. */
  readonly degraded: Measured;
  /** Share of the finished requests that succeed, but slowly. */
  readonly slow: Measured;
  readonly goodput: Measured;
  readonly latency: Quantiles;
  readonly successLatency: Quantiles;
  readonly attemptsPerCall: Measured;
  /** Some calls were never sent: fewer attempts are no merit of the variant. */
  readonly hasUnsent: boolean;
  readonly amplification: Measured & { readonly edge: string | null };
  readonly wasted: Measured;
  readonly recovery: Measured & { readonly fault: string | null };
  readonly latencyRecovery: Measured;
  readonly during: readonly {
    readonly request: string;
    readonly fault: string;
    readonly success: Measured;
  }[];
  readonly blastRadius: Measured;
  readonly costs: ReturnType<typeof costsOf>;
}

const NO_LIMITS: SlowAbove = new Map();

const DEGRADED = OUTCOME_NAMES.indexOf('degraded');

type Quantiles = Readonly<Record<keyof QuantileEstimates, Measured>>;

/** All requests of users, in the entire run. */
export function usersOf(data: VariantData): Asked {
  return { data, selection: selectUsers(data), window: data.whole };
}

/** Headline figures of a variant. `fault` is the one whose recovery is reported, null if there is none. */
export function headline(
  data: VariantData,
  stories: readonly Story[],
  fault: string | null,
  limits: SlowAbove = NO_LIMITS,
): Headline {
  const all = usersOf(data);
  const outcomes = outcomesByRun(all);
  const seconds = data.whole.lengthNs / 1e9;
  const recovery =
    fault === null ? nothing(data.records.length) : measureRecovery(data, data.requests, fault);
  return {
    requests: outcomes.reduce((total, run) => total + arrivedOf(run), 0),
    success: withSuccesses(successOf(outcomes), all),
    degraded: shareOf(
      outcomes.map((run) => run[DEGRADED]),
      outcomes.map((run) => finishedOf(run)),
    ),
    slow: slowShare(data, limits),
    goodput: withGood(meanOf(goodByRun(all, outcomes).map((good) => good / seconds)), all),
    latency: quantiles(all, 'latency'),
    successLatency: quantiles(all, 'successLatency'),
    attemptsPerCall: attemptsPerCall(data),
    hasUnsent: hasUnsent(data),
    amplification: amplification(data),
    wasted: wastedOf(data),
    recovery: { ...recovery, fault },
    latencyRecovery:
      fault === null
        ? nothing(data.records.length)
        : measureLatencyRecovery(data, data.requests, fault),
    during: duringFaults(data),
    blastRadius: meanOf(stories.map((story) => story.blastRadius)),
    costs: costsOf(data),
  };
}

/** Headline figures as the result contains them, with intervals that miss the truth with this probability. */
export function summaryOf(figures: Headline, error = 0.05): VariantSummary {
  const own = (measured: Measured): Estimate => estimateOf(measured, 1 - error);
  return {
    requests: figures.requests,
    success: own(figures.success),
    ...(figures.degraded.value === 0 || figures.degraded.value === null
      ? {}
      : { degraded: own(figures.degraded) }),
    ...((figures.slow.value ?? 0) === 0 ? {} : { slow: own(figures.slow) }),
    goodput: own(figures.goodput),
    latency: byStatistic((name) => own(figures.latency[name])),
    successLatency: byStatistic((name) => own(figures.successLatency[name])),
    attemptsPerCall: {
      ...own(figures.attemptsPerCall),
      ...(figures.hasUnsent && { unsent: true as const }),
    },
    amplification: { ...own(figures.amplification), edge: figures.amplification.edge },
    wasted: own(figures.wasted),
    recovery: {
      ...own(figures.recovery),
      fault: figures.recovery.fault,
      never: neverCount(figures.recovery),
    },
    latencyRecovery: {
      ...own(figures.latencyRecovery),
      never: neverCount(figures.latencyRecovery),
    },
    during: figures.during.map((entry) => ({ ...entry, success: own(entry.success) })),
    blastRadius: own(figures.blastRadius),
    ...(figures.costs === null
      ? {}
      : {
          cost: own(figures.costs.cost),
          costPerMillion: own(figures.costs.perMillion),
        }),
  };
}

function quantiles(question: Asked, which: 'latency' | 'successLatency'): Quantiles {
  const { all, each } = latencyOf(question, which);
  const measured = byStatistic((name) => distributionOf(all, each, name));
  return { ...measured, mean: withLatencies(measured.mean, question, which) };
}

/** Attempts per call over all edges. */
function attemptsPerCall(data: VariantData): Measured {
  const selection = selectStats([...data.plan.statEdges.keys()], data);
  const asked = { data, selection, window: data.whole };
  return ratioOf(edgeSums(asked, 'attempts'), edgeSums(asked, 'calls'));
}

/** Counters of calls that the caller itself refuses. */
const REFUSALS = [
  'breakerRejected',
  'bulkheadRejected',
  'rateLimited',
  'throttleRejected',
  'poolTimeouts',
  'poolOverflows',
] as const;

/** Share of the calls that may go unsent, as those in flight at an end of the run do. */
const FEW_UNSENT = 0.001;

/** Whether some calls were refused by their caller, or still wait for their first attempt. */
function hasUnsent(data: VariantData): boolean {
  const { cells } = data.whole;
  let unsent = 0;
  let calls = 0;
  for (const record of data.records) {
    for (const edge of record.edges) {
      const own = sumCells(edge.calls, cells);
      const counted = (name: EdgeCounter): number =>
        sumCounter(edge.counters, EDGE_COUNTER[name], cells);
      calls += own;
      unsent += Math.max(0, own - sumCells(edge.attempts, cells) - counted('coalesced'));
      for (const name of REFUSALS) unsent += counted(name);
    }
  }
  return unsent > FEW_UNSENT * calls;
}

/** Largest amplification of the component edges with enough calls. */
function amplification(data: VariantData): Measured & { edge: string | null } {
  let largest: Measured & { edge: string | null } = { ...nothing(data.records.length), edge: null };
  for (const edge of data.edges) {
    const question = { data, selection: selectStats(edge.stats, data), window: data.whole };
    const calls = edgeSums(question, 'calls');
    if (calls.every((n) => n < FEW_CALLS)) continue;
    const measured = ratioOf(edgeSums(question, 'attempts'), calls);
    if ((measured.value ?? 0) > (largest.value ?? 0)) largest = { ...measured, edge: edge.name };
  }
  return largest;
}

/**
 * Success share of each kind of request while a fault is active, pooled over the runs. Each run counts the time in
 * which the fault is active there, see windowsDuring.
 */
function duringFaults(data: VariantData): Headline['during'] {
  const entries: { request: string; fault: string; success: Measured }[] = [];
  for (const fault of data.plan.faults) {
    const windows = windowsDuring(data, fault);
    for (const part of data.requests) {
      const outcomes = data.records.map((record, i) => sumParts(record, [part], windows[i].cells));
      const request = partName(data.plan, part);
      entries.push({ request, fault: fault.id, success: successOf(outcomes) });
    }
  }
  return entries;
}
