import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/api/tune/outcome.js';
import { tuned, type Tuning } from '../../src/api/tune/search.js';
import type { Moves } from '../../src/api/tune/smallest.js';
import { plain, scalar } from '../../src/scenario/located.js';
import type { Move } from '../../src/scenario/tuning/moves.js';

const move = (path: string, effort: Move['effort'] = 1): Move => ({ path, value: null, effort });

/** A system that holds its goals with all of these settings; each of them alone is a part of the way. */
function search(
  needed: readonly string[],
  { most = 200, ...own }: Partial<Tuning> & { readonly most?: number },
) {
  let runs = 0;
  const outcomeOf = (moves: Moves): Outcome => {
    const met = needed.filter((path) => moves.some((one) => one.path === path)).length;
    const penalty = 1 - met / needed.length;
    return { holds: penalty === 0, penalty, harm: 100 * penalty, growth: 0 };
  };
  const ask: Tuning['ask'] = (sets, replications) => {
    runs += sets.length * replications;
    return Promise.resolve(sets.map(outcomeOf));
  };
  const usual = {
    moves: [],
    known: [],
    replications: 2,
    left: () => most - runs,
    isOver: () => false,
  };
  return tuned({ ...usual, ask, ...own }).then((found) => ({
    ...found,
    paths: found.answer?.moves.map(({ path }) => path).sort(),
    runs,
  }));
}

const ALL = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => move(path));

describe('the search for settings', () => {
  it('finds the single one of least effort', async () => {
    const more: Tuning['moves'] = [move('x.more', 2), move('x', 1), move('y')];
    const { paths } = await search(['x'], { moves: more });
    expect(paths).toEqual(['x']);
  });

  it('joins settings where none is enough alone, and nothing else', async () => {
    const { paths, answer } = await search(['b', 'e'], { moves: ALL });
    expect([paths, answer!.outcome.holds]).toEqual([['b', 'e'], true]);
  });

  it('leaves out what another variant does and does not need', async () => {
    const { paths, isCut } = await search(['c', 'f'], { known: [ALL] });
    expect([paths, isCut]).toEqual([['c', 'f'], false]);
  });

  it('makes the other variant with the fewest changes that holds smaller, not one that does not hold', async () => {
    const known = [ALL, [move('a')], [move('c'), move('f'), move('z')]];
    const { paths } = await search(['c', 'f'], { known });
    expect(paths).toEqual(['c', 'f']);
  });

  it('joins what two other variants do, or one of them and a setting, where none is enough', async () => {
    const variants = [
      [move('c'), move('x')],
      [move('f'), move('y'), move('z')],
    ];
    const both = await search(['c', 'f'], { known: variants });
    expect([both.paths, both.answer!.outcome.holds]).toEqual([['c', 'f'], true]);
    const one = await search(['a', 'f'], { known: variants, moves: ALL.slice(0, 2) });
    expect([one.paths, one.answer!.outcome.holds]).toEqual([['a', 'f'], true]);
    // Two variants that set the same do not go together.
    const same = await search(['c', 'f'], {
      known: [
        [move('c'), move('x')],
        [move('f'), move('x.y')],
      ],
    });
    expect(same.answer!.outcome.holds).toBe(false);
  });

  it('says where no runs were left to make an answer smaller, and never makes more than it may', async () => {
    for (const most of [3, 5, 7, 9, 11]) {
      const { paths, isCut, runs } = await search(['c', 'f'], { known: [ALL], most });
      expect(runs).toBeLessThanOrEqual(most);
      if (paths !== undefined && paths.length > 2) expect([most, isCut]).toEqual([most, true]);
    }
    const { paths, isCut } = await search(['c', 'f'], { known: [ALL], most: 5 });
    expect([paths?.length, isCut]).toEqual([6, true]);
  });

  it('goes further only as long as that helps', async () => {
    const far: Move = { ...move('x'), stronger: { ...move('x'), stronger: move('x') } };
    const { tried } = await search(['x'], { moves: [far] });
    // The first step holds all goals in all runs.
    expect(tried).toBe(1);
  });

  it('goes back towards the present value as far as the goals hold', async () => {
    const at = { file: 'x', start: 0, end: 0 };
    const more = (to: number): Move => ({
      path: 'x',
      before: scalar(16, at),
      value: scalar(to, at),
      effort: 1,
    });
    let runs = 0;
    // 19 holds, 18 does not.
    const ask: Tuning['ask'] = (sets, replications) => {
      runs += sets.length * replications;
      return Promise.resolve(
        sets.map(([own]): Outcome => {
          const holds = Number(plain(own?.value ?? scalar(16, at))) >= 19;
          return { holds, penalty: holds ? 0 : 1, harm: holds ? 0 : 100, growth: 0 };
        }),
      );
    };
    const { answer } = await search(['x'], { moves: [more(32)], ask });
    expect(plain(answer!.moves[0]!.value!)).toBe(19);
    // 23 and 19 hold, each in one run and in two; 18 does not, and the base and 32 are run too.
    expect(runs).toBeLessThan(20);
  });

  it('asks all replications where one run does not decide', async () => {
    const at = { file: 'x', start: 0, end: 0 };
    const move: Move = { path: 'x', before: scalar(16, at), value: scalar(32, at), effort: 1 };
    // One run never proves that 19 to 31 hold, and two runs do.
    const ask: Tuning['ask'] = (sets, replications) =>
      Promise.resolve(
        sets.map(([own]): Outcome => {
          const value = Number(plain(own?.value ?? scalar(16, at)));
          const holds = value >= 32 || (value >= 19 && replications === 2);
          const harm = holds ? 0 : 100;
          return { holds, mayHold: value >= 19, penalty: holds ? 0 : 1, harm, growth: 0 };
        }),
      );
    const { answer } = await search(['x'], { moves: [move], ask });
    expect(plain(answer!.moves[0]!.value!)).toBe(19);
  });

  describe('where settings help only together', () => {
    /** Goals hold if every limit of a chain is raised; the first one that is not is full. */
    const chained = (limits: readonly string[], own: readonly Move[] = []) => {
      const moves = [...ALL, ...own];
      const ask: Tuning['ask'] = (sets) =>
        Promise.resolve(
          sets.map((set): Outcome => {
            const full = limits.find((path) => set.every((one) => one.path !== path));
            const [holds, harm] = full === undefined ? [true, 0] : [false, 100];
            const raising = moves.filter(({ path }) => path === full);
            const limit = { limit: full ?? '', factor: 0.5, moves: raising };
            const penalty = holds ? 0 : 1;
            return { holds, penalty, harm, growth: 0, full: holds ? [] : [limit] };
          }),
        );
      return search([], { moves, ask });
    };

    it('raises one limit after the other', async () => {
      expect((await chained(['b', 'e'])).paths).toEqual(['b', 'e']);
      expect((await chained(['b', 'e', 'f'])).paths).toEqual(['b', 'e', 'f']);
      const five = await chained(['a', 'b', 'c', 'd', 'e']);
      expect(five.answer?.outcome.holds ?? false).toBe(false);
    });

    it('raises a limit further that is full again, before another setting that costs money', async () => {
      const most: Move = { ...move('a'), value: scalar(4, { file: 'x', start: 0, end: 0 }) };
      const moves = [{ ...move('a'), stronger: most }, move('b'), move('replicas', 2)];
      // The limit of `a` is full until `b` is raised, then again; more instances or four times as much are enough.
      const ask: Tuning['ask'] = (sets) =>
        Promise.resolve(
          sets.map((set): Outcome => {
            const has = (path: string): boolean => set.some((own) => own.path === path);
            const isEnough = set.includes(most) || has('replicas');
            const full = !has('a') ? 'a' : !has('b') ? 'b' : isEnough ? null : 'a';
            const raising = moves.filter(
              ({ path }) => path === full || (full === 'a' && path === 'replicas'),
            );
            const limit = {
              limit: full ?? '',
              factor: full === 'a' && has('a') ? 0.8 : 0.4,
              moves: raising,
            };
            const [holds, growth] = [full === null, has('replicas') ? 0.05 : 0];
            return { holds, penalty: holds ? 0 : 1, harm: 1, growth, full: holds ? [] : [limit] };
          }),
        );
      const { answer } = await search([], { moves, ask });
      expect(answer?.moves).toEqual([most, moves[1]]);
    });

    it('tries all settings again beside those that help', async () => {
      // Without `b` and `c`, which help, `e` makes no difference.
      const ask: Tuning['ask'] = (sets) =>
        Promise.resolve(
          sets.map((own): Outcome => {
            const has = (path: string): boolean => own.some((one) => one.path === path);
            const met = Number(has('b')) + Number(has('c'));
            const holds = met === 2 && has('e');
            const penalty = holds ? 0 : 1 - 0.4 * met;
            return { holds, penalty, harm: 100 * penalty, growth: 0 };
          }),
        );
      const { paths, answer } = await search([], { moves: ALL, ask });
      expect([paths, answer!.outcome.holds]).toEqual([['b', 'c', 'e'], true]);
    });
  });

  describe('with a price', () => {
    /** More of `dear` alone holds all goals, and so do `free` and `other` together, and `checks` alone. */
    const priced = (growth: number, moves: Tuning['moves']) =>
      search([], {
        moves,
        ask: (sets) =>
          Promise.resolve(
            sets.map((own): Outcome => {
              const has = (path: string): boolean => own.some((one) => one.path === path);
              const met = Number(has('free')) + Number(has('other'));
              const holds = has('dear') || has('checks') || met === 2;
              const penalty = holds ? 0 : 1 - met / 2;
              return { holds, penalty, harm: 100 * penalty, growth: has('dear') ? growth : 0 };
            }),
          ),
      });
    const TWO = [move('dear', 2), move('free'), move('other')];

    it('prefers two settings that cost nothing to one that costs a fifth more', async () => {
      expect((await priced(2, TWO)).paths).toEqual(['free', 'other']);
      expect((await priced(0.2, TWO)).paths).toEqual(['free', 'other']);
      expect((await priced(0.09, TWO)).paths).toEqual(['dear']);
    });

    it('prefers another mechanism that costs nothing to more capacity', async () => {
      const moves = [move('dear', 2), move('checks', 3)];
      expect((await priced(2, moves)).paths).toEqual(['checks']);
      expect((await priced(0.05, moves)).paths).toEqual(['dear']);
    });
  });

  it('lists a change once that helps and is not enough', async () => {
    const { answer, others } = await search(['b', 'e'], { moves: [move('b')] });
    expect([answer!.moves.map(({ path }) => path), others]).toEqual([['b'], []]);
  });

  it('has no answer where nothing helps', async () => {
    const { answer, others } = await search(['z'], { moves: ALL });
    expect([answer, others]).toEqual([null, []]);
  });
});
