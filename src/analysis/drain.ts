import type { MeterRecord } from '../spec/record.js';
import type { Measured } from './estimate.js';
import { meanOf } from './estimate.js';
import { recoveryGrid } from './recovery.js';
import type { VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/**
 * How long a backlog lives: seconds from the end of a fault to the first small step of time in which the
 * lag is nowhere above its largest value before the fault; Infinity where there is none, null where
 * nothing can be said. `lags`: of each run, the gauges that add up to the lag.
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
    const limit = largest(meters, grid.before);
    const slot = grid.slots.findIndex((cells) => largest(meters, cells) <= limit);
    return slot < 0 ? Infinity : (slot * grid.slotNs) / 1e9;
  });
  const known = each.filter((value) => value !== null);
  const drained = known.filter((value) => Number.isFinite(value));
  const isMostlyNever = known.length > 0 && drained.length * 2 <= known.length;
  const value = isMostlyNever ? Infinity : meanOf(drained).value;
  return { kind: 'recovery', value, each, hits: [], trials: [] };
}

/** Largest sum of the gauges in these cells. */
function largest(meters: readonly MeterRecord[], { cells }: CellSet): number {
  let most = 0;
  for (const cell of cells) {
    let sum = 0;
    for (const meter of meters) if (meter.form === 'gauge') sum += meter.max[cell];
    most = Math.max(most, sum);
  }
  return most;
}
