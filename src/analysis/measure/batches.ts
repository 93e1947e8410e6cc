import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { Measured } from './estimate.js';
import { cellSums, picked, type GaugePick } from './gauges.js';
import type { Asked } from './question.js';
import { rowsOf } from './subjects.js';
import { arrivedOf, finishedOf, succeededOf } from './sums.js';
import type { CellSet } from './window.js';

/** A measured success share, with successes and finished requests by step. */
export function withSuccesses(measured: Measured, asked: Asked): Measured {
  return withBatches(
    measured,
    asked,
    (cell) => counted(asked, cell, succeededOf),
    (cell) => counted(asked, cell, finishedOf),
  );
}

/** A measured rate of finished requests, by step. */
export function withFinished(measured: Measured, asked: Asked): Measured {
  return withBatches(measured, asked, (cell) => counted(asked, cell, finishedOf), secondsIn(asked));
}

/** A measured rate of successes within the users' patience; for edges, of all successes. */
export function withGood(measured: Measured, asked: Asked): Measured {
  return withBatches(measured, asked, goodIn(asked), secondsIn(asked));
}

/** The same successes as a measured share of the arrivals, by step. */
export function withServed(measured: Measured, asked: Asked): Measured {
  return withBatches(measured, asked, goodIn(asked), (cell) => counted(asked, cell, arrivedOf));
}

/** A measured mean level of some gauges, multiplied by `scale`. */
export function withLevels(
  measured: Measured,
  asked: Pick<Asked, 'data' | 'window'>,
  pick: GaugePick,
  scale: number,
): Measured {
  if (asked.data.records.length !== 1) return measured;
  const { records, plan } = asked.data;
  const areas = cellSums(picked(records[0], pick), 'area', plan.grid.edges.length - 1);
  const level = (cell: number): number => (areas[cell] * scale) / 1e9;
  return withBatches(measured, asked, level, secondsIn(asked));
}

/**
 * A measured mean latency, with sums by step. Latencies by step are recorded only for whole steps, for parts and for
 * successes. Any other question (edges, partial steps, latencies that include failures) gets no batches.
 */
export function withLatencies(
  measured: Measured,
  asked: Asked,
  which: 'latency' | 'successLatency',
): Measured {
  const { data, selection, window } = asked;
  if (data.records.length !== 1 || selection.callers !== null) return measured;
  const { edges, stepOfCell } = data.plan.grid;
  const isCut = edges.length - 1 !== window.cells.length && !coversSteps(window, stepOfCell);
  if (isCut) return measured;
  const [record] = data.records;
  const all = (pick: typeof finishedOf): number => {
    let sum = 0;
    for (let i = 0; i < window.cells.length; i++) sum += counted(asked, window.cells[i], pick);
    return sum;
  };
  if (which === 'latency' && all(finishedOf) !== all(succeededOf)) return measured;
  const steps = [...new Set([...window.cells].map((cell) => stepOfCell[cell]))];
  const rows = selection.parts.map((part) => record.parts[part].stepLatency);
  const total = (field: 'sum' | 'count'): number[] =>
    steps.map((step) => rows.reduce((sum, row) => sum + row[field][step], 0));
  const over = total('sum').map((sum) => sum / 1e9);
  return { ...measured, batches: { over, under: total('count') } };
}

/** True if a window has all cells of each of its steps. */
function coversSteps({ cells }: CellSet, stepOfCell: Int32Array): boolean {
  if (cells.length === 0) return false;
  const first = cells[0];
  const last = cells[cells.length - 1];
  const startsStep = first === 0 || stepOfCell[first - 1] !== stepOfCell[first];
  const endsStep = last === stepOfCell.length - 1 || stepOfCell[last + 1] !== stepOfCell[last];
  return startsStep && endsStep && last - first + 1 === cells.length;
}

function counted(
  { data, selection }: Asked,
  cell: number,
  pick: (counts: ArrayLike<number>, at?: number) => number,
): number {
  let sum = 0;
  for (const row of rowsOf(data.records[0], selection))
    sum += pick(row.outcomes, cell * OUTCOME_KINDS);
  return sum;
}

/** Successes by cell: within the users' patience; for edges, all. */
function goodIn(asked: Asked): (cell: number) => number {
  const { data, selection } = asked;
  if (selection.callers !== null) return (cell) => counted(asked, cell, succeededOf);
  return (cell) => {
    let sum = 0;
    for (const part of selection.parts) sum += data.records[0].parts[part].good[cell];
    return sum;
  };
}

function secondsIn({ data }: Pick<Asked, 'data'>): (cell: number) => number {
  const { edges } = data.plan.grid;
  return (cell) => (edges[cell + 1] - edges[cell]) / 1e9;
}

function withBatches(
  measured: Measured,
  { data, window }: Pick<Asked, 'data' | 'window'>,
  over: (cell: number) => number,
  under: (cell: number) => number,
): Measured {
  if (data.records.length !== 1) return measured;
  const { stepOfCell } = data.plan.grid;
  const batches: { over: number[]; under: number[] } = { over: [], under: [] };
  let step = -1;
  for (let i = 0; i < window.cells.length; i++) {
    const cell = window.cells[i];
    if (stepOfCell[cell] !== step) {
      step = stepOfCell[cell];
      batches.over.push(0);
      batches.under.push(0);
    }
    batches.over[batches.over.length - 1] += over(cell);
    batches.under[batches.under.length - 1] += under(cell);
  }
  return { ...measured, batches };
}
