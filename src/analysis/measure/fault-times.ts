import type { Ns } from '../../kernel/time.js';
import type { FaultTimes } from '../../contracts/result/blame.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { partName } from '../../contracts/plan/names.js';
import { estimateOf, meanOf } from './estimate.js';
import { spansIn } from './faulted.js';
import { FAILED_SOME } from './goodput.js';
import { goodputsOf, neverCount, recoveryIn } from './recovery.js';
import { stepsOf, type Steps } from './steps.js';
import type { Story } from './story.js';
import { finishedOf, succeededOf } from './sums.js';
import { type VariantData } from './variant-data.js';
import { afterSpan, firstCell, type Span } from './window.js';

/** When users are hit by each fault, when it is worst, and when it is over. Rollouts count as faults. */
export function faultTimesOf(data: VariantData, stories: readonly Story[]): readonly FaultTimes[] {
  const steps = stepsOf(data.plan);
  const goodputs = goodputsOf(data, data.requests);
  const failures = data.records.map((record) => failuresOf(data, record));
  return data.plan.faults.map((fault) => {
    const spans = data.records.map((record) => effectOf(data, fault, record));
    const recovery = recoveryIn(data, goodputs, fault.id);
    return {
      fault: fault.id,
      onset: estimateOf(
        meanOf(spans.map((span, run) => span && onsetOf(data, stories[run], span))),
      ),
      peak: estimateOf(
        meanOf(spans.map((span, run) => span && peakOf(data.plan, failures[run], steps, span))),
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
function peakOf(plan: Plan, failures: Failures, steps: Steps, span: Span): number | null {
  const before = failedShare(plan, failures, { fromNs: plan.warmupNs, untilNs: span.fromNs }) ?? 0;
  let most = before + FAILED_SOME;
  let peakNs: Ns | null = null;
  for (let step = 0; step < steps.count; step++) {
    const fromNs = steps.startNs[step];
    const untilNs = fromNs + steps.lengthNs[step];
    if (untilNs <= span.fromNs || fromNs >= span.untilNs) continue;
    const share = failedShare(plan, failures, { fromNs, untilNs });
    if (share === null || share <= most) continue;
    most = share;
    peakNs = untilNs;
  }
  return peakNs === null ? null : seconds(peakNs, span.fromNs);
}

/** Requests that finished and that succeeded before each cell of the grid, and in all of it. */
interface Failures {
  readonly finished: Float64Array;
  readonly succeeded: Float64Array;
}

function failuresOf({ plan, requests }: VariantData, record: RunRecord): Failures {
  const cells = plan.grid.edges.length - 1;
  const finished = new Float64Array(cells + 1);
  const succeeded = new Float64Array(cells + 1);
  for (let cell = 0; cell < cells; cell++) {
    finished[cell + 1] = finished[cell];
    succeeded[cell + 1] = succeeded[cell];
    for (const part of requests) {
      const { outcomes } = record.parts[part];
      finished[cell + 1] += finishedOf(outcomes, cell * OUTCOME_KINDS);
      succeeded[cell + 1] += succeededOf(outcomes, cell * OUTCOME_KINDS);
    }
  }
  return { finished, succeeded };
}

function failedShare({ grid }: Plan, failures: Failures, span: Span): number | null {
  const cells = grid.edges.length - 1;
  const from = Math.min(cells, firstCell(grid.edges, span.fromNs));
  const until = Math.max(from, Math.min(cells, firstCell(grid.edges, span.untilNs)));
  const finished = failures.finished[until] - failures.finished[from];
  const succeeded = failures.succeeded[until] - failures.succeeded[from];
  return finished >= FEW_FINISHED ? (finished - succeeded) / finished : null;
}

/** A step with fewer finished requests shows no share. */
const FEW_FINISHED = 5;

function seconds(atNs: Ns, sinceNs: Ns): number {
  return (atNs - sinceNs) / 1e9;
}
