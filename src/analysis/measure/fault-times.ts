import type { Ns } from '../../kernel/time.js';
import type { FaultTimes } from '../../spec/result/blame.js';
import type { PlanFault } from '../../spec/plan/plan.js';
import type { RunRecord } from '../../spec/record/record.js';
import { partName } from '../../spec/plan/names.js';
import { estimateOf, meanOf } from './estimate.js';
import { spansIn } from './faulted.js';
import { FAILED_SOME } from './goodput.js';
import { measureRecovery, neverCount } from './recovery.js';
import { stepsOf, type Steps } from './steps.js';
import type { Story } from './story.js';
import { finishedOf, succeededOf, sumOutcomes } from './sums.js';
import { type VariantData } from './variant-data.js';
import { afterSpan, cellsOf, type Span } from './window.js';

/** When users are hit by each fault, when it is worst, and when it is over. Rollouts count as faults. */
export function faultTimesOf(data: VariantData, stories: readonly Story[]): readonly FaultTimes[] {
  const steps = stepsOf(data.plan);
  return data.plan.faults.map((fault) => {
    const spans = data.records.map((record) => effectOf(data, fault, record));
    const recovery = measureRecovery(data, data.requests, fault.id);
    return {
      fault: fault.id,
      onset: estimateOf(
        meanOf(spans.map((span, run) => span && onsetOf(data, stories[run], span))),
      ),
      peak: estimateOf(
        meanOf(spans.map((span, run) => span && peakOf(data, data.records[run], steps, span))),
      ),
      recovery: { ...estimateOf(recovery), never: neverCount(recovery) },
    };
  });
}

/** From the first start of a fault in a run until the next one begins after its end; null if it does not strike. */
function effectOf(data: VariantData, fault: PlanFault, record: RunRecord): Span | null {
  const [first, ...rest] = spansIn(data, fault, record);
  if (first === undefined) return null;
  const { untilNs } = afterSpan({ ...fault, spans: [first, ...rest] }, data.plan);
  return { fromNs: first.fromNs, untilNs };
}

/** Seconds until any kind of request degrades; null if none does, or one was degraded already. */
function onsetOf({ plan, requests }: VariantData, { states }: Story, span: Span): number | null {
  const from = seconds(span.fromNs, plan.warmupNs);
  const until = seconds(span.untilNs, plan.warmupNs);
  let first = Infinity;
  for (const request of requests) {
    for (const one of states[partName(plan, request)] ?? []) {
      if (one.state === 'ok') continue;
      if (one.from < from && one.until > from) return null;
      if (one.from >= from && one.from < until) first = Math.min(first, one.from);
    }
  }
  return first < Infinity ? first - from : null;
}

/** Seconds until the end of the worst step; null if no larger share fails than before the fault. */
function peakOf(data: VariantData, record: RunRecord, steps: Steps, span: Span): number | null {
  const { plan } = data;
  const before = failedShare(data, record, { fromNs: plan.warmupNs, untilNs: span.fromNs }) ?? 0;
  let most = before + FAILED_SOME;
  let peakNs: Ns | null = null;
  for (let step = 0; step < steps.count; step++) {
    const fromNs = steps.startNs[step];
    const untilNs = fromNs + steps.lengthNs[step];
    if (untilNs <= span.fromNs || fromNs >= span.untilNs) continue;
    const share = failedShare(data, record, { fromNs, untilNs });
    if (share === null || share <= most) continue;
    most = share;
    peakNs = untilNs;
  }
  return peakNs === null ? null : seconds(peakNs, span.fromNs);
}

function failedShare(data: VariantData, record: RunRecord, span: Span): number | null {
  const { cells } = cellsOf([span], data.plan);
  const rows = data.requests.map((part) => record.parts[part]);
  const counts = sumOutcomes(rows, cells);
  const finished = finishedOf(counts);
  return finished >= FEW_FINISHED ? (finished - succeededOf(counts)) / finished : null;
}

/** A step with fewer finished requests shows no share. */
const FEW_FINISHED = 5;

function seconds(atNs: Ns, sinceNs: Ns): number {
  return (atNs - sinceNs) / 1e9;
}
