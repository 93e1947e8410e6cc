import { describe, expect, it } from 'vitest';
import {
  splitOnce,
  stagesOf,
  type MakeWays,
  type Trial,
  type Way,
} from '../../../src/api/rare/splitting.js';
import { unit, type StreamKey } from '../../../src/kernel/rng.js';

/** A line in which one person arrives or leaves in each cell, or none: an arrival at a full line is refused. */
interface Line {
  readonly arrives: number;
  readonly leaves: number;
  readonly room: number;
  readonly cells: number;
}

const KEY: StreamKey = { a: 4711, b: 1147 };

function trialOf(
  { arrives, leaves, room, cells }: Line,
  { replication, turns, until }: Way,
): Trial {
  const levels = new Float64Array(cells);
  const refused = new Float64Array(cells);
  let length = 0;
  let arrived = 0;
  for (let cell = 0; cell < Math.min(cells, until + 1); cell++) {
    const own = turns.findLast((turn) => turn.cell <= cell) ?? KEY;
    const u = unit(own.a, own.b, replication, cell, 0);
    levels[cell] = length;
    if (u < arrives) {
      arrived++;
      if (length === room) refused[cell] = 1;
      else length++;
    } else if (u < arrives + leaves && length > 0) length--;
    levels[cell] = Math.max(levels[cell]!, length);
  }
  const hits = (from: number, to: number): number =>
    refused.subarray(from, to).reduce((sum, one) => sum + one, 0);
  return { levels, hits, trials: arrived };
}

/** Refusals to expect in a run, by the forward equations. */
function expected({ arrives, leaves, room, cells }: Line): number {
  let now: number[] = Array.from({ length: room + 1 }, (_, i) => (i === 0 ? 1 : 0));
  let refused = 0;
  for (let cell = 0; cell < cells; cell++) {
    const next = new Array<number>(room + 1).fill(0);
    now.forEach((p, i) => {
      if (i === room) refused += p * arrives;
      next[Math.min(room, i + 1)]! += p * arrives;
      next[Math.max(0, i - 1)]! += p * leaves;
      next[i]! += p * (1 - arrives - leaves);
    });
    now = next;
  }
  return refused;
}

async function estimated(
  line: Line,
  repetitions: number,
): Promise<{
  hits: number;
  error: number;
  cells: number;
  levels: readonly number[];
  trials: number;
}> {
  let cells = 0;
  const make: MakeWays = (ways) => {
    for (const { until } of ways) cells += Math.min(line.cells, until + 1);
    return Promise.resolve(ways.map((way) => trialOf(line, way)));
  };
  const stages = await stagesOf(make, KEY, line.cells);
  if (typeof stages === 'string') throw new Error(stages);
  const hits: number[] = [];
  let trials = 0;
  for (let number = 0; number < repetitions; number++) {
    const by = { key: KEY, number, cells: line.cells };
    const one = (await splitOnce(make, stages, by))!;
    hits.push(one.hits);
    trials += one.trials / repetitions;
  }
  const mean = hits.reduce((sum, one) => sum + one, 0) / repetitions;
  const squares = hits.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(squares / (repetitions - 1) / repetitions);
  return { hits: mean, error, cells, levels: stages.levels, trials };
}

const LINE = { arrives: 0.1, leaves: 0.3, cells: 200 };

describe('splitting', () => {
  it.each([
    [5, 1e-2],
    [8, 1e-3],
    [12, 1e-5],
  ])('has no bias: a line of %i', async (room, atMost) => {
    const line = { ...LINE, room };
    const truth = expected(line);
    expect(truth).toBeLessThan(atMost * 10);
    const found = await estimated(line, 12);
    expect(Math.abs(found.hits - truth)).toBeLessThan(3 * found.error);
    expect(found.error / truth).toBeLessThan(0.4);
    expect(found.trials).toBeCloseTo(20, 0);
  });

  it('is within 20 % of one refusal in a million with a hundredth of the work of plain runs', async () => {
    const line = { ...LINE, room: 12 };
    const truth = expected(line);
    expect(truth / 20).toBeLessThan(1.3e-6);
    const { hits, error, cells, levels } = await estimated(line, 12);
    expect(Math.abs(hits / truth - 1)).toBeLessThan(0.2);
    // Plain runs need at least 1 / (expected error)^2 runs with a refusal.
    const plain = (line.cells * truth) / error ** 2;
    expect(plain / cells).toBeGreaterThan(100);
    expect(levels.length).toBeGreaterThan(6);
  });

  it('needs no levels where the event is not rare, and finds none where it cannot happen', async () => {
    const often = { arrives: 0.3, leaves: 0.3, room: 3, cells: 100 };
    expect((await estimated(often, 5)).levels).toEqual([]);
    const make: MakeWays = (ways) =>
      Promise.resolve(
        ways.map((way) => ({ ...trialOf({ ...LINE, room: 5 }, way), hits: () => 0 })),
      );
    expect(await stagesOf(make, KEY, LINE.cells)).toBe('never');
  });

  it('ends at an interrupt', async () => {
    const make: MakeWays = () => Promise.resolve(null);
    expect(await stagesOf(make, KEY, 10)).toBe('interrupted');
    const stages = { levels: [1], cells: [2] };
    expect(await splitOnce(make, stages, { key: KEY, number: 0, cells: 10 })).toBeNull();
  });
});
