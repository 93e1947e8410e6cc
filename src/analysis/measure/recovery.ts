import type { Ns } from '../../kernel/time.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { recoveryFrom, type Measured } from './estimate.js';
import { spansIn, strikes } from './faulted.js';
import { arrivedIn, goodputOf, goodShare, RECOVERED_SHARE, type Goodput } from './goodput.js';
import type { VariantData } from './variant-data.js';
import {
  afterSpan,
  cellsOf,
  clipped,
  recoverySlots,
  RECOVERY_WINDOW_NS,
  type CellSet,
  type Span,
} from './window.js';

/** A window with fewer arrivals is merged with the next. */
export const FEW_ARRIVALS = 20;

/** The time after a fault, and the time before it with which it is compared. */
export interface RecoveryGrid {
  readonly before: CellSet;
  /** From the start of the fault, its own time included. */
  readonly since: readonly CellSet[];
  /** Slots in which a recovery may begin, see recoverySlots. */
  readonly slots: readonly CellSet[];
  readonly slotNs: Ns;
}

/** The windows in which recovery from a fault is searched; null if the variant does not have the fault. */
export function recoveryGrid(data: VariantData, fault: string): RecoveryGrid | null {
  const found = data.plan.faults.find((candidate) => candidate.id === fault);
  if (found === undefined || found.spans.length === 0) return null;
  return gridOf(data, found);
}

/** The same for one run, because the end of a rollout, and of a fault that a responder ends, differs between runs; null if the fault does not strike in it. */
export function recoveryGridIn(
  data: VariantData,
  fault: string,
  record: RunRecord,
): RecoveryGrid | null {
  const found = data.plan.faults.find((candidate) => candidate.id === fault);
  if (found === undefined || !strikes(data, found, record)) return null;
  if (found.rollout === null && found.mitigated === undefined && found.when === null)
    return found.spans.length === 0 ? null : gridOf(data, found);
  const { edges } = data.plan.grid;
  const spans = spansIn(data, found, record).map(({ fromNs, untilNs }) => ({
    fromNs,
    // Windows begin with a cell.
    untilNs: edges.find((edge) => edge >= untilNs) ?? data.plan.horizonNs,
  }));
  return spans.length === 0 ? null : gridOf(data, { ...found, spans });
}

/**
 * Seconds from the end of the fault to the start of the first window of 5 s from which goodput per arrival stays at or
 * above 95 % of its share before the fault, in this window and in all adjacent windows after it. 0 if no window since
 * the start of the fault fell below that; Infinity if no such window exists; null if it cannot be measured (no arrivals
 * before the fault, no whole window after it). Windows with fewer than 20 arrivals are merged with the next.
 * `usual`: the share before the fault; `slack`: standard deviations by which a window may miss the limit.
 */
export function recoveryOf(
  goodput: Goodput,
  grid: RecoveryGrid,
  usual: number | null = goodShare(goodput, grid.before),
  slack = 0,
): number | null {
  if (usual === null) return null;
  const limitAt = limits(usual, arrivedIn(goodput, grid.before), slack);
  const arrived = prefixSums(grid.slots.map((slot) => arrivedIn(goodput, slot)));
  const good = prefixSums(
    grid.slots.map(({ cells }) => cells.reduce((sum, cell) => sum + goodput.good[cell], 0)),
  );
  const length = Math.round(RECOVERY_WINDOW_NS / grid.slotNs);
  const slots = grid.slots.length;
  if (slots < length || arrived[slots] === 0) return null;
  if (staysAt(goodput, grid.since, limitAt)) return 0;
  for (let start = 0; start + length <= slots; start++) {
    // The last requests have had no time to end: nothing is known of them, so they show no recovery.
    if (start > 0 && arrived[slots] - arrived[start] < MIN_ARRIVALS) break;
    if (staysAbove(arrived, good, start, length, limitAt)) return (start * grid.slotNs) / 1e9;
  }
  return Infinity;
}

/** Whether every window holds the limit; thin windows are merged with the next. */
export function staysGood(goodput: Goodput, windows: readonly CellSet[], limit: number): boolean {
  return staysAt(goodput, windows, () => limit);
}

/** The same with a limit that depends on the number of arrivals. */
function staysAt(
  goodput: Goodput,
  windows: readonly CellSet[],
  limitAt: (arrived: number) => number,
): boolean {
  let arrived = 0;
  let good = 0;
  for (const [i, window] of windows.entries()) {
    const all = arrivedIn(goodput, window);
    arrived += all;
    good += all > 0 ? goodShare(goodput, window)! * all : 0;
    const isThin = arrived < FEW_ARRIVALS && i < windows.length - 1;
    if (isThin) continue;
    // A thin window at the end of the run may have no next window to merge with.
    if (arrived >= MIN_ARRIVALS && good / arrived < limitAt(arrived)) return false;
    arrived = 0;
    good = 0;
  }
  return true;
}

/** Below this number of arrivals the last window is not judged, and shows no recovery. */
const MIN_ARRIVALS = 5;

/** The share of good answers that a window of some arrivals needs. */
function limits(usual: number, before: number, slack: number): (arrived: number) => number {
  // A share of 1 before the fault does not mean that no request ever fails.
  const failing = Math.max(1 - usual, before > 0 ? 1 / before : 0);
  const variance = failing * (1 - Math.min(1, failing));
  return (arrived) => RECOVERED_SHARE * usual - slack * Math.sqrt(variance / arrived);
}

/** Goodput of some parts of a run: of all together, and of each where there are several. */
interface Goodputs {
  readonly all: Goodput;
  readonly each: readonly Goodput[];
}

/**
 * Standard deviations by which one kind of request may miss the limit: it has fewer arrivals than all together, and the
 * worst of several is to be worse by more than chance.
 */
export const KIND_SLACK = 4;

/**
 * Recovery over all runs of a variant: the mean of those that recover, if most do. In each run the slowest kind of
 * request counts: a workload has not recovered while one of its requests is dead, however small its share is.
 */
export function measureRecovery(
  data: VariantData,
  parts: readonly number[],
  fault: string,
): Measured {
  return recoveryIn(data, goodputsOf(data, parts), fault);
}

/** Goodput of some parts, by run. */
export function goodputsOf(data: VariantData, parts: readonly number[]): readonly Goodputs[] {
  return data.records.map((record) => ({
    all: goodputOf(data, record, parts),
    each: parts.length > 1 ? parts.map((part) => goodputOf(data, record, [part])) : [],
  }));
}

/** Recovery of parts whose goodput is known: it is the same for every fault. `goodputs` are by run. */
export function recoveryIn(
  data: VariantData,
  goodputs: readonly Goodputs[],
  fault: string,
): Measured {
  const each = data.records.map((record, run) => {
    const grid = recoveryGridIn(data, fault, record);
    if (grid === null) return null;
    const own = goodputs[run].each.flatMap(
      (goodput) => recoveryOf(goodput, grid, undefined, KIND_SLACK) ?? [],
    );
    const all = recoveryOf(goodputs[run].all, grid);
    return all === null ? null : Math.max(all, ...own);
  });
  return recoveryFrom(each);
}

/** Number of runs that never recover. */
export function neverCount(measured: Measured): number {
  return measured.each.filter((value) => value === Infinity).length;
}

/** Windows of 5 s from a time to the end of a span; the last may be shorter. */
export function windowsFrom(fromNs: Ns, untilNs: Ns, data: VariantData): readonly CellSet[] {
  const windows: CellSet[] = [];
  for (let from = fromNs; from < untilNs; from += RECOVERY_WINDOW_NS) {
    const until = Math.min(untilNs, from + RECOVERY_WINDOW_NS);
    windows.push(cellsOf([{ fromNs: from, untilNs: until }], data.plan));
  }
  return windows;
}

/** Windows in which recovery from trouble is searched. `after`: the time since it ended. */
export function gridBetween(
  data: VariantData,
  before: CellSet,
  fromNs: Ns,
  after: Span,
): RecoveryGrid {
  const { plan } = data;
  return {
    before,
    since: windowsFrom(fromNs, after.untilNs, data),
    ...recoverySlots(after, plan),
  };
}

function gridOf(data: VariantData, fault: PlanFault): RecoveryGrid {
  const { plan } = data;
  const [{ fromNs }] = fault.spans;
  const before = clipped([{ fromNs: plan.warmupNs, untilNs: fromNs }], plan);
  return gridBetween(data, cellsOf(before, plan), fromNs, afterSpan(fault, plan));
}

/** sums[k] = sum of the first k values. */
function prefixSums(values: readonly number[]): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return sums;
}

/**
 * Whether the adjacent windows of `length` slots from `start` all hold the limit. The last window ends with the last
 * slot, so that it covers the end. A window with too few arrivals grows forwards, and at the end backwards.
 */
function staysAbove(
  arrived: readonly number[],
  good: readonly number[],
  start: number,
  length: number,
  limitAt: (arrived: number) => number,
): boolean {
  const slots = arrived.length - 1;
  const last = slots - length;
  const holds = (from: number): boolean => {
    let until = from + length;
    while (until < slots && arrived[until] - arrived[from] < FEW_ARRIVALS) until++;
    let since = from;
    while (since > start && arrived[until] - arrived[since] < FEW_ARRIVALS) since--;
    const all = arrived[until] - arrived[since];
    return all === 0 || (good[until] - good[since]) / all >= limitAt(all);
  };
  for (let from = start; from < last; from += length) if (!holds(from)) return false;
  return holds(last);
}
