import { describe, expect, it } from 'vitest';
import { circuitBreakerCockatiel } from '../../src/patterns/policies/circuit-breaker-cockatiel.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const { ok: OK, rejectedBreaker: OPEN } = OUTCOME;
const AFTER = '50ms';

/** A call: at, outcome, and for how long; times in ms. */
type Line = readonly [atMs: number, outcome: Outcome, forMs?: number | null];

/** Plays the lines through one breaker. */
function play(written: object, lines: readonly Line[]) {
  const calls = new FakeCalls();
  calls.callee = ({ frame }) => {
    const [, outcome, forMs = 0] = lines[frame];
    return forMs === null ? null : { afterNs: forMs * MS, outcome };
  };
  const { policy, transitions } = createPolicy(calls, circuitBreakerCockatiel, {
    halfOpenAfter: AFTER,
    ...written,
  });
  const all = lines.map(([atMs]) => calls.call([policy], atMs * MS));
  return {
    calls,
    policy,
    all,
    outcomes: (): (Outcome | null)[] => all.map(({ outcome }) => outcome),
    ends: (): number[] => all.map(({ endNs }) => endNs / MS),
    starts: (): number[] => calls.starts.map((at) => at / MS),
    /** Transitions, after running to the end. */
    transitions: (): (readonly [number, string])[] => {
      calls.run();
      return transitions.map(({ atNs, state }) => [atNs / MS, state] as const);
    },
  };
}

const each = (times: readonly number[], outcome: Outcome): Line[] =>
  times.map((at) => [at, outcome] as const);
const consecutive = (n: number): object => ({ breaker: { consecutive: n } });

describe('circuitBreaker cockatiel', () => {
  it('divergence 8: opens on the nth failure in a row and lets a call through at exactly the end', () => {
    const run = play(consecutive(3), [
      ...each([0, 1], FAIL),
      [2, OK],
      ...each([3, 4, 5], FAIL),
      ...each([54, 55], OK),
    ]);
    expect(run.transitions()).toEqual([
      [5, 'open'],
      [55, 'halfOpen'],
      [55, 'closed'],
    ]);
    expect(run.outcomes().slice(-2)).toEqual([OPEN, OK]);
    expect(run.calls.counted('breakerRejected')).toBe(1);
  });

  it('divergence 13: is half open only when a call comes', () => {
    const run = play(consecutive(1), [
      [0, FAIL],
      [200, OK, 10],
    ]);
    expect(run.transitions()).toEqual([
      [0, 'open'],
      [200, 'halfOpen'],
      [210, 'closed'],
    ]);
  });

  it('divergence 5: makes others wait for the probe, and lets them go in their order when it closes', () => {
    const run = play(consecutive(1), [
      [0, FAIL],
      [50, OK, 20],
      [55, OK, 5],
      [52, OK, 5],
      [70, OK],
    ]);
    expect(run.transitions().at(-1)).toEqual([70, 'closed']);
    expect(run.outcomes()).toEqual([FAIL, OK, OK, OK, OK]);
    expect(run.starts()).toEqual([0, 50, 70, 70, 70]);
    expect(run.ends()).toEqual([0, 70, 75, 75, 70]);
    expect(run.calls.counted('breakerRejected')).toBe(0);
  });

  it('refuses the waiting calls when the probe fails', () => {
    const run = play(consecutive(1), [
      [0, FAIL],
      [50, FAIL, 20],
      ...each([52, 55], OK),
      ...each([119, 120], OK),
    ]);
    expect(run.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [70, 'open'],
      [120, 'halfOpen'],
      [120, 'closed'],
    ]);
    expect(run.outcomes()).toEqual([FAIL, FAIL, OPEN, OPEN, OPEN, OK]);
    expect(run.ends()).toEqual([0, 70, 70, 70, 119, 120]);
    expect(run.calls.counted('breakerRejected')).toBe(3);
    expect(run.policy.held()).toBe(0);
  });

  it('probes with the next of them where the wait is 0', () => {
    // Each probe takes 10 ms and fails; the one waiter after the other becomes the next.
    const lines: Line[] = [[0, FAIL], ...[1, 2, 3].map((at) => [at, FAIL, 10] as const)];
    const run = play({ ...consecutive(1), halfOpenAfter: 0 }, lines);
    expect(run.transitions().filter(([, to]) => to === 'halfOpen')).toEqual([
      [1, 'halfOpen'],
      [11, 'halfOpen'],
      [21, 'halfOpen'],
    ]);
    expect(run.ends()).toEqual([0, 11, 21, 31]);
  });

  it('divergence 7: keeps all calls waiting for a probe that hangs', () => {
    const run = play(consecutive(1), [
      [0, FAIL],
      [50, OK, null],
      [60, OK],
    ]);
    expect(run.transitions().at(-1)).toEqual([50, 'halfOpen']);
    expect(run.outcomes()).toEqual([FAIL, null, null]);
    expect(run.policy.held()).toBe(2);
  });

  it('waits longer with each failed probe, and starts over after it has closed', () => {
    // Waits 10, 20, 40, 40 (the cap); closed at 110, so that the next opening waits 10 again.
    const halfOpenAfter = { kind: 'exponential', base: '10ms', max: '40ms' };
    const run = play({ ...consecutive(1), halfOpenAfter }, [
      ...each([0, 9, 10, 29, 30, 69, 70], FAIL),
      [110, OK],
      ...each([111, 121], FAIL),
    ]);
    expect(run.transitions().filter(([, to]) => to === 'open')).toEqual([
      [0, 'open'],
      [10, 'open'],
      [30, 'open'],
      [70, 'open'],
      [111, 'open'],
      [121, 'open'],
    ]);
    expect(run.starts()).toEqual([0, 10, 30, 70, 110, 111, 121]);
  });

  it('draws each opening from a row of its own where the backoff has jitter', () => {
    const halfOpenAfter = { kind: 'exponential', base: '100ms', jitter: 'full' };
    const lines = each(
      Array.from({ length: 400 }, (_, ms) => ms),
      FAIL,
    );
    const waits = (): number[] => {
      const run = play({ ...consecutive(1), halfOpenAfter }, lines);
      run.transitions();
      return run.starts();
    };
    expect(waits()).toEqual(waits());
    expect(waits().length).toBeGreaterThan(2);
    expect(waits()[1]).toBeLessThanOrEqual(100);
  });

  it('divergence 4: a late success while open resets the count, a late failure while half open opens', () => {
    // A fails at 60 while the probe of 52 runs until 90: open again until 110. The waiter of 55 still waits
    // for the probe; its success at 90 finds the breaker open and closes nothing.
    const run = play(consecutive(2), [
      [0, FAIL, 60],
      ...each([1, 2], FAIL),
      [52, OK, 38],
      ...each([55, 70, 110], OK),
    ]);
    expect(run.transitions()).toEqual([
      [2, 'open'],
      [52, 'halfOpen'],
      [60, 'open'],
      [110, 'halfOpen'],
      [110, 'closed'],
    ]);
    expect(run.ends()).toEqual([60, 1, 2, 90, 90, 70, 110]);
    expect(run.outcomes().slice(3)).toEqual([OK, OPEN, OPEN, OK]);
  });

  it('divergence 9: keeps its run of failures when an unhandled error closes it', () => {
    // 2 failures, then a probe that ends unhandled: closed, and the count is still 2.
    const run = play({ ...consecutive(2), ignore: ['rejectedRateLimit'] }, [
      ...each([0, 1], FAIL),
      [51, OUTCOME.rejectedRateLimit],
      [60, FAIL],
    ]);
    expect(run.transitions()).toEqual([
      [1, 'open'],
      [51, 'halfOpen'],
      [51, 'closed'],
      [60, 'open'],
    ]);
  });

  it('divergence 14: an unhandled error leaves no trace while closed', () => {
    for (const lists of [{ ignore: ['rejectedBulkhead'] }, { failOn: ['error'] }]) {
      const run = play({ ...consecutive(2), ...lists }, [
        [0, FAIL],
        ...each([1, 2], OUTCOME.rejectedBulkhead),
        [3, FAIL],
      ]);
      expect(run.transitions()).toEqual([[3, 'open']]);
    }
    const listed = play({ ...consecutive(2), failOn: ['throttled'] }, [
      ...each([0], FAIL),
      ...each([1, 2], OUTCOME.throttled),
    ]);
    expect(listed.transitions()).toEqual([[2, 'open']]);
  });

  it('handles all that is thrown without lists, a refusal inside too; an answer of 429 is none', () => {
    const opens = (outcome: Outcome): boolean =>
      play(consecutive(2), [
        [0, FAIL],
        [1, outcome],
      ]).transitions().length > 0;
    expect(opens(OUTCOME.rejectedBulkhead)).toBe(true);
    expect(opens(OUTCOME.rejectedRateLimit)).toBe(true);
    expect(opens(OUTCOME.throttled)).toBe(false);
  });

  it('counts the last results: above the threshold, not at it, and not before there are enough', () => {
    const count = (more: object) => ({
      breaker: { count: { threshold: '50%', size: 4, ...more } },
    });
    const lines = [...each([0, 1], OK), ...each([2, 3, 4], FAIL)];
    // 2 of 4 at 3 is not above; at 4 the first success has left: 3 of 4.
    expect(play(count({}), lines).transitions()).toEqual([[4, 'open']]);
    expect(play(count({}), each([0, 1, 2], FAIL)).transitions()).toEqual([]);
    expect(play(count({ minimumNumberOfCalls: 2 }), each([0, 1, 2], FAIL)).transitions()).toEqual([
      [1, 'open'],
    ]);
  });

  it('divergence 9: clears rates on the success that closes, which is their first result', () => {
    const run = play({ breaker: { count: { threshold: '50%', size: 2 } } }, [
      ...each([0, 1], FAIL),
      [51, OK],
      ...each([52, 53], FAIL),
    ]);
    // S F is 1 of 2 at 52, F F is 2 of 2 at 53.
    expect(run.transitions().slice(1)).toEqual([
      [51, 'halfOpen'],
      [51, 'closed'],
      [53, 'open'],
    ]);
  });

  it('needs duration times minimumRps results over a time', () => {
    // 1 s at 4/s: the fourth result may open. The guess at 50% is 5 / 0.5 = 10/s: the tenth.
    const sampling = (minimumRps?: number | string) => ({
      breaker: { sampling: { threshold: '50%', duration: '1s', minimumRps } },
    });
    const times = Array.from({ length: 10 }, (_, k) => k);
    expect(play(sampling(4), each(times, FAIL)).transitions()[0]).toEqual([3, 'open']);
    expect(play(sampling('4/s'), each(times, FAIL)).transitions()[0]).toEqual([3, 'open']);
    expect(play(sampling(), each(times, FAIL)).transitions()[0]).toEqual([9, 'open']);
  });

  it('drops one window per result, so that counts outlive a silence', () => {
    // 500 ms in five windows of 100. Three failures at 0 to 2; after a minute each result drops one window:
    // the fourth after it is the fifth window, and still the old three make 4 failures of 7.
    const breaker = { sampling: { threshold: '50%', duration: '500ms', minimumRps: 14 } };
    const old = each([0, 1, 2], FAIL);
    const minute = 60_000;
    const after: Line[] = [...each([minute, minute + 100, minute + 200], OK), [minute + 300, FAIL]];
    expect(play({ breaker }, [...old, ...after]).transitions()).toEqual([[minute + 300, 'open']]);
    // With one more result the window of the three is dropped.
    const more: Line[] = [...after.slice(0, 3), [minute + 300, OK], [minute + 400, FAIL]];
    expect(play({ breaker }, [...old, ...more]).transitions()).toEqual([]);
  });

  it('lets a caller that waits go, and holds nothing for it', () => {
    const run = play(consecutive(1), [[0, FAIL], [50, OK, 30], ...each([55, 56], OK)]);
    run.calls.giveUp(run.all[2].frame, 60 * MS);
    expect(run.transitions().at(-1)).toEqual([80, 'closed']);
    expect(run.starts()).toEqual([0, 50, 80]);
    expect(run.policy.held()).toBe(0);
  });

  it('holds nothing for a caller that leaves in the very instant in which it is refused', () => {
    const run = play(consecutive(1), [
      [0, FAIL],
      [50, FAIL, 30],
      [55, OK],
    ]);
    run.calls.giveUp(run.all[2].frame, 80 * MS);
    run.transitions();
    expect(run.outcomes()[2]).toBeNull();
    expect(run.calls.counted('breakerRejected')).toBe(0);
    expect(run.policy.held()).toBe(0);
  });

  it('opens when the caller of the probe leaves, and closes where that is not handled', () => {
    const left = (lists: object) => {
      const run = play({ ...consecutive(1), ...lists }, [
        [0, FAIL],
        [50, OK, null],
        [55, OK],
      ]);
      run.calls.giveUp(run.all[1].frame, 60 * MS);
      return [run.transitions().at(-1), run.outcomes().at(-1)];
    };
    expect(left({})).toEqual([[60, 'open'], OPEN]);
    expect(left({ failOn: ['error'] })).toEqual([[60, 'closed'], OK]);
  });

  it('divergence 51: is closed and without memory after its process has restarted', () => {
    const rules = [
      { consecutive: 2 },
      { count: { threshold: '50%', size: 2 } },
      { sampling: { threshold: '50%', duration: '1s', minimumRps: 2 } },
    ];
    for (const breaker of rules) {
      const run = play({ breaker }, each([0, 1, 3, 4], FAIL));
      run.calls.at(2 * MS, () => run.policy.reset!());
      expect(run.transitions()).toEqual([
        [1, 'open'],
        [2, 'closed'],
        [4, 'open'],
      ]);
    }
  });

  it('reports thresholds and minima that the library refuses, and a term in both lists', () => {
    const problems = (written: object): string[] => {
      const config = circuitBreakerCockatiel.schema.parse({ halfOpenAfter: AFTER, ...written });
      return circuitBreakerCockatiel.check!(config, new Map()).map(({ field }) => field);
    };
    const count = { threshold: '50%', size: 4 };
    expect(problems({ breaker: { count } })).toEqual([]);
    expect(problems({ breaker: { count: { ...count, threshold: '100%' } } })).toEqual(['breaker']);
    expect(problems({ breaker: { count: { ...count, minimumNumberOfCalls: 5 } } })).toEqual([
      'breaker',
    ]);
    const sampling = { threshold: 0, duration: '1s' };
    expect(problems({ breaker: { sampling } })).toEqual(['breaker']);
    expect(problems({ ...consecutive(1), failOn: ['reset'], ignore: ['reset'] })).toEqual([
      'ignore',
    ]);
  });
});

describe('circuitBreaker cockatiel with a sample of calls', () => {
  const sampling = (calls: number, threshold: string): object => ({
    ...consecutive(1),
    halfOpenSampling: { calls, threshold },
  });

  it('admits the configured number at once, and closes when all of them are over', () => {
    const run = play(sampling(3, '0%'), [
      [0, FAIL],
      [50, OK, 20],
      [51, OK, 5],
      [52, OK, 10],
      [53, OK, 5],
      [60, OK, 5],
    ]);
    expect(run.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [70, 'closed'],
    ]);
    // The fourth and fifth wait for the first to end.
    expect(run.starts()).toEqual([0, 50, 51, 52, 70, 70]);
    expect(run.ends()).toEqual([0, 70, 56, 62, 75, 75]);
    expect(run.policy.held()).toBe(0);
  });

  it('tolerates failures up to the threshold, opens with the first above it, and releases waiting calls', () => {
    const lines: Line[] = [
      [0, FAIL],
      [50, FAIL, 1],
      [51, FAIL, 2],
      [52, OK, 20],
      [53, FAIL, 3],
      [54, OK, 1],
      [55, OK],
    ];
    const bears = play(sampling(4, '75%'), lines);
    expect(bears.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [72, 'closed'],
    ]);
    const opens = play(sampling(4, '50%'), lines);
    // Three of four are more than two: open at 56 ms, while one of the sample is under way.
    expect(opens.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [56, 'open'],
    ]);
    expect(opens.outcomes()).toEqual([FAIL, FAIL, FAIL, OK, FAIL, OPEN, OPEN]);
    expect(opens.ends().slice(5)).toEqual([56, 56]);
  });

  it('forgets a sample that ends in a later half-open time, as version 3 does not', () => {
    const lines: Line[] = [
      // Admitted while closed; its failure opens the half-open breaker again.
      [0, FAIL, 60],
      [1, FAIL],
      [2, FAIL],
      [52, OK, 100],
      [120, OK, 100],
    ];
    const both = [
      [2, 'open'],
      [52, 'halfOpen'],
      [60, 'open'],
      [120, 'halfOpen'],
    ];
    expect(play(consecutive(2), lines).transitions()).toEqual([...both, [152, 'closed']]);
    const own = play({ ...sampling(1, '0%'), ...consecutive(2) }, lines);
    expect(own.transitions()).toEqual([...both, [220, 'closed']]);
  });

  it('treats a threshold of 100 % as none', () => {
    const config = circuitBreakerCockatiel.schema.parse({
      ...consecutive(1),
      halfOpenAfter: AFTER,
      halfOpenSampling: { calls: 2, threshold: '100%' },
    });
    expect(circuitBreakerCockatiel.check!(config, new Map())).toMatchObject([
      { field: 'halfOpenSampling.threshold' },
    ]);
  });
});
