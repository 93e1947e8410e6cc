import type { PlanFault } from '../../contracts/plan/plan.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import { recoveryFrom, type Measured } from './estimate.js';
import { lineOf, meterOf, type MeterOf } from './meter-of.js';
import { recoveryGrid } from './recovery.js';
import type { VariantData } from './variant-data.js';
import { afterSpan, cellsOf, RECOVERY_WINDOW_NS } from './window.js';

type Gauge = MeterOf<'gauge'>;

/** Meters of a number that waits, each with that of the age of the oldest item. */
const AGES: ReadonlyMap<string, string> = new Map([
  ['lag', 'age'],
  ['waiting', 'age'],
  ['outbox.rows', 'outbox.age'],
]);

/**
 * Time to drain a backlog: seconds from the end of a fault to the first slot in which the lag, without messages that a
 * handler works on, is nowhere above its usual level, and no item of the time of the fault waits for longer than usual:
 * messages that fail in every attempt stay, however few they are. Infinity if there is no such slot, null if it cannot
 * be measured. Another fault that begins meanwhile does not end the measurement: its backlog has to drain as well.
 * `lags`: for each run, the gauges whose sum is the lag.
 */
export function measureDrain(
  data: VariantData,
  fault: string,
  lags: readonly (readonly MeterRecord[])[],
): Measured {
  const grid = recoveryGrid(data, fault);
  const found = data.plan.faults.find(({ id }) => id === fault);
  const each = lags.map((all, run) => {
    const meters = all.map((lag) => lineOf(data.records[run], lag));
    if (grid === null || found === undefined || meters.length === 0) return null;
    if (grid.slots.length === 0 || grid.before.cells.length === 0) return null;
    const usual = usualCells(data, grid.before.cells);
    const limit = largest(meters, usual);
    const isHeld = heldOf(data, found, agesOf(data.records[run], meters), usual);
    // A slot of a long run may be shorter than a cell, and has none of its own.
    const isOver = (cells: Int32Array): boolean =>
      cells.length > 0 && largest(meters, cells) <= limit && !cells.some(isHeld);
    const slot = grid.slots.findIndex(({ cells }) => isOver(cells));
    return slot < 0 ? laterDrain(data, found, isOver) : (slot * grid.slotNs) / 1e9;
  });
  return recoveryFrom(each);
}

function agesOf({ meters }: RunRecord, lags: readonly MeterRecord[]): readonly Gauge[] {
  return lags.flatMap(({ name, component, part }) => {
    const age = AGES.get(name);
    const own = age === undefined ? undefined : meterOf({ meters }, 'gauge', age, component, part);
    return own === undefined ? [] : [own];
  });
}

/**
 * Whether the oldest item of a cell waits for longer than before any fault, through the whole cell, and has come while
 * this fault was active, or was no older than usual when it began, such as a message whose handler the fault killed. An
 * older one is not its doing.
 */
function heldOf(
  { plan }: VariantData,
  fault: PlanFault,
  ages: readonly Gauge[],
  usual: Int32Array,
): (cell: number) => boolean {
  const { edges } = plan.grid;
  const [{ fromNs: began }] = fault.spans;
  const { fromNs: ended } = afterSpan(fault, plan);
  const longest = ages.map(({ max }) => usual.reduce((most, cell) => Math.max(most, max[cell]), 0));
  return (cell) =>
    ages.some(({ max }, i) => {
      const came = edges[cell + 1] - max[cell];
      return max[cell] > longest[i] && came >= began - longest[i] && came < ended;
    });
}

/** Seconds from the end of a fault to the first later cell in which the backlog is over. */
function laterDrain(
  { plan }: VariantData,
  fault: PlanFault,
  isOver: (cells: Int32Array) => boolean,
): number {
  const { fromNs, untilNs } = afterSpan(fault, plan);
  const { cells } = cellsOf([{ fromNs: untilNs, untilNs: plan.endNs }], plan);
  const drained = cells.find((cell) => isOver(Int32Array.of(cell)));
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
