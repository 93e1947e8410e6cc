import { describe, expect, it } from 'vitest';
import { hunt, type Trial } from '../../src/api/explore/search.js';

const HOLDS = { end: 'holds', strain: 0 } as const;

/** A system that breaks where a predicate says so. `usedWith`: the places in use with a set of places down. */
async function search(
  places: readonly string[],
  breaks: (down: readonly string[]) => boolean,
  usedWith: (down: readonly string[]) => readonly string[],
  { size = 2, most = 1000 } = {},
) {
  const asked: string[] = [];
  const trial = (down: readonly string[]): Trial => ({
    ...HOLDS,
    end: breaks(down) ? 'breaks' : 'holds',
    used: new Set(usedWith(down)),
  });
  const caught = await hunt({
    places,
    healthy: trial([]),
    size,
    most,
    isOver: () => false,
    ask: (sets) => {
      const named = sets.map((set) => set.map((one) => places[one]!));
      asked.push(...named.map((set) => set.join('+')));
      return Promise.resolve(named.map(trial));
    },
  });
  const sets = caught.sets.map((set) => set.map((one) => places[one]!).join('+'));
  return { ...caught, asked, sets };
}

describe('the search for sets of faults', () => {
  it('runs no pair that contains a single fault which breaks a budget', async () => {
    const all = ['a', 'b', 'c'];
    const { sets, asked, tallies } = await search(
      all,
      (down) => down.includes('a'),
      () => all,
    );
    expect(sets).toEqual(['a']);
    expect(asked).toEqual(['a', 'b', 'c', 'b+c']);
    expect(tallies).toEqual([
      { size: 1, tried: 3, broken: 1, superset: 0, redundant: 0 },
      { size: 2, tried: 1, broken: 0, superset: 2, redundant: 0 },
    ]);
  });

  it('tries a fallback only with a fault that makes the requests use it', async () => {
    // The requests use `main`, and `standby` where `main` is down; `other` is always used.
    const { sets, asked } = await search(
      ['main', 'other', 'standby'],
      (down) => down.includes('main') && down.includes('standby'),
      (down) => (down.includes('main') ? ['main', 'other', 'standby'] : ['main', 'other']),
    );
    expect(sets).toEqual(['main+standby']);
    expect(asked).toEqual(['main', 'other', 'main+other', 'main+standby']);
  });

  it('runs no pair in which one fault hides the place of the other', async () => {
    // `b` is called only through `a`.
    const { asked, tallies } = await search(
      ['a', 'b'],
      () => false,
      (down) => (down.includes('a') ? ['a'] : ['a', 'b']),
    );
    expect(asked).toEqual(['a', 'b']);
    expect(tallies[1]).toEqual({ size: 2, tried: 0, broken: 0, superset: 0, redundant: 1 });
  });

  it('combines no edge with its own end', async () => {
    const all = ['a', 'b', 'a->b'];
    const { asked } = await search(
      all,
      () => false,
      () => all,
    );
    expect(asked).toEqual(['a', 'b', 'a->b', 'a+b']);
  });

  it('finds a triple only where no pair breaks', async () => {
    const all = ['a', 'b', 'c', 'd'];
    const { sets, tallies } = await search(
      all,
      (down) => down.length === 3 && !down.includes('d'),
      () => all,
      { size: 3 },
    );
    expect(sets).toEqual(['a+b+c']);
    expect(tallies.map(({ tried }) => tried)).toEqual([4, 6, 4]);
  });

  it('stops at the limit and counts what it leaves', async () => {
    const all = ['a', 'b', 'c'];
    const { asked, untried } = await search(
      all,
      () => false,
      () => all,
      { most: 2 },
    );
    expect(asked).toEqual(['a', 'b']);
    // `c`, and the pairs with it; `a+b` was known to be worth a run.
    expect(untried).toBe(4);
  });

  it('goes on from no set whose runs did not finish', async () => {
    const all = ['a', 'b'];
    const asked: string[] = [];
    const caught = await hunt({
      places: all,
      healthy: { ...HOLDS, used: new Set(all) },
      size: 2,
      most: 10,
      isOver: () => false,
      ask: (sets) => {
        asked.push(...sets.map(String));
        return Promise.resolve(sets.map(() => ({ end: 'open', used: new Set(), strain: 0 })));
      },
    });
    expect(asked).toEqual(['0', '1']);
    expect(caught.open).toBe(2);
  });
});
