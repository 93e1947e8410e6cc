import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallest, type Moves } from '../../src/api/tune/smallest.js';
import { enoughWords, type Recommended } from '../../src/report/words/recommended.js';
import type { Move } from '../../src/scenario/tuning/moves.js';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';
import { POOL } from './small-pool.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const ALL: Moves = NAMES.map((path): Move => ({ path, value: null, effort: 1 }));

/** The part found of ten changes; all goals hold with each of `needed`, where `b|c` needs one of two. */
async function reduced(needed: readonly string[], most = 1000, replications = 3) {
  let left = most;
  const outcomeOf = (moves: Moves): { holds: boolean } => ({
    holds: needed.every((one) =>
      one.split('|').some((name) => moves.some(({ path }) => path === name)),
    ),
  });
  const whole = { moves: ALL, outcome: outcomeOf(ALL) };
  const found = await smallest(whole, {
    replications,
    left: () => left,
    ask: (sets, count) => {
      left -= sets.length * count;
      return Promise.resolve(sets.map(outcomeOf));
    },
  });
  return { ...found, paths: found.moves.map(({ path }) => path).sort(), made: most - left };
}

describe('the part of a set of changes that is enough', () => {
  it('has each needed change and no other', async () => {
    const some = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(some, async (needed) => {
        const { paths, isCut } = await reduced(needed);
        expect([paths, isCut]).toEqual([[...needed].sort(), false]);
      }),
    );
  });

  it('takes a run for each half of the changes before the last one that is needed', async () => {
    // In one run each: a to e, a and b, a, b; then three of the answer.
    expect(await reduced(['b'])).toMatchObject({ paths: ['b'], made: 4 + 3 });
    // a to e, a and b, a to c, c, c and a.
    expect(await reduced(['a', 'c'])).toMatchObject({ paths: ['a', 'c'], made: 5 + 3 });
  });

  it('keeps one of two that do the same', async () => {
    const { paths } = await reduced(['b|c', 'h']);
    expect(paths).toHaveLength(2);
    expect(paths).toContain('h');
  });

  it('holds with few runs too, makes no more of them than it may, and says where fewer may be enough', async () => {
    for (let most = 3; most <= 20; most++) {
      const { outcome, paths, isCut, made } = await reduced(['b|c', 'h'], most);
      expect([most, outcome.holds, made <= most]).toEqual([most, true, true]);
      expect([most, isCut || paths.length === 2]).toEqual([most, true]);
    }
  });
});

describe('the words of the changes that are enough', () => {
  const wordsOf = (failedWithAll: number): string | null => {
    const [pool, cpu] = ['pool', 'cpu'].map((path) => ({ path, from: null, to: 8 }));
    const enough = { paths: ['pool'], failed: 120, failedBefore: 900, failedWithAll, runs: 8 };
    return enoughWords({ changes: [pool!], spare: [cpu!], enough } as unknown as Recommended);
  };

  it('say how many requests fail with all of them where that is clearly fewer', () => {
    expect(wordsOf(30)).toBe(
      '1 of its 2 changes is enough (120 requests fail instead of 900; 30 with all of its changes)',
    );
    expect(wordsOf(115)).toBe('1 of its 2 changes is enough (120 requests fail instead of 900)');
  });
});

/** Of the four changes of `more` only the larger pool helps. */
const VARIANTS = `
variants:
  - name: now
  - name: more
    set:
      databases.catalog.pool.maxOpen: 10
      databases.catalog.cpu: 16
      services.shop.concurrency: 100
      services.shop.queue.capacity: 90
`;

/** One of the two changes of `more` is a variant too. */
const NESTED = `
variants:
  - { name: now }
  - { name: wide, set: { services.shop.concurrency: 100 } }
  - { name: more, extends: wide, set: { databases.catalog.pool.maxOpen: 10 } }
`;

describe('the change that a run recommends', () => {
  const ran = (flags: readonly string[] = [], text = VARIANTS) => {
    const path = folder.put('pool.yaml', POOL + text);
    const json = folder.at('pool.json');
    const out = faultline(['run', path, '--json', json, '--out', folder.at('out'), ...flags]);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    return {
      ...out,
      more: variants.at(-1)!,
      page: readFileSync(folder.at('out/pool.html'), 'utf8'),
    };
  };

  it('is the part of the variant that is enough, in the table, on the page and in the document', () => {
    const { stdout, stderr, more, page } = ran();
    expect(more.enough?.paths).toEqual(['databases.catalog.pool.maxOpen']);
    expect(more.enough!.failed).toBeLessThan(0.02 * more.enough!.failedBefore);
    expect(stderr).toMatch(/tried fewer changes with \d+ more runs?/u);
    expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
      /do Use more: it holds the budget; 1 of its 4 changes is enough: databases\.catalog\.pool\.maxOpen: 5 → 10/u,
    );
    expect(page).toContain('Its other changes, which the budgets do not need');
  });

  it('needs no run for a part that is another variant, and none twice', () => {
    const { more } = ran([], NESTED);
    expect(more.enough?.paths).toEqual(['databases.catalog.pool.maxOpen']);
    // One with the pool alone, and its other replications.
    expect(more.enough!.runs).toBe(more.perReplication.length);
  });

  it('is the variant with all of its changes where no further runs are made', () => {
    const { stdout, more } = ran(['--no-explain']);
    expect(more.enough).toBeUndefined();
    expect(stdout).toContain(
      'Use more: it holds the budget with databases.catalog.cpu.cores: 8 → 16, databases.catalog.pool.maxOpen: 5 → 10, services.shop.concurrency: 80 → 100 and services.shop.queue.capacity: 60 → 90.',
    );
  });
});
