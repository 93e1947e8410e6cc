import type { MeterRecord } from '../../contracts/record/record.js';
import { recoveryFrom, type Measured } from './estimate.js';
import { recoveryGrid } from './recovery.js';
import type { VariantData } from './variant-data.js';
import { afterSpan, cellsOf, RECOVERY_WINDOW_NS } from './window.js';

/**
 * Time to drain a backlog: seconds from the end of a fault to the first slot in which the lag is nowhere above its
 * usual level; Infinity if there is none, null if it cannot be measured. Another fault that begins meanwhile does not
 * end the measurement: its backlog has to drain as well. `lags`: for each run, the gauges whose sum is the lag.
 */
export function measureDrain(
  data: VariantData,
  fault: string,
  lags: readonly (readonly MeterRecord[])[],
): Measured {
  const grid = recoveryGrid(data, fault);
  const each = lags.map((meters) => {
    if (grid === null || meters.length === 0 || grid.slots.length === 0) return null;
    if (grid.before.cells.length === 0) return null;
    const limit = largest(meters, usualCells(data, grid.before.cells));
    const slot = grid.slots.findIndex(({ cells }) => largest(meters, cells) <= limit);
    return slot < 0 ? laterDrain(data, fault, meters, limit) : (slot * grid.slotNs) / 1e9;
  });
  return recoveryFrom(each);
}

/** Seconds from the end of a fault to the first later cell whose lag is within the limit. */
function laterDrain(
  { plan }: VariantData,
  fault: string,
  meters: readonly MeterRecord[],
  limit: number,
): number {
  const found = plan.faults.find(({ id }) => id === fault)!;
  const { fromNs, untilNs } = afterSpan(found, plan);
  const { cells } = cellsOf([{ fromNs: untilNs, untilNs: plan.endNs }], plan);
  const drained = cells.find((cell) => largest(meters, Int32Array.of(cell)) <= limit);
  return drained === undefined ? Infinity : (plan.grid.edges[drained] - fromNs) / 1e9;
}

/**
 * Cells that show the usual level: those before the first fault. Later cells contain the backlog of earlier faults,
 * and a single cell before this fault is too noisy, since lag rises and falls with every batch. If a fault is active
 * from the start of the run, only the last seconds before this fault are left: a lasting fault is then part of the
 * usual level, and the backlog of an earlier one may have drained by then.
 */
function usualCells(data: VariantData, before: Int32Array): Int32Array {
  if (data.before.cells.length > 0) return data.before.cells;
  const { edges } = data.plan.grid;
  const last = before[before.length - 1];
  return before.filter((cell) => edges[cell] >= edges[last + 1] - RECOVERY_WINDOW_NS);
}

/** Largest sum of the gauges in these cells. */
function largest(meters: readonly MeterRecord[], cells: Int32Array): number {
  let most = 0;
  for (const cell of cells) {
    let sum = 0;
    for (const meter of meters) if (meter.form === 'gauge') sum += meter.max[cell];
    most = Math.max(most, sum);
  }
  return most;
}
