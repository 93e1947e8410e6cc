import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallest, type Moves } from '../../src/cli/tune/smallest.js';
import type { Move } from '../../src/scenario/tuning/moves.js';
import type { Result } from '../../src/spec/result/result.js';
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

describe('the change that a run recommends', () => {
  const ran = (flags: readonly string[] = []) => {
    const path = folder.put('pool.yaml', POOL + VARIANTS);
    const json = folder.at('pool.json');
    const out = faultline(['run', path, '--json', json, '--out', folder.at('out'), ...flags]);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    return { ...out, more: variants[1]!, page: readFileSync(folder.at('out/pool.html'), 'utf8') };
  };

  it('is the part of the variant that is enough, in the table, on the page and in the document', () => {
    const { stdout, stderr, more, page } = ran();
    expect(more.enough?.paths).toEqual(['databases.catalog.pool.maxOpen']);
    expect(more.enough!.failed).toBeLessThan(0.02 * more.enough!.failedBefore);
    expect(stderr).toMatch(/tried fewer changes with \d+ more runs/u);
    expect(stdout.replaceAll(/\s+/gu, ' ')).toMatch(
      /remedy Use more: it holds the budget, now holds none\. 1 of its 4 changes is enough \([\d,]+ requests fail instead of [\d,]+\): databases\.catalog\.pool\.maxOpen: 10\./u,
    );
    expect(page).toContain('Its other changes, which the budgets do not need');
  });

  it('is the variant with all of its changes where no further runs are made', () => {
    const { stdout, more } = ran(['--no-explain']);
    expect(more.enough).toBeUndefined();
    expect(stdout).toContain(
      'Use more: it holds the budget, now holds none. It changes 4 settings',
    );
  });
});
