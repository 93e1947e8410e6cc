import { log } from '../../kernel/math.js';
import { sortedQuantile } from '../../stats/rank.js';
import type { Execution } from './executions.js';
import { ownTimes } from './busy.js';

/** Executions in a piece of time, and pieces, that are needed to see a level. */
const PIECE = 20;
const PIECES_MIN = 8;
const PIECES_MAX = 100;
/** A level is another one from this factor on, and from this many deviations of the usual pieces. */
const FACTOR = 1.5;
const DEVIATIONS = 6;
/** Change of a share that is another level. */
const SHARE = 0.2;

type Window = readonly [from: number, to: number];

/** The time in which an endpoint was in its usual state. Faults and deployments show as pieces of time at another level. */
export class Calm {
  constructor(private readonly windows: readonly Window[]) {}

  has(instant: number): boolean {
    return !this.windows.some(([from, to]) => instant >= from && instant <= to);
  }
}

/**
 * Splits the executions of an endpoint into pieces of equal number, and leaves out those whose own time, failures or calls
 * are at another level than the median of all pieces; also their neighbours, which may have a part of the change.
 */
export function calmOf(executions: readonly Execution[]): Calm {
  const all = [...executions].sort((a, b) => a.start - b.start);
  const size = Math.max(PIECE, Math.ceil(all.length / PIECES_MAX));
  const count = Math.floor(all.length / size);
  if (count < PIECES_MIN) return new Calm([]);
  const pieces = Array.from({ length: count }, (_, k) =>
    all.slice(k * size, k === count - 1 ? all.length : (k + 1) * size),
  );
  const isOdd = new Uint8Array(count);
  for (const figure of figuresOf(all)) {
    mark(
      pieces.map((piece) => figure.of(piece)),
      figure.isShare,
      isOdd,
    );
  }
  const odd = isOdd.reduce((sum, one) => sum + one, 0);
  if (odd === 0 || odd > count / 2) return new Calm([]);
  return new Calm(windowsOf(pieces, isOdd));
}

interface Figure {
  readonly isShare: boolean;
  of(piece: readonly Execution[]): number;
}

function figuresOf(all: readonly Execution[]): readonly Figure[] {
  const parts = new Set(all.slice(0, 1000).flatMap(({ calls }) => calls.map(({ part }) => part)));
  const times = (piece: readonly Execution[]): Float64Array =>
    Float64Array.from(piece, (one) =>
      ownTimes(one).reduce((sum, [from, to]) => sum + to - from, 0),
    ).sort();
  return [
    { isShare: false, of: (piece) => sortedQuantile(times(piece), 0.5) },
    { isShare: false, of: (piece) => sortedQuantile(times(piece), 0.9) },
    { isShare: true, of: (piece) => share(piece, ({ isFailed }) => isFailed) },
    ...[...parts].map((part) => ({
      isShare: true,
      of: (piece: readonly Execution[]) =>
        share(piece, ({ calls }) => calls.some((call) => call.part === part)),
    })),
  ];
}

function share(piece: readonly Execution[], has: (one: Execution) => boolean): number {
  return piece.filter(has).length / piece.length;
}

/** Marks pieces far from the median of all, if two neighbours are, or one is very far. */
function mark(values: readonly number[], isShare: boolean, isOdd: Uint8Array): void {
  const scale = values.map((value) => (isShare ? value : log(Math.max(1, value))));
  const middle = sortedQuantile(Float64Array.from(scale).sort(), 0.5);
  const gaps = Float64Array.from(scale, (one) => Math.abs(one - middle)).sort();
  const noise = DEVIATIONS * 1.4826 * sortedQuantile(gaps, 0.5);
  const least = Math.max(isShare ? SHARE : log(FACTOR), noise);
  const isFar = (k: number): boolean => Math.abs((scale[k] ?? middle) - middle) > least;
  scale.forEach((one, k) => {
    const isAlone = !isFar(k - 1) && !isFar(k + 1);
    if (isFar(k) && (!isAlone || Math.abs(one - middle) > 2 * least)) isOdd[k] = 1;
  });
}

/** Times of the marked pieces and their neighbours. */
function windowsOf(
  pieces: readonly (readonly Execution[])[],
  isOdd: Uint8Array,
): readonly Window[] {
  const windows: Window[] = [];
  pieces.forEach((_, k) => {
    if (isOdd[k] === 0) return;
    const before = pieces[Math.max(0, k - 1)];
    const after = pieces[Math.min(pieces.length - 1, k + 1)];
    windows.push([before[0].start, after[after.length - 1].start]);
  });
  return windows;
}
