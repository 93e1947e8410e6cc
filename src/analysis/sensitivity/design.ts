import { hashOf, unitOf } from '../../kernel/rng.js';
import { sobol } from '../../stats/sobol.js';

/** Levels of a trajectory: 0, 1/3, 2/3 and 1; a step goes two levels up or down. */
const LEVELS = 4;
const STEP = LEVELS / 2 / (LEVELS - 1);

/** A walk through the ranges of all inputs: each step moves one of them. */
export interface Trajectory {
  /** Place of each input in its range, 0 to 1. */
  readonly start: readonly number[];
  readonly steps: readonly { readonly input: number; readonly by: number }[];
}

/**
 * A trajectory for the screening of M. D. Morris, "Factorial sampling plans for preliminary computational experiments"
 * (Technometrics 33, 1991): a random grid point, from which every input moves once, in random order. Equal arguments give
 * equal trajectories.
 */
export function trajectory(inputs: number, seed: number, index: number): Trajectory {
  const at = (draw: number): number => unitOf(hashOf(seed, index), hashOf(draw, inputs));
  const start = Array.from(
    { length: inputs },
    (_, i) => Math.floor(at(2 * i) * LEVELS) / (LEVELS - 1),
  );
  const order = start
    .map((_, input) => ({ input, key: at(2 * input + 1) }))
    .sort((a, b) => a.key - b.key || a.input - b.input);
  // Of each level exactly one of both directions stays within the range.
  const steps = order.map(({ input }) => ({ input, by: start[input]! < 0.5 ? STEP : -STEP }));
  return { start, steps };
}

/** The points of a trajectory, in order: one more than it has inputs. */
export function pointsOf({ start, steps }: Trajectory): readonly (readonly number[])[] {
  const points = [start];
  for (const { input, by } of steps) {
    const last = points.at(-1)!;
    points.push(last.map((place, i) => (i === input ? clamped(place + by) : place)));
  }
  return points;
}

function clamped(place: number): number {
  return Math.min(1, Math.max(0, place));
}

/** By input: the mean of the absolute changes over its whole range. `values`: of each trajectory, by point; null = no value. */
export function effectsOf(
  walks: readonly Trajectory[],
  values: readonly (readonly (number | null)[])[],
): readonly (number | null)[] {
  const sums = new Map<number, { sum: number; count: number }>();
  walks.forEach(({ steps }, w) => {
    steps.forEach(({ input, by }, i) => {
      const [before, after] = [values[w]![i], values[w]![i + 1]];
      if (before === null || after === null || before === undefined || after === undefined) return;
      const own = sums.get(input) ?? { sum: 0, count: 0 };
      own.sum += Math.abs((after - before) / by);
      own.count++;
      sums.set(input, own);
    });
  });
  const inputs = walks[0]?.start.length ?? 0;
  return Array.from({ length: inputs }, (_, input) => {
    const own = sums.get(input);
    return own === undefined ? null : own.sum / own.count;
  });
}

/** Rows of two independent samples A and B, and per input of A with the column of B. */
export interface SharePoints {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly (readonly number[])[];
  /** `[input][row]`. */
  readonly mixed: readonly (readonly (readonly number[])[])[];
}

/** The points for indices of Sobol' (A. Saltelli and others, Computer Physics Communications 181, 2010, table 2). */
export function sharePoints(inputs: number, rows: number, seed: number): SharePoints {
  const at = (row: number, dimension: number): number =>
    sobol(row, dimension, hashOf(seed, dimension));
  const sample = (first: number): readonly (readonly number[])[] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: inputs }, (__, i) => at(row, first + i)),
    );
  const [a, b] = [sample(0), sample(inputs)];
  const mixed = Array.from({ length: inputs }, (_, input) =>
    a.map((row, r) => row.map((place, i) => (i === input ? b[r]![i]! : place))),
  );
  return { a, b, mixed };
}
