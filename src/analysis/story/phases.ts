import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { isBackground } from '../measure/background.js';
import { spansIn } from '../measure/faulted.js';
import { arrivedIn, goodShare, RECOVERED_SHARE, type Goodput } from '../measure/goodput.js';
import { FEW_ARRIVALS, windowsFrom } from '../measure/recovery.js';
import { stepsOf } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { cellsOf, recoveryWindows, RECOVERY_WINDOW_NS, type CellSet } from '../measure/window.js';
import { lastingOf, type Lasting } from './lasting.js';
import { loadChangesOf } from './load-changes.js';

/** The time before trouble, its trigger, and the time after it, of one run. */
export interface Phases {
  /** Faults that last to the end; null if there are none. */
  readonly lasting: Lasting | null;
  readonly before: CellSet;
  /** Start of the first fault that triggers something; without a fault, of the first window that loses goodput. */
  readonly firstNs: Ns;
  /** End of the last of these; without a fault, `steadyNs`. */
  readonly overNs: Ns;
  /** The later of that (the start of a fault without an end) and the last change of the load. */
  readonly steadyNs: Ns;
  /** Whether the load is planned to rise since trouble began. */
  readonly isRaised: boolean;
  /** Whole windows of 5 s from then on. */
  readonly after: readonly CellSet[];
}

/** Windows in a row that must lose goodput for trouble to begin without a fault. */
const IN_A_ROW = 2;

/** Whether any fault strikes in a run. */
export function isStruck(data: VariantData, record: RunRecord): boolean {
  return strikes(data, record, data.plan.faults);
}

/** Whether a fault strikes that is no part of the usual conditions. */
export function isTriggered(data: VariantData, record: RunRecord): boolean {
  return strikes(data, record, changesIn(data));
}

function strikes(data: VariantData, record: RunRecord, faults: readonly PlanFault[]): boolean {
  return faults.some((fault) =>
    spansIn(data, fault, record).some(({ fromNs }) => fromNs < data.plan.endNs),
  );
}

/** Faults that are no part of the usual conditions. */
function changesIn({ plan }: VariantData): readonly PlanFault[] {
  return plan.faults.filter((fault) => !isBackground(fault, plan));
}

/** The phases of a run; null if it has no fault and never loses goodput. */
export function phasesOf(data: VariantData, record: RunRecord, goodput: Goodput): Phases | null {
  const { plan } = data;
  const faults = changesIn(data);
  const spans = faults
    .flatMap((fault) => spansIn(data, fault, record))
    .filter(({ fromNs }) => fromNs < plan.endNs);
  if (spans.length === 0) {
    const onsetNs = onsetOf(data, goodput);
    if (onsetNs === null) return null;
    const own = phases(data, null, onsetNs, onsetNs);
    return { ...own, overNs: own.steadyNs };
  }
  const firstNs = spans.reduce((first, { fromNs }) => Math.min(first, fromNs), Infinity);
  const overNs = spans.reduce((last, { untilNs }) => Math.max(last, untilNs), 0);
  return phases(data, lastingOf(data, record, faults), firstNs, overNs);
}

function phases(data: VariantData, lasting: Lasting | null, firstNs: Ns, overNs: Ns): Phases {
  const { plan } = data;
  const endNs = lasting?.isForGood === true ? lasting.sinceNs : overNs;
  const { changesNs, risesNs } = loadChangesOf(plan, stepsOf(plan));
  // Rises and falls that the run has met before trouble began are part of its usual load.
  const rises = (atNs: Ns): boolean => risesNs.includes(atNs);
  const met = changesNs.filter((atNs) => atNs < firstNs).map(rises);
  const later = changesNs.filter((atNs) => atNs > endNs && !met.includes(rises(atNs)));
  const steadyNs = later.reduce((last, atNs) => Math.max(last, atNs), endNs);
  return {
    lasting,
    before: cellsOf([{ fromNs: plan.warmupNs, untilNs: firstNs }], plan),
    firstNs,
    overNs,
    steadyNs,
    isRaised: risesNs.some((atNs) => atNs >= firstNs),
    after: recoveryWindows({ fromNs: steadyNs, untilNs: plan.endNs }, plan),
  };
}

/** Start of the first two windows in a row with less than 95 % of the goodput share until then; null if there are none. */
function onsetOf(data: VariantData, goodput: Goodput): Ns | null {
  const { plan } = data;
  const windows = windowsFrom(plan.warmupNs, plan.endNs, data);
  let arrived = 0;
  let good = 0;
  let below = 0;
  for (const [i, window] of windows.entries()) {
    const all = arrivedIn(goodput, window);
    if (all < FEW_ARRIVALS) continue;
    const share = goodShare(goodput, window)!;
    if (arrived > 0 && share < (RECOVERED_SHARE * good) / arrived) {
      below++;
      if (below === IN_A_ROW) return plan.warmupNs + (i + 1 - IN_A_ROW) * RECOVERY_WINDOW_NS;
      continue;
    }
    below = 0;
    arrived += all;
    good += share * all;
  }
  return null;
}
