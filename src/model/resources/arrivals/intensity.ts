import { cos } from '../../../kernel/math.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Arrivals } from '../../../contracts/scenario/arrivals.js';

/** The arrival rate over time. Times are in ns from the origin; cumulated values are expected arrivals. */
export interface Intensity {
  /** Expected arrivals from the start of the run until t. */
  cumulated(t: Ns): number;
  /** Earliest time at which this number of arrivals is expected; Infinity if never. */
  inverse(expected: number): Ns;
}

/** The intensity of an open arrival process with a rate; null for processes without one. */
export function intensityOf(arrivals: Arrivals, originNs: Ns, horizonNs: Ns): Intensity | null {
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return new Pieces([{ from: 0, rate: arrivals.rate, slope: 0 }]);
    case 'stages': {
      const pieces: Piece[] = [{ from: 0, rate: arrivals.start, slope: 0 }];
      let at = originNs;
      let rate = arrivals.start;
      for (const { durationNs, target } of arrivals.stages) {
        const slope = durationNs > 0 ? (target - rate) / durationNs : 0;
        if (durationNs > 0) pieces.push({ from: at, rate, slope });
        at += durationNs;
        rate = target;
        pieces.push({ from: at, rate, slope: 0 });
      }
      return new Pieces(pieces);
    }
    case 'burst': {
      const pieces: Piece[] = [{ from: 0, rate: arrivals.base, slope: 0 }];
      for (let at = originNs; at < horizonNs; at += arrivals.everyNs) {
        pieces.push({ from: at, rate: arrivals.peak, slope: 0 });
        pieces.push({ from: at + arrivals.forNs, rate: arrivals.base, slope: 0 });
      }
      return new Pieces(pieces);
    }
    case 'sinusoid':
      return new Wave(arrivals.mean, arrivals.amplitude, arrivals.periodNs, originNs);
    case 'renewal':
    case 'at':
    case 'closed':
      return null;
  }
}

interface Piece {
  readonly from: Ns;
  /** Rate per second at `from`, and its change per ns. */
  readonly rate: number;
  readonly slope: number;
}

/** Piecewise linear rates; the last piece has no end. */
class Pieces implements Intensity {
  private readonly pieces: readonly Piece[];
  private readonly before: readonly number[];

  constructor(pieces: readonly Piece[]) {
    // A piece that starts at the same time as the next one has no length.
    this.pieces = pieces.filter(
      (piece, k) => k + 1 === pieces.length || pieces[k + 1].from > piece.from,
    );
    const before: number[] = [0];
    for (let k = 0; k + 1 < this.pieces.length; k++) {
      before.push(before[k] + grown(this.pieces[k], this.pieces[k + 1].from));
    }
    this.before = before;
  }

  cumulated(t: Ns): number {
    let k = this.pieces.length - 1;
    while (k > 0 && this.pieces[k].from > t) k--;
    return this.before[k] + grown(this.pieces[k], t);
  }

  inverse(expected: number): Ns {
    let k = this.pieces.length - 1;
    while (k > 0 && this.before[k] > expected) k--;
    const { from, rate, slope } = this.pieces[k];
    const left = (expected - this.before[k]) * NS_PER_SECOND;
    if (left <= 0) return from;
    if (slope === 0) return rate > 0 ? from + left / rate : Infinity;
    // rate * t + slope * t^2 / 2 = left, solved in a numerically stable form.
    const root = rate * rate + 2 * slope * left;
    return root < 0 ? Infinity : from + (2 * left) / (rate + Math.sqrt(root));
  }
}

function grown(piece: Piece, t: Ns): number {
  const dt = t - piece.from;
  return (piece.rate * dt + (piece.slope * dt * dt) / 2) / NS_PER_SECOND;
}

const TWO_PI = 6.283185307179586;

/** mean + amplitude * sin(2 pi t / period) from the origin on; the mean before it. */
class Wave implements Intensity {
  constructor(
    private readonly mean: number,
    private readonly amplitude: number,
    private readonly periodNs: Ns,
    private readonly originNs: Ns,
  ) {}

  cumulated(t: Ns): number {
    const flat = (this.mean * t) / NS_PER_SECOND;
    if (t <= this.originNs) return flat;
    const turns = ((t - this.originNs) % this.periodNs) / this.periodNs;
    const swing = (this.amplitude * this.periodNs) / NS_PER_SECOND / TWO_PI;
    return flat + swing * (1 - cos(TWO_PI * turns));
  }

  inverse(expected: number): Ns {
    if (this.mean <= 0) return Infinity;
    // The cumulated intensity never falls, so bisection finds the time to the ns.
    let low = 0;
    let high = (expected / this.mean) * NS_PER_SECOND + 1;
    while (this.cumulated(high) < expected) high += this.periodNs;
    while (high - low > 0.5) {
      const middle = (low + high) / 2;
      if (this.cumulated(middle) < expected) low = middle;
      else high = middle;
    }
    return high;
  }
}
