import type { Ns } from '../../kernel/time.js';
import { DESIGNED, OUTCOME_KINDS, OUTCOME_NAMES } from '../../contracts/outcome.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { throttledBy } from './pool-refusals.js';
import { usualLatency } from './usual-latency.js';
import { arrivedOf, mergeSegments, sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** Share of the baseline at which goodput counts as recovered. */
export const RECOVERED_SHARE = 0.95;
/** An increase of the failed share by more than this counts as failing. */
export const FAILED_SOME = 0.001;

/**
 * Goodput of some parts of one run by cell. Cells at the end of the run, whose requests were cut off before they
 * could finish, stay at 0: only their fast responses are known.
 */
export interface Goodput {
  readonly arrived: Float64Array;
  readonly good: Float64Array;
}

/** Goodput by cell. */
export function goodputOf(data: VariantData, record: RunRecord, parts: readonly number[]): Goodput {
  const { edges } = data.plan.grid;
  const cells = edges.length - 1;
  const arrived = new Float64Array(cells);
  const good = new Float64Array(cells);
  const cutOffNs = data.plan.horizonNs - usualNs(data, record, parts);
  for (const part of parts) {
    const row = record.parts[part];
    for (let cell = 0; cell < cells && edges[cell + 1] <= cutOffNs; cell++) {
      arrived[cell] += arrivedOf(row.outcomes, cell * OUTCOME_KINDS);
      good[cell] += row.good[cell];
    }
  }
  return { arrived, good };
}

/** The same goodput, without the arrivals that were refused by design. */
export function refusalsApart(
  data: VariantData,
  record: RunRecord,
  goodput: Goodput,
  parts: readonly number[],
): Goodput {
  const kinds = DESIGNED.map((name) => OUTCOME_NAMES.indexOf(name));
  const pools = throttledBy('searches', data, record, parts);
  const arrived = goodput.arrived.map((all, cell) => {
    if (all === 0) return 0;
    let refused = 0;
    for (const part of parts) {
      const { outcomes } = record.parts[part];
      for (const kind of kinds) refused += outcomes[cell * OUTCOME_KINDS + kind];
    }
    return all - Math.max(0, refused - (pools?.[cell] ?? 0));
  });
  return { arrived, good: goodput.good };
}

/** Goodput per arrival in a window; null if nothing arrived. */
export function goodShare({ arrived, good }: Goodput, { cells }: CellSet): number | null {
  const all = sumCells(arrived, cells);
  return all > 0 ? sumCells(good, cells) / all : null;
}

/** Arrivals in a window. */
export function arrivedIn({ arrived }: Goodput, { cells }: CellSet): number {
  return sumCells(arrived, cells);
}

/**
 * p99 latency of some parts before the first fault; 0 if there were no requests. Above 10 s it counts only if it does not
 * grow and most requests are answered: they may always take that long, but the waits of an overload are not usual.
 */
export function usualNs(data: VariantData, record: RunRecord, parts: readonly number[]): Ns {
  const rows = parts.map((part) => record.parts[part]);
  const before = mergeSegments(
    rows.map(({ latency }) => latency),
    data.before.segments,
  );
  const p99 = before.count === 0 ? 0 : before.quantile(0.99);
  if (p99 <= LONG_NS) return p99;
  const { cells } = data.before;
  const { stepOfCell } = data.plan.grid;
  const arrived = rows.reduce(
    (sum, { outcomes }) =>
      cells.reduce((all, cell) => all + arrivedOf(outcomes, cell * OUTCOME_KINDS), sum),
    0,
  );
  if (2 * before.count < arrived) return LONG_NS;
  const last = stepOfCell[cells[cells.length - 1]];
  const first = usualLatency(rows, 0, Math.ceil((last + 1) / EARLY_PARTS));
  return first === null || p99 > GROWS * 1e9 * first.quantile(0.99) ? LONG_NS : p99;
}

const LONG_NS = 10_000_000_000;
/** The p99 of the first quarter and that of the whole time; a wait that grows steadily has four times as much. */
const EARLY_PARTS = 4;
const GROWS = 1.5;
