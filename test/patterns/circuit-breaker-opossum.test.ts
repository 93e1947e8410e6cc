import { describe, expect, it } from 'vitest';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { circuitBreakerOpossum } from '../../src/patterns/policies/circuit-breaker-opossum.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';
import type { CallResult } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const { ok: OK, rejectedBreaker: OPEN, rejectedBulkhead: LOCKED } = OUTCOME;

/** A call: at, outcome, and for how long; times in ms. */
type Line = readonly [atMs: number, outcome: Outcome, forMs?: number | null];

/** Plays the lines through one breaker. */
function play(written: object, lines: readonly Line[]) {
  const calls = new FakeCalls();
  calls.callee = ({ frame }) => {
    const [, outcome, forMs = 0] = lines[frame];
    return forMs === null ? null : { afterNs: forMs * MS, outcome };
  };
  const { policy, transitions } = createPolicy(calls, circuitBreakerOpossum, written);
  const all = lines.map(([atMs]) => calls.call([policy], atMs * MS));
  return {
    calls,
    policy,
    all,
    outcomes: (): (Outcome | null)[] => all.map((call: CallResult) => call.outcome),
    /** Transitions, after running to the end or to a time. */
    transitions: (untilMs = Infinity): (readonly [number, string])[] => {
      calls.run(untilMs * MS);
      return transitions.map(({ atNs, state }) => [atNs / MS, state] as const);
    },
  };
}

const each = (times: readonly number[], outcome: Outcome): Line[] =>
  times.map((at) => [at, outcome] as const);

describe('circuitBreaker opossum', () => {
  it('divergence 8: stays closed at exactly its threshold and opens above it', () => {
    const volumeThreshold = 10;
    const five = [...each([0, 1, 2, 3, 4], OK), ...each([5, 6, 7, 8, 9], FAIL)];
    const six = [...each([0, 1, 2, 3], OK), ...each([4, 5, 6, 7, 8, 9], FAIL)];
    expect(play({ volumeThreshold }, five).transitions(100)).toEqual([]);
    expect(play({ volumeThreshold }, six).transitions(100)).toEqual([[9, 'open']]);
  });

  it('divergence 10: opens on the first failure without a volume threshold, and only on the last with one', () => {
    expect(play({}, [[3, FAIL]]).transitions(100)).toEqual([[3, 'open']]);
    const four = each([0, 1, 2, 3], FAIL);
    expect(play({ volumeThreshold: 4 }, four).transitions(100)).toEqual([[3, 'open']]);
    expect(play({ volumeThreshold: 5 }, four).transitions(100)).toEqual([]);
  });

  it('divergence 3: counts calls under way as fired, so that concurrency understates the share', () => {
    // Two failures of two are 100%; with two more under way they are 2 of 4, and 50% is not above 50%.
    const two = each([1, 2], FAIL);
    const underWay: Line[] = [
      [0, OK, null],
      [0, OK, null],
    ];
    expect(play({ volumeThreshold: 2 }, two).transitions(100)).toEqual([[2, 'open']]);
    expect(play({ volumeThreshold: 2 }, [...underWay, ...two]).transitions(100)).toEqual([]);
  });

  it('divergence 11: counts refusals as fired and as nothing else', () => {
    // Opens at 0. Refused at 10, 20, 30. Half open at 50, closed by the probe at 50: 1 failure of 5. A
    // failure at 60 makes 2 of 6, at 61 3 of 7, at 62 4 of 8, at 63 5 of 9: above 50%.
    const run = play({ resetTimeout: '50ms' }, [
      [0, FAIL],
      ...each([10, 20, 30, 50], OK),
      ...each([60, 61, 62, 63], FAIL),
    ]);
    expect(run.transitions(64)).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [50, 'closed'],
      [63, 'open'],
    ]);
    expect(run.outcomes().slice(0, 5)).toEqual([FAIL, OPEN, OPEN, OPEN, OK]);
    expect(run.calls.counted('breakerRejected')).toBe(3);
  });

  it('divergence 9: keeps its window when it closes', () => {
    // 6 failures open at 5; closed by the probe at 55: 6 of 7. One more failure is 7 of 8.
    const run = play({ resetTimeout: '50ms', volumeThreshold: 6 }, [
      ...each([0, 1, 2, 3, 4, 5], FAIL),
      [55, OK],
      [60, FAIL],
    ]);
    expect(run.transitions(100)).toEqual([
      [5, 'open'],
      [55, 'halfOpen'],
      [55, 'closed'],
      [60, 'open'],
    ]);
  });

  it('divergence 12: counts refusals of its own capacity as failures', () => {
    // One hung call and one refusal are 1 of 2; with a second refusal it is 2 of 3.
    const run = play({ capacity: 1 }, [[0, OK, null], ...each([1, 2, 3], OK)]);
    expect(run.transitions(100)).toEqual([[2, 'open']]);
    expect(run.outcomes()).toEqual([null, LOCKED, LOCKED, OPEN]);
    expect(run.calls.counted('bulkheadRejected')).toBe(2);
    expect(run.calls.counted('breakerRejected')).toBe(1);
    expect(run.policy.held()).toBe(1);
  });

  it('gives a place of its capacity back at the end, and at a timeout', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => (nth === 1 ? null : { afterNs: 0, outcome: OK });
    const breaker = createPolicy(calls, circuitBreakerOpossum, { capacity: 1, allowWarmUp: true });
    const limit = createPolicy(calls, timeout, { after: '20ms' });
    const all = [0, 19, 20].map((at) => calls.call([breaker.policy, limit.policy], at * MS));
    calls.run();
    expect(all.map((call) => call.outcome)).toEqual([OUTCOME.timeout, LOCKED, OK]);
    expect(breaker.policy.held()).toBe(0);
  });

  it('divergence 13: is half open by a timer, calls or no calls', () => {
    const run = play({ resetTimeout: '50ms' }, [[7, FAIL]]);
    expect(run.transitions()).toEqual([
      [7, 'open'],
      [57, 'halfOpen'],
    ]);
  });

  it('divergence 5: lets one call through half open and refuses the others', () => {
    const run = play({ resetTimeout: '50ms' }, [
      [0, FAIL],
      [50, OK, 10],
      ...each([50, 55], OK),
      [60, OK],
    ]);
    expect(run.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [60, 'closed'],
    ]);
    expect(run.outcomes()).toEqual([FAIL, OK, OPEN, OPEN, OK]);
  });

  it('opens again on a failed probe, for a full reset timeout', () => {
    const run = play({ resetTimeout: '50ms', volumeThreshold: 1 }, [
      [0, FAIL],
      [60, FAIL, 5],
      [114, OK],
      [115, OK],
    ]);
    expect(run.transitions()).toEqual([
      [0, 'open'],
      [50, 'halfOpen'],
      [65, 'open'],
      [115, 'halfOpen'],
      [115, 'closed'],
    ]);
    expect(run.outcomes()).toEqual([FAIL, FAIL, OPEN, OK]);
  });

  it('divergence 7: stays half open as long as its probe hangs', () => {
    const run = play({ resetTimeout: '50ms' }, [
      [0, FAIL],
      [50, OK, null],
      [60, OK],
      [100_000, OK],
    ]);
    expect(run.transitions().at(-1)).toEqual([50, 'halfOpen']);
    expect(run.outcomes()).toEqual([FAIL, null, OPEN, OPEN]);
  });

  it('G11: a late success closes it while half open', () => {
    // A runs 0 to 70 s. With A, 7 calls are fired at 6 s, 6 of them failures: open, half open at 66 s. P, the probe,
    // runs 66 to 77 s; A closes it at 70 s, so that the call of 72 s is admitted.
    const written = { resetTimeout: '60s', rollingCountTimeout: '100s', volumeThreshold: 7 };
    const run = play(written, [
      [0, OK, 70_000],
      ...each([1000, 2000, 3000, 4000, 5000, 6000], FAIL),
      [66_000, OK, 11_000],
      [72_000, OK],
    ]);
    expect(run.transitions()).toEqual([
      [6000, 'open'],
      [66_000, 'halfOpen'],
      [70_000, 'closed'],
    ]);
    expect(run.outcomes().at(-1)).toBe(OK);
  });

  it('divergence 4: a late failure opens it while half open and changes no state while open', () => {
    // With two calls under way failures at 1, 2, 3 are 1 of 3, 2 of 4, 3 of 5: open at 3. The late failure
    // of 30 finds it open and does not prolong the wait, that of 55 finds it half open.
    const run = play({ resetTimeout: '50ms', volumeThreshold: 3 }, [
      [0, FAIL, 30],
      [0, FAIL, 55],
      ...each([1, 2, 3], FAIL),
      [104, OK],
    ]);
    expect(run.transitions()).toEqual([
      [3, 'open'],
      [53, 'halfOpen'],
      [55, 'open'],
      [105, 'halfOpen'],
    ]);
    expect(run.outcomes().at(-1)).toBe(OPEN);
  });

  it('drops its oldest bucket at every border, counted from the start of the process', () => {
    // Window 100 ms in two buckets. The successes of 10 and 20 leave at 100: a failure at 99 is 2 of 4,
    // one at 100 is 2 of 2.
    const lines = (lastAt: number): Line[] => [...each([10, 20], OK), ...each([60, lastAt], FAIL)];
    const written = { rollingCountTimeout: '100ms', rollingCountBuckets: 2, volumeThreshold: 2 };
    expect(play(written, lines(99)).transitions(101)).toEqual([]);
    expect(play(written, lines(100)).transitions(101)).toEqual([[100, 'open']]);
  });

  it('rounds a bucket down to whole ms', () => {
    // 100 ms in 3 buckets of 33: the success of 1 has left at 99, so that 1 of 2 has become 1 of 1.
    const written = { rollingCountTimeout: '100ms', rollingCountBuckets: 3 };
    const at = (ms: number) => play(written, [...each([1], OK), ...each([ms], FAIL)]);
    expect(at(98).transitions(200)).toEqual([]);
    expect(at(99).transitions(200)).toEqual([[99, 'open']]);
  });

  it('opens on a failure whose own call has left the window', () => {
    // Fired at 0, failed at 150, window 100 ms: 1 of 0 is above any share, even 100%.
    const run = play({ rollingCountTimeout: '100ms', errorThresholdPercentage: '100%' }, [
      [0, FAIL, 150],
    ]);
    expect(run.transitions(200)).toEqual([[150, 'open']]);
  });

  it('does not open while it warms up', () => {
    const written = { rollingCountTimeout: '100ms', allowWarmUp: true };
    const run = play(written, each([0, 50, 99, 100], FAIL));
    expect(run.transitions(110)).toEqual([[100, 'open']]);
  });

  it('counts errors of layers inside as failures, and what errorFilter takes out as successes', () => {
    const opens = (outcome: Outcome, lists: object = {}): boolean =>
      play(lists, [[0, outcome]]).transitions(1).length > 0;
    for (const name of ['timeout', 'reset', 'poolTimeout', 'rejectedRateLimit'] as const) {
      expect(opens(OUTCOME[name])).toBe(true);
      expect(opens(OUTCOME[name], { ignore: [name] })).toBe(false);
      expect(opens(OUTCOME[name], { failOn: ['serverError'] })).toBe(false);
    }
    for (const name of ['ok', 'degraded', 'clientError', 'throttled'] as const) {
      expect(opens(OUTCOME[name])).toBe(false);
    }
    expect(opens(OUTCOME.throttled, { failOn: ['throttled'] })).toBe(true);
    // A filtered error closes a half-open breaker.
    const run = play({ resetTimeout: '50ms', ignore: ['throttled'] }, [
      [0, FAIL],
      [50, OUTCOME.throttled],
    ]);
    expect(run.transitions().at(-1)).toEqual([50, 'closed']);
  });

  it('sees the refusals of a bulkhead inside it', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const breaker = createPolicy(calls, circuitBreakerOpossum, {});
    const inner = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 });
    for (const at of [0, 1, 2]) calls.call([breaker.policy, inner.policy], at * MS);
    calls.run(3 * MS);
    expect(breaker.transitions).toEqual([{ atNs: 2 * MS, state: 'open' }]);
  });

  it('counts a call given up by its caller as a failure, as an aborted promise is', () => {
    const run = play({}, [[0, OK, null]]);
    run.calls.giveUp(run.all[0].frame, 5 * MS);
    expect(run.transitions(10)).toEqual([[5, 'open']]);
    expect(run.policy.held()).toBe(0);
  });

  it('divergence 51: loses all state with its process, and restarts buckets and warm-up', () => {
    // Open from 10 on; restarted at 20. Its first call arrives at 30, so it warms up until 130.
    const run = play(
      { resetTimeout: '50ms', rollingCountTimeout: '100ms', volumeThreshold: 2, allowWarmUp: true },
      [...each([100, 110], FAIL), ...each([130, 229], FAIL), ...each([230], FAIL)],
    );
    run.calls.at(120 * MS, () => run.policy.reset!());
    expect(run.transitions(231)).toEqual([
      [110, 'open'],
      [120, 'closed'],
      [230, 'open'],
    ]);
  });

  it('reports buckets shorter than its timer, and a term in both lists', () => {
    const problems = (written: object): string[] => {
      const config = circuitBreakerOpossum.schema.parse(written);
      return circuitBreakerOpossum.check!(config, new Map()).map(({ field }) => field);
    };
    expect(problems({ rollingCountTimeout: '5ms' })).toEqual(['rollingCountBuckets']);
    expect(problems({ rollingCountTimeout: '10ms' })).toEqual([]);
    expect(problems({ failOn: ['reset'], ignore: ['reset'] })).toEqual(['ignore']);
  });

  it('has the defaults of the library', () => {
    expect(circuitBreakerOpossum.schema.parse({})).toEqual({
      resetTimeout: 30 * SECOND,
      errorThresholdPercentage: 0.5,
      rollingCountTimeout: 10 * SECOND,
      rollingCountBuckets: 10,
      volumeThreshold: 0,
      allowWarmUp: false,
      capacity: Infinity,
    });
  });
});
