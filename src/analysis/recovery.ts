import type { PlanFault } from '../spec/plan.js';
import type { RunRecord } from '../spec/record.js';
import { meanOf, type Measured } from './estimate.js';
import { arrivedOf, sumCells, sumOutcomes } from './sums.js';
import type { VariantData } from './variant-data.js';
import {
  afterSpan,
  cellsOf,
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
}

/** The windows in which recovery from a fault is looked for; null where the variant does not have it. */
export function recoveryGrid(data: VariantData, fault: string): RecoveryGrid | null {
  const found = data.plan.faults.find((candidate) => candidate.id === fault);
  if (found === undefined || found.spans.length === 0) return null;
  return gridOf(data, found);
}

/**
 * Seconds from the end of the fault to the start of the first window of 5 s from which on goodput per
 * arrival stays at 95 % of its share before the fault; Infinity where there is none, null where nothing
 * can be said (no arrivals before the fault, no whole window after it). Windows without arrivals say
 * nothing and are passed over.
 */
export function recoveryOf(
  record: RunRecord,
  parts: readonly number[],
  grid: RecoveryGrid,
): number | null {
  const before = goodShare(record, parts, grid.before);
  if (before === null) return null;
  const shares = grid.windows.map((window) => goodShare(record, parts, window));
  if (shares.every((share) => share === null)) return null;
  let first = shares.length;
  for (let i = shares.length - 1; i >= 0; i--) {
    const share = shares[i];
    if (share !== null && share < RECOVERED_SHARE * before) break;
    first = i;
  }
  if (first === shares.length) return Infinity;
  return (first * RECOVERY_WINDOW_NS) / 1e9;
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
  return {
    before: cellsOf(before, plan),
    windows: recoveryWindows(afterSpan(fault, plan), plan),
  };
}
