import { describe, expect, it } from 'vitest';
import { balancerKind } from '../../src/patterns/registry.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { caller, MS, shares, times } from '../support/balancing.js';

const SECOND = 1000 * MS;
const letters = (picks: readonly number[]): string => picks.map((pick) => 'abc'[pick]).join(' ');
const round = (weights: readonly number[], kind = 'weighted'): string => {
  const own = caller(kind, weights.length, { weights });
  const sum = weights.reduce((a, b) => a + b);
  const first = letters(times(sum, () => own.pick()));
  expect(letters(times(sum, () => own.pick()))).toBe(first);
  return first;
};

describe('G22: smooth weighted round robin', () => {
  it.each(['weighted', 'nginx'])(
    '%s spreads 5, 1, 1 and 4, 2, 1 and 3, 2 over the round',
    (kind) => {
      expect(round([5, 1, 1], kind)).toBe('a a b a c a a');
      expect(round([4, 2, 1], kind)).toBe('a b a c a b a');
      expect(round([3, 2], kind)).toBe('a b a b a');
    },
  );

  it('leaves what an absent instance has gained as it is', () => {
    const own = caller('weighted', 3, { weights: [5, 1, 1] });
    expect(letters(times(2, () => own.pick()))).toBe('a a');
    // a has 5 + 5 - 14 = -4, b and c have 2: without a they take turns, and a continues with -4.
    expect(letters(times(2, () => own.pick(Int32Array.of(1, 2))))).toBe('b c');
    expect(letters(times(5, () => own.pick()))).toBe('b a c a a');
  });

  it('deals a short list in turn, and refuses weights that are none', () => {
    expect(
      letters(
        times(
          6,
          (
            (own) => () =>
              own.pick()
          )(caller('weighted', 3, { weights: [2, 1] })),
        ),
      ),
    ).toBe('a c b a c a');
    const { schema } = balancerKind('weighted')!;
    for (const weights of [[], [0, 0], [1, 0], [1.5], [-1]]) {
      expect(schema.safeParse({ weights }).success).toBe(false);
    }
    expect(schema.safeParse({}).success).toBe(false);
  });

  it('forgets with the process', () => {
    const own = caller('weighted', 3, { weights: [5, 1, 1] });
    times(3, () => own.pick());
    own.state.reset!();
    expect(letters(times(7, () => own.pick()))).toBe('a a b a c a a');
  });
});

describe('nginx', () => {
  const at = (own: ReturnType<typeof caller>, seconds: number): void => {
    own.clock.now = seconds * SECOND;
  };
  const fail = (own: ReturnType<typeof caller>, instance: number): void =>
    own.state.ended!(instance, MS, OUTCOME.refused);
  const answer = (own: ReturnType<typeof caller>, instance: number): void =>
    own.state.ended!(instance, MS, OUTCOME.ok);

  it('leaves an instance out until failTimeout is over on a clock of whole seconds, then tries it once', () => {
    const own = caller('nginx', 3);
    at(own, 0.9);
    expect(own.pick()).toBe(0);
    fail(own, 0);
    expect(letters(times(4, () => own.pick()))).toBe('b c b c');
    at(own, 10.999999);
    expect(letters(times(4, () => own.pick()))).toBe('b c b c');
    // Second 11: 0 gains 0, then 1 each from -2 on, and has most in the fifth pick.
    at(own, 11);
    expect(letters(times(5, () => own.pick()))).toBe('b c b c a');
    // The try is in flight: no other attempt is sent there for another 10 s.
    at(own, 21.5);
    expect(times(20, () => own.pick())).not.toContain(0);
    answer(own, 0);
    expect(times(4, () => own.pick())).toContain(0);
  });

  it('restarts with each failed try', () => {
    const own = caller('nginx', 2);
    expect(own.pick()).toBe(0);
    fail(own, 0);
    const tried: number[] = [];
    for (let tenth = 1; tenth < 400; tenth++) {
      at(own, tenth / 10);
      if (own.pick() !== 0) continue;
      tried.push(tenth / 10);
      fail(own, 0);
    }
    // Due at 11, 22 and 33 s; it takes a few picks until it has gained enough.
    expect(tried.map(Math.floor)).toEqual([11, 22, 33]);
  });

  it('an answer of a try begun before the failure brings nothing back', () => {
    const own = caller('nginx', 2);
    fail(own, 0);
    answer(own, 0);
    expect(times(6, () => own.pick())).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('maxFails counts failures, each takes its part of the weight, and each pick gives 1 back', () => {
    const own = caller('nginx', 2, { weights: [4, 4], maxFails: 2 });
    expect(own.pick()).toBe(0);
    fail(own, 0);
    // (-4, 4), and 0 weighs 2: (-2, 8 - 6), 3: (1, 6 - 7), 4: (5 - 8, 3).
    expect(times(3, () => own.pick())).toEqual([1, 1, 0]);
    fail(own, 0);
    expect(times(4, () => own.pick())).toEqual([1, 1, 1, 1]);
  });

  it('a failure is forgotten once an attempt after failTimeout has succeeded', () => {
    const own = caller('nginx', 2, { maxFails: 2 });
    own.pick();
    fail(own, 0);
    at(own, 11);
    while (own.pick() !== 0);
    answer(own, 0);
    fail(own, 0);
    expect(times(8, () => own.pick())).toContain(0);
    fail(own, 0);
    expect(times(8, () => own.pick())).not.toContain(0);
  });

  it('picks none if all are excluded, and any with maxFails 0', () => {
    const own = caller('nginx', 2);
    fail(own, 0);
    fail(own, 1);
    expect(own.pick()).toBe(-1);
    const never = caller('nginx', 2, { maxFails: 0 });
    times(5, () => fail(never, 0));
    expect(times(4, () => never.pick())).toEqual([0, 1, 0, 1]);
  });

  it('a failTimeout of 0 lasts for the rest of the second', () => {
    const own = caller('nginx', 2, { failTimeout: 0 });
    own.pick();
    fail(own, 0);
    at(own, 0.999);
    expect(times(4, () => own.pick())).not.toContain(0);
    at(own, 1);
    expect(times(6, () => own.pick())).toContain(0);
    expect(balancerKind('nginx')!.schema.safeParse({ failTimeout: '500ms' }).success).toBe(false);
  });

  it('counts timeouts, refusals and resets, and statuses only where nextUpstream says so', () => {
    const leavesOut = (outcome: number, written = {}): boolean => {
      const own = caller('nginx', 2, written);
      own.state.ended!(0, MS, outcome);
      return !times(4, () => own.pick()).includes(0);
    };
    const { refused, reset, timeout, connectTimeout, cancelled, serverError, clientError } =
      OUTCOME;
    expect([refused, reset, timeout, connectTimeout].map((each) => leavesOut(each))).toEqual(
      times(4, () => true),
    );
    const answers = [cancelled, withStatus(serverError, 503), withStatus(clientError, 404)];
    expect(answers.map((each) => leavesOut(each))).toEqual([false, false, false]);
    const nextUpstream = [503];
    expect(leavesOut(withStatus(serverError, 503), { nextUpstream })).toBe(true);
    expect(leavesOut(withStatus(serverError, 500), { nextUpstream })).toBe(false);
  });

  it('counts nothing with a single server, and forgets with the process', () => {
    const single = caller('nginx', 1);
    fail(single, 0);
    expect(single.pick()).toBe(0);
    const own = caller('nginx', 2);
    own.pick();
    fail(own, 0);
    own.state.reset!();
    expect(times(4, () => own.pick())).toEqual([0, 1, 0, 1]);
  });
});

describe('weights by deadline, as Envoy schedules them', () => {
  it('roundRobin: the earliest 1 / weight, and of several the one that waits longest', () => {
    // 4, 2, 1 are due at 1/4, 1/2 and 1; at ties, an instance that becomes due again comes after those that were due
    // before.
    expect(round([4, 2, 1], 'roundRobin')).toBe('a b a a c b a');
    expect(
      letters(
        times(
          4,
          (
            (own) => () =>
              own.pick()
          )(caller('roundRobin', 3, { weights: [3] })),
        ),
      ),
    ).toBe('a b c a');
  });

  it('leastRequest: a weight is divided by what is under way, as it was at the last turn', () => {
    const own = caller('leastRequest', 2, { weights: [2, 1] });
    own.outstanding[0] = 3;
    // 2 / (3 + 1): due at 2, 4; b is due at 1, 2, 3, 4.
    expect(letters(times(5, () => own.pick()))).toBe('b a b b a');
    own.outstanding[0] = 0;
    // a was queued for 6 before that: b at 4 and 5, and from 6 on a twice as often, after b at ties.
    expect(letters(times(8, () => own.pick()))).toBe('b b a b a b a a');
  });

  it('leastRequest: activeRequestBias is the power of what is under way', () => {
    const own = caller('leastRequest', 2, { weights: [2, 1], activeRequestBias: 2 });
    own.outstanding[0] = 3;
    // 2 / 4^2: due at 8.
    expect(letters(times(9, () => own.pick()))).toBe('b b b b b b b a b');
    const { check } = balancerKind('leastRequest')!;
    expect(check!({ activeRequestBias: 2 }).map(({ field }) => field)).toEqual([
      'activeRequestBias',
    ]);
    expect(check!({ activeRequestBias: 2, weights: [2, 1] })).toEqual([]);
  });

  it('equal weights are no weights', () => {
    const own = caller('leastRequest', 4, { weights: [3, 3, 3, 3] });
    own.outstanding.set([1, 1, 1, 0]);
    const share = shares(
      times(20_000, () => own.pick()),
      4,
    )[3];
    expect(share).toBeCloseTo(1 - 9 / 16, 1.8);
  });
});

describe('leastRequest with a full scan', () => {
  it('never misses the idle one, and gives those that tie equal chances', () => {
    const own = caller('leastRequest', 4, { selectionMethod: 'fullScan' });
    own.outstanding.set([1, 1, 0, 1]);
    expect(new Set(times(100, () => own.pick()))).toEqual(new Set([2]));
    own.outstanding.set([2, 0, 0, 0]);
    const picked = shares(
      times(30_000, () => own.pick()),
      4,
    );
    expect(picked[0]).toBe(0);
    for (const share of picked.slice(1)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.01);
  });
});

describe('leastConnections with weights', () => {
  it('compares (under way + 1) / weight, so that the heaviest comes first', () => {
    const own = caller('leastConnections', 2, { weights: [1, 4] });
    expect(own.pick()).toBe(1);
    own.outstanding[1] = 2;
    expect(own.pick()).toBe(1);
    // 1 / 1 and 4 / 4 tie: in turn.
    own.outstanding[1] = 3;
    expect(own.pick()).toBe(0);
    expect(own.pick()).toBe(1);
    own.outstanding[1] = 4;
    expect(times(3, () => own.pick())).toEqual([0, 0, 0]);
  });
});

describe.each([
  ['ringHash', 0.06],
  ['maglev', 0.01],
])('%s', (kind, uneven) => {
  it('deals keys by weight', () => {
    const own = caller(kind, 3, { key: 'user', weights: [5, 2, 1] });
    const picks = times(20_000, (value) => own.pickKey(value));
    [5 / 8, 2 / 8, 1 / 8].forEach((share, k) => {
      expect(Math.abs(shares(picks, 3)[k] - share)).toBeLessThan(uneven);
    });
  });

  it('hashBalanceFactor hands a key on once its instance is above its share, by the key alone', () => {
    const own = caller(kind, 2, { key: 'user', hashBalanceFactor: 100 });
    const home = own.pickKey(7);
    // 3 with this one, of which half, rounded up, is 2: this many may be in flight already.
    own.outstanding[home] = 2;
    expect(own.pickKey(7)).toBe(home);
    own.outstanding[home] = 3;
    expect(own.pickKey(7)).toBe(1 - home);
    const wide = caller(kind, 2, { key: 'user', hashBalanceFactor: 200 });
    wide.outstanding[home] = 300;
    expect(wide.pickKey(7)).toBe(home);
  });

  it('looks at the others in an order of its own for each key, and only at those that are up', () => {
    const own = caller(kind, 3, { key: 'user', hashBalanceFactor: 100 });
    const home = own.pickKey(7);
    const other = (home + 1) % 3;
    const up = Int32Array.of(Math.min(home, other), Math.max(home, other));
    // 13 with this one, half is 7, rounded up; 14 with the next, half is 7.
    own.outstanding[other] = 5;
    own.outstanding[home] = 7;
    expect(own.pickKey(7, up)).toBe(home);
    own.outstanding[home] = 8;
    expect(own.pickKey(7, up)).toBe(other);
    const orders = times(50, (value) => {
      own.outstanding.fill(0);
      const first = own.pickKey(value);
      own.outstanding[first] = 9;
      const second = own.pickKey(value);
      expect(second).not.toBe(first);
      expect(own.pickKey(value)).toBe(second);
      return (second - first + 3) % 3;
    });
    expect(new Set(orders)).toEqual(new Set([1, 2]));
  });
});
