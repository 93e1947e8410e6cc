import { rowsAt } from './sums.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { recoveryFrom, type Measured } from './estimate.js';
import { askedSpans, spansIn, strikes } from './faulted.js';
import { usualNs } from './goodput.js';
import { chanceOfCount } from './latency-noise.js';
import { measureRecovery } from './recovery.js';
import { SparseMerge } from './sparse.js';
import { stepAfter, stepAt, stepsOf } from './steps.js';
import { usualLatency, type UsualLatency } from './usual-latency.js';
import type { VariantData } from './variant-data.js';
import { afterSpan } from './window.js';

/** Latency is back at this multiple of its usual p95, plus SLACK_NS. */
const BACK = 1.5;
const SLACK_NS = 5e6;
/** A step with fewer successes is judged together with the next. */
const FEW = 20;
/** A p95 of a step that usual latencies produce with this probability is chance. Runs have hundreds of steps. */
const CHANCE = 1e-4;
/** Part of the last step that may be cut off. */
const CUT_OFF = 0.1;

/**
 * Recovery of the latency: seconds from the end of a fault to the start of the first step of the timeline from which the
 * p95 of successes stays within 1.5 times its value before the fault plus 5 ms, up to the next fault. A step in which
 * latencies as before the fault may well have a larger p95 is within it. 0 if it never left that range since the start of
 * the fault; Infinity if it does not come back; null if nothing was measured before or after, or if it is back without
 * success: the few requests that succeed then are the fast ones.
 */
export function measureLatencyRecovery(
  data: VariantData,
  parts: readonly number[],
  fault: string,
): Measured {
  const success = measureRecovery(data, parts, fault).each;
  const each = data.records.map((record, run) => {
    const own = latencyRecoveryIn(data, record, parts, fault);
    return success[run] === Infinity && own !== Infinity ? null : own;
  });
  return recoveryFrom(each);
}

function latencyRecoveryIn(
  data: VariantData,
  record: RunRecord,
  parts: readonly number[],
  id: string,
): number | null {
  const { plan } = data;
  const planned = plan.faults.find((fault) => fault.id === id);
  if (planned === undefined || !strikes(data, planned, record)) return null;
  const spans = spansIn(data, planned, record);
  if (spans.length === 0) return null;
  const fault = { ...planned, spans };
  const steps = stepsOf(plan);
  const { fromNs, untilNs } = afterSpan(fault, plan);
  const knownNs = Math.min(untilNs, plan.horizonNs - usualNs(data, record, parts));
  const begin = stepAt(steps, spans[0].fromNs);
  const end = stepAfter(steps, fromNs);
  // Of a step that is cut off, nearly all requests must have had the time to end.
  const until = stepAt(steps, knownNs + CUT_OFF * steps.lengthNs[0]);
  const [before] = askedSpans({ kind: 'before', fault: id, offset: 0 }, data);
  if (before === undefined || until <= end) return null;
  const since = stepAfter(steps, before.fromNs);
  const p95Before = p95(merged(record, parts, since, begin));
  const usual = usualLatency(rowsAt(record, parts), since, begin);
  if (p95Before === null || usual === null) return null;
  const limit = { ns: BACK * p95Before + SLACK_NS, usual };
  const late = lastSlow(record, parts, begin, until, limit);
  if (late < begin) return 0;
  if (late >= until - 1) return Infinity;
  return Math.max(0, (steps.startNs[late + 1] - fromNs) / 1e9);
}

/** The last step of the last slow group of steps; before `from` if none is slow. */
function lastSlow(
  record: RunRecord,
  parts: readonly number[],
  from: number,
  until: number,
  limit: Limit,
): number {
  let last = from - 1;
  for (let step = from; step < until;) {
    let next = step + 1;
    while (next < until && successes(record, parts, step, next) < FEW) next++;
    if (isSlow(merged(record, parts, step, next), limit)) last = next - 1;
    step = next;
  }
  return last;
}

/** The latency above which a step is slow, ns, and those before the fault. */
interface Limit {
  readonly ns: number;
  readonly usual: UsualLatency;
}

/** Whether the p95 is above the limit, and by more than the chance of a few requests. Without a success it is. */
function isSlow(latencies: SparseMerge, { ns, usual }: Limit): boolean {
  const high = p95(latencies);
  if (high === null) return true;
  if (high <= ns) return false;
  const seconds = ns / 1e9;
  const above = latencies.atLeast(seconds);
  return chanceOfCount(latencies.count, above, usual.shareAtLeast(seconds)) < CHANCE;
}

/** Latencies of the successes in steps [from, until). */
function merged(
  record: RunRecord,
  parts: readonly number[],
  from: number,
  until: number,
): SparseMerge {
  const merge = new SparseMerge();
  for (const part of parts) {
    for (let step = from; step < until; step++) merge.add(record.parts[part].stepLatency, step);
  }
  return merge;
}

/** Their p95, ns; null without any. */
function p95(latencies: SparseMerge): number | null {
  const [seconds] = latencies.quantiles([0.95]);
  return seconds === null ? null : seconds * 1e9;
}

function successes(
  record: RunRecord,
  parts: readonly number[],
  from: number,
  until: number,
): number {
  let all = 0;
  for (const part of parts) {
    for (let step = from; step < until; step++) all += record.parts[part].stepLatency.count[step];
  }
  return all;
}
