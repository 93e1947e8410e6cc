import type { RunRecord } from '../../contracts/record/record.js';
import { rowsAt, sumCells } from '../measure/sums.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';

/** Part of the work from which waiting for locks explains it. */
const LOCKED = 0.05;

/** Whether waits for locks are a part of the work of a component that matters. */
export function locksHold(
  { plan }: VariantData,
  record: RunRecord,
  component: number,
  { cells, segments }: CellSet,
): boolean {
  const waits = lockWaits(record, segments);
  if (waits === 0) return false;
  const parts = rowsAt(record, partsOf(plan, component));
  const work = parts.reduce((sum, { busyNs }) => sum + sumCells(busyNs, cells), 0);
  return waits >= LOCKED * work;
}

/** Time that executions wait for locks in some segments, ns. */
function lockWaits({ meters }: RunRecord, segments: Int32Array): number {
  return meters.reduce((total, meter) => {
    if (meter.name !== 'lockWait' || meter.form !== 'durations') return total;
    return segments.reduce((sum, segment) => sum + (meter.segments[segment]?.sum ?? 0), total);
  }, 0);
}
