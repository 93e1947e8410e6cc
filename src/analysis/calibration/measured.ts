import { log } from '../../kernel/math.js';
import type { Observations, Observed } from '../../importing/traces/observe.js';
import { momentsOf } from '../../stats/moments.js';
import { sortedQuantile } from '../../stats/rank.js';
import type { CalibrationFigureName } from '../../contracts/result/calibration.js';

/** A part of the data: the first share of it, or the rest. */
export interface DataPart {
  /** Seconds that it covers. */
  readonly seconds: number;
  /** Share of the requests of this time that it has. */
  readonly share: number;
  has(start: number, trace: number): boolean;
}

/** How data are divided: all before an instant, or some of the traces of the whole time. */
export type SplitBy = 'time' | 'trace';

/** A figure of the data, with the standard error of its logarithm; of failures, of the share itself. */
export interface MeasuredFigure {
  readonly name: CalibrationFigureName;
  /** Seconds, per second, or a share. */
  readonly value: number;
  readonly error: number;
}

/** The part to fit to, and the part to judge by. */
export function split(
  { first, last, traces }: Pick<Observations, 'first' | 'last' | 'traces'>,
  share: number,
  by: SplitBy,
): { readonly fit: DataPart; readonly rest: DataPart } {
  const seconds = (last - first) / 1e9;
  if (by === 'time') {
    const until = first + share * (last - first);
    return {
      fit: { seconds: share * seconds, share: 1, has: (start) => start < until },
      rest: { seconds: (1 - share) * seconds, share: 1, has: (start) => start >= until },
    };
  }
  let some = 0;
  for (let trace = 0; trace < traces; trace++) if (chance(trace) < share) some++;
  const own = traces === 0 ? share : some / traces;
  return {
    fit: { seconds, share: own, has: (_, trace) => chance(trace) < share },
    rest: { seconds, share: 1 - own, has: (_, trace) => chance(trace) >= share },
  };
}

/** A number from 0 to 1 for a trace. */
function chance(trace: number): number {
  let h = Math.imul(trace + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 0x1_0000_0000;
}

const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;
/** Observations beyond a quantile without which it is not measured, and those of a rate or a share. */
const BEYOND = 5;
const FEW = 30;
/** Pieces of time whose differences show how much a figure varies by itself. */
const PIECES = 10;

/** The figures of one series in a part of the data. Empty if it has too few observations. */
export function figuresOf(
  series: Observed,
  part: DataPart,
  weight: number,
): { readonly n: number; readonly figures: readonly MeasuredFigure[] } {
  const { starts, durations, traces, extra } = series;
  const kept: number[] = [];
  for (let i = 0; i < starts.length; i++) if (part.has(starts[i], traces[i])) kept.push(i);
  kept.sort((a, b) => starts[a] - starts[b] || a - b);
  const own = kept.filter((i) => !extra[i]);
  const n = own.length;
  if (n < FEW) return { n, figures: [] };
  const pieces = inPieces(own);
  const sorted = (some: readonly number[]): Float64Array =>
    Float64Array.from(some, (i) => Math.max(1, durations[i])).sort();
  const all = sorted(own);
  const byPiece = pieces.map(sorted);
  const quantiles = QUANTILES.filter(([, q]) => n * (1 - q) >= BEYOND).map(
    ([name, q]): MeasuredFigure => {
      const between = spread(byPiece.map((piece) => log(sortedQuantile(piece, q))));
      const error = Math.max(rankError(all, q), between);
      return { name, value: sortedQuantile(all, q) / 1e9, error };
    },
  );
  return {
    n,
    figures: [
      ...quantiles,
      {
        name: 'throughput',
        value: (n * weight) / part.seconds / part.share,
        error: 1 / Math.sqrt(n),
      },
      { name: 'failures', ...failuresOf(series, kept) },
    ],
  };
}

function inPieces(own: readonly number[]): readonly (readonly number[])[] {
  const n = own.length;
  return Array.from({ length: PIECES }, (_, k) =>
    own.slice(Math.floor((k * n) / PIECES), Math.floor(((k + 1) * n) / PIECES)),
  );
}

/** The share of failures of all that was kept, each with its weight. */
function failuresOf(
  { failed, weights }: Observed,
  kept: readonly number[],
): Pick<MeasuredFigure, 'value' | 'error'> {
  const sum = (some: readonly number[], of: (i: number) => number): number =>
    some.reduce((total, i) => total + of(i), 0);
  const shareOf = (some: readonly number[]): number =>
    sum(some, (i) => (failed[i] ? weights[i] : 0)) / sum(some, (i) => weights[i]);
  const value = shareOf(kept);
  const all = sum(kept, (i) => weights[i]);
  const off = (i: number): number => weights[i] * ((failed[i] ? 1 : 0) - value);
  const noise = spread(inPieces(kept).map(shareOf));
  const one = sum(kept, (i) => weights[i] * weights[i]) / (all * all);
  return { value, error: Math.max(noise, Math.sqrt(sum(kept, (i) => off(i) * off(i))) / all, one) };
}

/** Standard error of the logarithm of a quantile, from the ranks around it. Source: binomial interval of order statistics. */
function rankError(sorted: Float64Array, q: number): number {
  const n = sorted.length;
  const half = Math.sqrt(n * q * (1 - q));
  const at = (rank: number): number => sorted[Math.min(n - 1, Math.max(0, Math.round(rank) - 1))];
  return (log(at(n * q + half)) - log(at(n * q - half))) / 2;
}

/** Standard error of the mean of the pieces. */
function spread(values: readonly number[]): number {
  return momentsOf(values).sd / Math.sqrt(values.length);
}
