import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { partName } from '../../contracts/plan/names.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { EdgeRecord, PartRecord, RunRecord } from '../../contracts/record/record.js';
import type { HarmPrice } from '../../contracts/result/counterfactual.js';
import {
  arrivedOf,
  mergeSegments,
  outcomeOf,
  succeededOf,
  sumCells,
  sumOutcomes,
  sumTable,
} from '../measure/sums.js';
import { wholeRun } from '../measure/window.js';

/** A success is slow above this multiple of the p99 of runs without harm. */
const SLOW_FACTOR = 2;

/** By part of a request: latency in ns above which a success is slow. */
export type SlowLimits = ReadonlyMap<number, number>;

/** The limits that follow from runs without faults. Requests that never succeed there have none. */
export function slowLimits(plan: Plan, records: readonly RunRecord[]): SlowLimits {
  const { segments } = wholeRun(plan);
  const limits = new Map<number, number>();
  for (const part of requestsOf(plan)) {
    const rows = records.map((record) => record.parts[part].successLatency);
    const latency = mergeSegments(rows, segments);
    if (latency.count > 0) limits.set(part, SLOW_FACTOR * latency.quantile(0.99));
  }
  return limits;
}

/** The least limits of several groups of runs, for variants without faults. */
export function leastLimits(plan: Plan, groups: readonly (readonly RunRecord[])[]): SlowLimits {
  const limits = new Map<number, number>();
  for (const records of groups) {
    for (const [part, limit] of slowLimits(plan, records)) {
      limits.set(part, Math.min(limit, limits.get(part) ?? Infinity));
    }
  }
  return limits;
}

/** The limits in seconds, by the names of the requests. */
export function limitsByName(plan: Plan, limits: SlowLimits): Readonly<Record<string, number>> {
  return Object.fromEntries([...limits].map(([part, ns]) => [partName(plan, part), ns / 1e9]));
}

/** Requests of users of one run that fail or are slow. */
export function harmOf(plan: Plan, record: RunRecord, limits: SlowLimits): number {
  return harmByRequest(plan, record, limits).reduce(
    (sum, { failed, slow }) => sum + failed + slow,
    0,
  );
}

/** Whether hardly any request of users fails or is slow. */
export function isUnharmed(plan: Plan, records: readonly RunRecord[], limits: SlowLimits): boolean {
  return records.every((record) => {
    const all = harmByRequest(plan, record, limits);
    const harmed = all.reduce((sum, { failed, slow }) => sum + failed + slow, 0);
    return harmed <= HARDLY_ANY * all.reduce((sum, { arrived }) => sum + arrived, 0);
  });
}

const HARDLY_ANY = 0.001;

/** Requests of users of one run that fail. */
export function failedOf(plan: Plan, record: RunRecord): number {
  return harmByRequest(plan, record, NO_LIMITS).reduce((sum, { failed }) => sum + failed, 0);
}

const NO_LIMITS: SlowLimits = new Map();

/**
 * The harm of a run with an intervention. Where it changes the number of requests, the harmed share counts, of the
 * requests of the usual run: fewer requests alone avert nothing.
 */
export function harmLike(
  plan: Plan,
  record: RunRecord,
  usual: RunRecord,
  limits: SlowLimits,
): number {
  const before = harmByRequest(plan, usual, limits);
  return harmByRequest(plan, record, limits).reduce((sum, { arrived, failed, slow }, k) => {
    const scale = arrived === 0 ? 0 : before[k].arrived / arrived;
    return sum + scale * (failed + slow);
  }, 0);
}

/** The same of the requests that fail. */
export function failedLike(plan: Plan, record: RunRecord, usual: RunRecord): number {
  return harmLike(plan, record, usual, NO_LIMITS);
}

/** Work and answers that harm does not count: what a change costs. */
export function priceOf(plan: Plan, record: RunRecord): HarmPrice {
  const { cells } = wholeRun(plan);
  const rows = requestsOf(plan).map((part) => record.parts[part]);
  const counts = sumOutcomes(rows, cells);
  const sumOf = (of: (edge: EdgeRecord) => Uint32Array): number =>
    record.edges.reduce((sum, edge) => sum + sumCells(of(edge), cells), 0);
  return {
    degraded: outcomeOf(counts, 'degraded') / Math.max(1, arrivedOf(counts)),
    attempts:
      sumOf(({ attempts }) => attempts) /
      Math.max(
        1,
        sumOf(({ calls }) => calls),
      ),
  };
}

function harmByRequest(
  plan: Plan,
  record: RunRecord,
  limits: SlowLimits,
): readonly { readonly arrived: number; readonly failed: number; readonly slow: number }[] {
  const { cells, segments } = wholeRun(plan);
  return requestsOf(plan).map((part) => {
    const row = record.parts[part];
    const counts = sumOutcomes([row], cells);
    const arrived = arrivedOf(counts);
    const failed = arrived - succeededOf(counts) - underWay(plan, row);
    const limit = limits.get(part);
    if (limit === undefined) return { arrived, failed, slow: 0 };
    const latency = mergeSegments([row.successLatency], segments);
    const slow = latency.count > 0 ? Math.round(latency.count * (1 - latency.cdfAt(limit))) : 0;
    return { arrived, failed, slow };
  });
}

/** Requests under way at the end of a run that are no slower than successes usually are: they have not failed, older ones have. */
function underWay(plan: Plan, { outcomes, successLatency }: PartRecord): number {
  const { cells, segments } = wholeRun(plan);
  const open = outcomeOf(sumTable([outcomes], cells, OUTCOME_KINDS), 'unfinished');
  if (open === 0) return 0;
  const successes = mergeSegments([successLatency], segments);
  const usualNs = successes.count === 0 ? 0 : SLOW_FACTOR * successes.quantile(0.99);
  const { edges } = plan.grid;
  const last = cells.filter((cell) => edges[cell + 1] > plan.horizonNs - usualNs);
  return outcomeOf(sumTable([outcomes], last, OUTCOME_KINDS), 'unfinished');
}

/** The requests of all workloads. */
export function requestsOf({ components, parts }: Plan): readonly number[] {
  return parts.flatMap((part, id) => (components[part.component].kind === 'workload' ? [id] : []));
}
