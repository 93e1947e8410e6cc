import type { Series } from './read.js';

/** A time range in pieces of equal length. Unit: seconds. */
export interface Grid {
  readonly from: number;
  readonly length: number;
  readonly count: number;
  /** Usual distance of two samples. */
  readonly step: number;
}

/** Most pieces, and samples in the shortest. */
const PIECES_MAX = 60;
const SAMPLES_LEAST = 2;
/** Distances of samples, in steps, from which something is missing between. */
const GAP = 2.5;
/** Share of a piece that has to be covered. */
const COVERED = 0.9;

/** The grid of series; null without two samples. */
export function gridOf(series: readonly Series[]): Grid | null {
  const distances: number[] = [];
  let from = Infinity;
  let until = -Infinity;
  for (const { times } of series) {
    for (const [k, time] of times.entries()) {
      from = Math.min(from, time);
      until = Math.max(until, time);
      if (k > 0) distances.push(time - times[k - 1]!);
    }
  }
  if (distances.length === 0 || !(until > from)) return null;
  const step = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]!;
  const pieces = Math.floor((until - from) / (SAMPLES_LEAST * step));
  const count = Math.max(1, Math.min(PIECES_MAX, pieces));
  return { from, length: (until - from) / count, count, step };
}

/** Samples that are missing. */
export interface Gaps {
  count: number;
  /** Unit: seconds. */
  longest: number;
  /** Counters that began again at 0. */
  resets: number;
}

/** How much counters grew in each piece of a grid. */
export class Growth {
  private readonly grown: Float64Array;
  /** Longest time of a piece in which one counter was followed. */
  private readonly covered: Float64Array;

  constructor(private readonly grid: Grid) {
    this.grown = new Float64Array(grid.count);
    this.covered = new Float64Array(grid.count);
  }

  /**
   * Adds a counter. Between two samples it grows evenly. A value below the last one is a restart from 0, as in Prometheus;
   * what grew before it is lost, which matters only across a gap.
   */
  add({ times, values }: Series, gaps: Gaps): void {
    const own = new Float64Array(this.grid.count);
    for (let k = 1; k < times.length; k++) {
      const [from, until] = [times[k - 1]!, times[k]!];
      const isGap = until - from > GAP * this.grid.step;
      const isReset = values[k]! < values[k - 1]!;
      if (isGap) {
        gaps.count++;
        gaps.longest = Math.max(gaps.longest, until - from);
      }
      if (isReset) gaps.resets++;
      if (isGap && isReset) continue;
      const by = isReset ? values[k]! : values[k]! - values[k - 1]!;
      this.each(from, until, (piece, part) => {
        this.grown[piece]! += (by * part) / (until - from);
        own[piece]! += part;
      });
    }
    own.forEach((seconds, piece) => {
      this.covered[piece] = Math.max(this.covered[piece]!, seconds);
    });
  }

  /** Growth per second in each piece; NaN where it was not followed. */
  rates(): readonly number[] {
    const { length } = this.grid;
    return Array.from(this.grown, (by, piece) =>
      this.covered[piece]! >= COVERED * length ? by / length : NaN,
    );
  }

  /** Mean growth per second over the pieces that were followed; NaN without one. */
  rate(): number {
    const known = this.rates().filter((rate) => !Number.isNaN(rate));
    return known.reduce((sum, rate) => sum + rate, 0) / known.length;
  }

  /** Number of all that was counted. */
  get total(): number {
    return this.grown.reduce((sum, by) => sum + by, 0);
  }

  private each(from: number, until: number, take: (piece: number, part: number) => void): void {
    const { from: start, length, count } = this.grid;
    const first = Math.max(0, Math.floor((from - start) / length));
    for (let piece = first; piece < count; piece++) {
      const left = Math.max(from, start + piece * length);
      const right = Math.min(until, start + (piece + 1) * length);
      if (right > left) take(piece, right - left);
      if (start + (piece + 1) * length >= until) return;
    }
  }
}
