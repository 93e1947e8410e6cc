import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { recoveryFrom, type Measured } from './estimate.js';
import { judgedSteps, type JudgedStep } from './judged-steps.js';
import { FEW_ARRIVALS } from './recovery.js';
import type { VariantData } from './variant-data.js';
import { RECOVERY_WINDOW_NS, type Span } from './window.js';

/** Share of successes below which users have an outage, where `report.slo` says nothing. */
const USUAL_SUCCESS = 0.95;

/**
 * Longest time in a row in which the success of some parts is below its objective, in seconds; of several parts that of the
 * worst one. It begins and ends with a step of the timeline, and is over once success is back for 5 s, so that a good
 * second within an outage does not halve it. Infinity if it lasts to the end of the run, 0 without one.
 */
export function measureOutage(
  data: VariantData,
  parts: readonly number[],
  spans: readonly Span[],
): Measured {
  const objective = data.variant.scenario.report.slo?.success ?? USUAL_SUCCESS;
  const each = data.records.map((record) => {
    const own = parts.length > 1 ? parts.map((part) => [part]) : [];
    const all = [parts, ...own].map((some) => longest(data, record, some, spans, objective));
    const known = all.filter((seconds) => seconds !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
  return recoveryFrom(each);
}

function longest(
  { plan }: VariantData,
  record: RunRecord,
  parts: readonly number[],
  spans: readonly Span[],
  objective: number,
): number | null {
  const isAsked = ({ fromNs }: JudgedStep): boolean =>
    spans.some((span) => fromNs >= span.fromNs && fromNs < span.untilNs);
  const windows = merged(judgedSteps(plan, record, parts).filter(isAsked));
  if (windows.length === 0) return null;
  const endNs = windows[windows.length - 1].untilNs;
  let most: Ns = 0;
  let fromNs: Ns | null = null;
  let lastNs: Ns = 0;
  for (const { fromNs: startNs, untilNs, judged, failed } of windows) {
    if (failed > (1 - objective) * judged) {
      fromNs ??= startNs;
      lastNs = untilNs;
      most = Math.max(most, lastNs - fromNs);
    } else if (untilNs - lastNs >= RECOVERY_WINDOW_NS) fromNs = null;
  }
  // A run that ends in an outage does not show how long that lasts; one bad step at its end is no outage.
  const isOpen = fromNs !== null && lastNs === endNs && endNs - fromNs >= RECOVERY_WINDOW_NS;
  const isOfRun = spans.some(({ untilNs }) => untilNs >= plan.endNs);
  return isOpen && isOfRun ? Infinity : most / 1e9;
}

/** Adjacent steps together, until at least 20 requests arrive in them; the last ones join those before. */
function merged(steps: readonly JudgedStep[]): readonly JudgedStep[] {
  const found: JudgedStep[] = [];
  let open: JudgedStep | null = null;
  for (const step of steps) {
    open = open === null ? step : together(open, step);
    if (open.judged < FEW_ARRIVALS) continue;
    found.push(open);
    open = null;
  }
  const last = found.pop();
  const rest = open === null ? last : last === undefined ? open : together(last, open);
  return rest === undefined ? found : [...found, rest];
}

function together(a: JudgedStep, b: JudgedStep): JudgedStep {
  return {
    fromNs: a.fromNs,
    untilNs: b.untilNs,
    judged: a.judged + b.judged,
    failed: a.failed + b.failed,
  };
}
