import type { Ns } from '../kernel/time.js';
import type { PlanFault } from '../spec/plan.js';
import type { RunRecord } from '../spec/record.js';
import { meanOf, type Measured } from './estimate.js';
import { arrivedOf, sumCells, sumOutcomes } from './sums.js';
import type { VariantData } from './variant-data.js';
import {
  afterSpan,
  cellsOf,
  recoverySlots,
  recoveryWindows,
  RECOVERY_WINDOW_NS,
  spansOf,
  type CellSet,
} from './window.js';

/** Share of the baseline at which goodput counts as recovered. */
export const RECOVERED_SHARE = 0.95;

/** Goodput per arrival of some parts of a run in a window; null where nothing arrived. */
export function goodShare(
  record: RunRecord,
  parts: readonly number[],
  window: CellSet,
): number | null {
  const rows = parts.map((part) => record.parts[part]);
  const arrived = arrivedOf(sumOutcomes(rows, window.cells));
  if (arrived === 0) return null;
  let good = 0;
  for (const row of rows) good += sumCells(row.good, window.cells);
  return good / arrived;
}

/** Windows of the time after a fault, and the time before it that they are held against. */
export interface RecoveryGrid {
  readonly before: CellSet;
  readonly windows: readonly CellSet[];
  /** Where a recovery may begin, see recoverySlots. */
  readonly slots: readonly CellSet[];
  readonly slotNs: Ns;
}

/** The windows in which recovery from a fault is looked for; null where the variant does not have it. */
export function recoveryGrid(data: VariantData, fault: string): RecoveryGrid | null {
  const found = data.plan.faults.find((candidate) => candidate.id === fault);
  if (found === undefined || found.spans.length === 0) return null;
  return gridOf(data, found);
}

/**
 * Seconds from the end of the fault to the start of the first window of 5 s from which on goodput per
 * arrival stays at 95 % of its share before the fault, in this window and in all that follow it without a
 * gap; Infinity where there is none, null where nothing can be said (no arrivals before the fault, no
 * whole window after it). Windows without arrivals say nothing and are passed over.
 */
export function recoveryOf(
  record: RunRecord,
  parts: readonly number[],
  grid: RecoveryGrid,
): number | null {
  const before = goodShare(record, parts, grid.before);
  if (before === null) return null;
  const rows = parts.map((part) => record.parts[part]);
  const arrived = prefixSums(grid.slots.map(({ cells }) => arrivedOf(sumOutcomes(rows, cells))));
  const good = prefixSums(
    grid.slots.map(({ cells }) => rows.reduce((sum, row) => sum + sumCells(row.good, cells), 0)),
  );
  const length = Math.round(RECOVERY_WINDOW_NS / grid.slotNs);
  const slots = grid.slots.length;
  if (slots < length || arrived[slots] === 0) return null;
  const limit = RECOVERED_SHARE * before;
  for (let start = 0; start + length <= slots; start++) {
    if (staysAbove(arrived, good, start, length, limit)) return (start * grid.slotNs) / 1e9;
  }
  return Infinity;
}

/** Recovery over all runs of a variant. The value is the mean of those that recover, if most do. */
export function measureRecovery(
  data: VariantData,
  parts: readonly number[],
  fault: string,
): Measured {
  const grid = recoveryGrid(data, fault);
  const each = data.records.map((record) =>
    grid === null ? null : recoveryOf(record, parts, grid),
  );
  const known = each.filter((value) => value !== null);
  const recovered = known.filter((value) => Number.isFinite(value));
  const isMostlyNever = known.length > 0 && recovered.length * 2 <= known.length;
  const value = isMostlyNever ? Infinity : meanOf(recovered).value;
  return { kind: 'recovery', value, each, hits: [], trials: [] };
}

/** How many runs never recover. */
export function neverCount(measured: Measured): number {
  return measured.each.filter((value) => value === Infinity).length;
}

function gridOf(data: VariantData, fault: PlanFault): RecoveryGrid {
  const { plan } = data;
  const before = spansOf({ kind: 'before', fault: fault.id, offset: 0 }, plan);
  const after = afterSpan(fault, plan);
  return {
    before: cellsOf(before, plan),
    windows: recoveryWindows(after, plan),
    ...recoverySlots(after, plan),
  };
}

/** sums[k] = the first k values together. */
function prefixSums(values: readonly number[]): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return sums;
}

/**
 * Whether the windows of `length` slots from `start` on, one behind the other, all hold the limit. The
 * last of them ends with the slots, so that nothing at the end is left out.
 */
function staysAbove(
  arrived: readonly number[],
  good: readonly number[],
  start: number,
  length: number,
  limit: number,
): boolean {
  const last = arrived.length - 1 - length;
  const holds = (from: number): boolean => {
    const all = arrived[from + length] - arrived[from];
    return all === 0 || (good[from + length] - good[from]) / all >= limit;
  };
  for (let from = start; from < last; from += length) if (!holds(from)) return false;
  return holds(last);
}
