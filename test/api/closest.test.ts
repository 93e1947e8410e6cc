import { describe, expect, it } from 'vitest';
import { closest } from '../../src/api/tune/closest.js';
import type { Moves } from '../../src/api/tune/smallest.js';
import { plain, scalar } from '../../src/scenario/located.js';
import type { Move } from '../../src/scenario/tuning/moves.js';

const AT = { file: 'shop.yaml', start: 0, end: 0 };

/** A number that is changed from 4 to 32, or from 1 to 8. */
function move(path: string, from: number, to: number, effort: Move['effort']): Move {
  return { path, before: scalar(from, AT), value: scalar(to, AT), effort };
}

describe('the numbers of an answer', () => {
  it('are as near to the present ones as the goals allow, those that cost money first', async () => {
    const stronger = move('sender.concurrency', 1, 8, 1);
    const moves = [
      { ...stronger, value: scalar(2, AT), stronger },
      move('sender.replicas', 4, 32, 2),
    ];
    const product = (some: Moves) =>
      some.reduce((all, { value }) => all * Number(plain(value!)), 1);
    // 36 consumers are enough: 5 replicas with 8 each, and then 8 are needed, not 18 replicas with 2 each.
    const found = await closest(
      { moves, outcome: { holds: true } },
      {
        replications: 1,
        left: () => 100,
        ask: (sets) => Promise.resolve(sets.map((some) => ({ holds: product(some) >= 36 }))),
      },
    );
    expect(found.moves.map(({ value }) => plain(value!))).toEqual([8, 5]);
  });
});
