import { invariant } from '../../kernel/invariant.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';

/** The steps of the timeline: absolute starts and lengths in ns. Only the last may be shorter. */
export interface Steps {
  readonly count: number;
  readonly startNs: Float64Array;
  readonly lengthNs: Float64Array;
  readonly stepOfCell: Int32Array;
}

/** Counts by step and outcome: steps x 18, row by step, in the narrowest type that holds them. */
export type OutcomeTable = Uint8Array | Uint16Array | Float64Array;

/**
 * Columns and series of a list of steps that have one value throughout, by that value. Most of a large topology do:
 * few of its calls are made in a short run, and hardly any is refused. They must not be written.
 */
interface Shared {
  /** A table to write into, and its beginning: one column. */
  readonly table: Float64Array;
  readonly column: Float64Array;
  readonly noOutcomes: Uint8Array;
  readonly columns: Map<number, Float64Array>;
  readonly series: Map<unknown, readonly unknown[]>;
  /** The table is being written. */
  isOpen: boolean;
}

const shared = new WeakMap<Steps, Shared>();

function sharedOf(steps: Steps): Shared {
  let own = shared.get(steps);
  if (own === undefined) {
    const table = new Float64Array(steps.count * OUTCOME_KINDS);
    own = {
      table,
      column: table.subarray(0, steps.count),
      noOutcomes: new Uint8Array(table.length),
      columns: new Map(),
      series: new Map(),
      isOpen: false,
    };
    shared.set(steps, own);
  }
  return own;
}

/** The column that has this value in each step. */
export function constantColumn(steps: Steps, value: number): Float64Array {
  const { columns } = sharedOf(steps);
  let column = columns.get(value);
  if (column === undefined)
    columns.set(value, (column = new Float64Array(steps.count).fill(value)));
  return column;
}

function written(
  steps: Steps,
  part: 'column' | 'table',
  write: (values: Float64Array) => void,
): Shared {
  const own = sharedOf(steps);
  invariant(!own.isOpen, 'column-in-column');
  own.isOpen = true;
  try {
    write(own[part].fill(0));
  } finally {
    own.isOpen = false;
  }
  return own;
}

/** A column by step. `write` receives zeros, and must not make another column meanwhile. */
export function columnOf(steps: Steps, write: (column: Float64Array) => void): Float64Array {
  const { column } = written(steps, 'column', write);
  return isConstant(column) ? constantColumn(steps, column[0]) : column.slice();
}

/** A table of outcomes by step; `write` as above. */
export function outcomeTable(steps: Steps, write: (table: Float64Array) => void): OutcomeTable {
  const { table, noOutcomes } = written(steps, 'table', write);
  let most = 0;
  for (let at = 0; at < table.length; at++) if (table[at] > most) most = table[at];
  if (most === 0) return noOutcomes;
  if (most <= 0xff) return new Uint8Array(table);
  return most <= 0xffff ? new Uint16Array(table) : table.slice();
}

/** A series by step, or the known one that has the same value in each step. */
export function sharedSeries<T>(steps: Steps, values: readonly T[]): readonly T[] {
  if (values.length !== steps.count || !isConstant(values)) return values;
  const { series } = sharedOf(steps);
  const known = series.get(values[0]) ?? values;
  series.set(values[0], known);
  return known as readonly T[];
}

function isConstant(values: ArrayLike<unknown>): boolean {
  for (let at = 1; at < values.length; at++) if (!Object.is(values[at], values[0])) return false;
  return true;
}
