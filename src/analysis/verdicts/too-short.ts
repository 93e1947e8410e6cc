import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Expression } from '../../contracts/scenario/expression.js';
import { formatSeconds } from '../../text/figures.js';
import { spansIn, strikes } from '../measure/faulted.js';
import { stepsOf } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { RECOVERY_WINDOW_NS } from '../measure/window.js';

/** Time after a fault that belongs to no other fault, and the fault that ends it; null = the run does. */
interface Left {
  readonly ns: Ns;
  readonly next: string | null;
}

/** Metrics of the time after a fault that say nothing of a fault without an effect. */
const OF_RECOVERY: ReadonlySet<string> = new Set(['recovery', 'latencyRecovery']);

/**
 * Why a budget `after FAULT` has no figure: the fault strikes in no run, or in every run in which it does too little time
 * is left after its end. Null if some run has enough time.
 */
export function tooShort({ metric, window }: Expression, data: VariantData): string | null {
  const { plan, records } = data;
  if (window === null || window.kind === 'between') return null;
  const fault = plan.faults.find(({ id }) => id === window.fault);
  if (fault === undefined) return null;
  const alert = fault.when?.alert?.name;
  if (alert !== undefined && records.every((record) => spansIn(data, fault, record).length === 0))
    return `not measurable: ${fault.id} starts in no run, because the alert ${alert} calls for it in none`;
  if (window.kind !== 'after') return null;
  const name = metric.name.at(-1)!;
  if (OF_RECOVERY.has(name) && !records.some((record) => strikes(data, fault, record)))
    return `not measurable: ${fault.id} strikes in no run`;
  const neededNs = neededFor(name, data);
  const each = records.flatMap((record) => leftIn(data, fault, record) ?? []);
  if (each.length === 0 || each.some(({ ns }) => ns > 0 && ns >= neededNs)) return null;
  const most = each.reduce((best, one) => (one.ns > best.ns ? one : best));
  return `not measurable: ${words(most, fault.id)}${needs(name, neededNs)}: ${remedy(most, fault)}`;
}

/** `recovery` needs one of its windows, `latencyRecovery` a step of the timeline; other figures take any time. */
function neededFor(name: string, { plan }: VariantData): Ns {
  if (name === 'recovery') return RECOVERY_WINDOW_NS;
  return name === 'latencyRecovery' ? stepsOf(plan).lengthNs[0] : 0;
}

function leftIn(data: VariantData, fault: PlanFault, record: RunRecord): Left | null {
  const { plan } = data;
  const ended = spansIn(data, fault, record).at(-1)?.untilNs;
  if (ended === undefined) return null;
  let left: Left = { ns: Math.max(0, plan.endNs - ended), next: null };
  for (const other of plan.faults) {
    if (other === fault) continue;
    for (const { fromNs } of spansIn(data, other, record)) {
      const ns = fromNs - ended;
      if (ns >= 0 && ns < left.ns) left = { ns, next: other.id };
    }
  }
  return left;
}

function words({ ns, next }: Left, fault: string): string {
  if (ns === 0 && next === null) return `${fault} lasts to the end of the run`;
  const after = `${formatSeconds(ns / 1e9)} after ${fault} ended`;
  return next === null ? `the run ends ${after}` : `${next} begins ${after}`;
}

function needs(name: string, neededNs: Ns): string {
  return neededNs === 0 ? '' : `, and ${name} needs ${formatSeconds(neededNs / 1e9)}`;
}

function remedy({ ns, next }: Left, { mitigated }: PlanFault): string {
  if (ns === 0 && next === null && mitigated !== undefined)
    return `no responder ends it, because the alert ${mitigated.name} fires too late or not at all`;
  return next === null ? 'lengthen run.duration' : `move ${next}`;
}
