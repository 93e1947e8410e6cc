import { describe, expect, it } from 'vitest';
import { SampledHealth } from '../../src/patterns/mechanisms/sampled-health.js';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { circuitBreakerPolly } from '../../src/patterns/policies/circuit-breaker-polly.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Callee } from '../support/fake-calls.js';
import { behind, createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const OK = OUTCOME.ok;
const REFUSED = OUTCOME.rejectedBreaker;

const breaker = (written: object, callee: Callee) => behind(circuitBreakerPolly, written, callee);

/** Instant answers, in this order. */
const script =
  (outcomes: readonly number[]): Callee =>
  ({ nth }) => ({ afterNs: 0, outcome: outcomes[nth - 1] });

/** Two failures open it. */
const QUICK = { failureRatio: '100%', minimumThroughput: 2, breakDuration: '500ms' };

describe('when circuitBreaker polly opens', () => {
  it('opens at exactly its ratio and its throughput, by default 10 of 100', () => {
    // 90 successes, then failures: the tenth is the hundredth result and makes 10/100.
    const run = breaker({}, script(Array.from({ length: 120 }, (_, k) => (k < 90 ? OK : FAIL))));
    for (let k = 0; k < 100; k++) run.call(k * MS);
    run.calls.run(98 * MS);
    expect(run.states()).toEqual([]);
    run.calls.run();
    expect(run.states()).toEqual([[99, 'open']]);
  });

  it('stays closed one result below its throughput, however many fail', () => {
    const run = breaker({}, () => ({ afterNs: 0, outcome: FAIL }));
    for (let k = 0; k < 99; k++) run.call(k * MS);
    run.calls.run();
    expect(run.states()).toEqual([]);
  });

  it('looks at its health after a failure only: a success that makes up the throughput opens nothing', () => {
    const run = breaker(
      { failureRatio: '50%', minimumThroughput: 4 },
      script([FAIL, FAIL, FAIL, OK, OK, OK, FAIL]),
    );
    for (let k = 0; k < 7; k++) run.call(k * MS);
    run.calls.run();
    // 3/4 after the fourth result, a success; 4/7 at the seventh, a failure.
    expect(run.states()).toEqual([[6, 'open']]);
  });

  it('counts what has ended, not what is under way', () => {
    const run = breaker(QUICK, ({ nth }) =>
      nth > 2 ? { afterNs: MS, outcome: FAIL } : { afterNs: SECOND, outcome: OK },
    );
    for (let k = 0; k < 4; k++) run.call(0);
    run.calls.run();
    expect(run.states()).toEqual([[1, 'open']]);
  });
});

describe('the sampling duration of circuitBreaker polly', () => {
  /** When a failure at 0 is forgotten: whether one more at this time makes two of two. */
  const opensAt = (between: readonly number[], last: number): boolean => {
    const run = breaker(
      { failureRatio: '50%', minimumThroughput: 2, samplingDuration: '1s' },
      ({ startNs }) => ({
        afterNs: 0,
        outcome: between.includes(startNs / MS) ? OK : FAIL,
      }),
    );
    for (const at of [0, ...between, last]) run.call(at * MS);
    run.calls.run();
    return run.states().length > 0;
  };

  it('forgets a sub-window when its start is exactly the duration old', () => {
    expect(opensAt([], 999)).toBe(true);
    expect(opensAt([], 1000)).toBe(false);
  });

  it('starts a sub-window with the first result a tenth of the duration after the last start', () => {
    // Started at 0, so a result at 99 belongs to it and one at 100 starts another, which lives on.
    const health = new SampledHealth(SECOND);
    for (const at of [0, 99, 100, 150]) health.add(at * MS, true);
    health.add(999 * MS, false);
    expect([health.failures, health.throughput]).toEqual([4, 5]);
    health.add(1000 * MS, false);
    expect([health.failures, health.throughput]).toEqual([2, 4]);
    health.add(1100 * MS, false);
    expect([health.failures, health.throughput]).toEqual([0, 3]);
  });

  it('holds all sub-windows where they follow as closely as they can, over many turns', () => {
    // One result per sub-window: from the tenth on, ten are always within the duration.
    const health = new SampledHealth(SECOND);
    for (let k = 0; k < 100; k++) {
      health.add(k * 100 * MS, k % 2 === 0);
      expect(health.throughput).toBe(Math.min(k + 1, 10));
    }
    expect(health.failures).toBe(5);
  });

  it('has an eleventh sub-window where a tenth of the duration is no whole number', () => {
    // 1009 ns: sub-windows of 100 ns. Starts 0, 100, ... 1000 are all younger than 1009 at 1000.
    const health = new SampledHealth(1009);
    for (let at = 0; at <= 1000; at += 100) health.add(at, false);
    expect(health.throughput).toBe(11);
    health.add(1100, false);
    expect(health.throughput).toBe(11);
  });
});

describe('circuitBreaker polly while open and half open', () => {
  it('refuses for breakDuration and lets a call through at exactly its end', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    const all = [0, 1, 500, 501, 502, 1000, 1001].map((at) => run.call(at * MS));
    run.calls.run();
    expect(all.map(({ outcome }) => outcome)).toEqual([
      FAIL,
      FAIL,
      REFUSED,
      FAIL,
      REFUSED,
      REFUSED,
      FAIL,
    ]);
    expect(run.states()).toEqual([
      [1, 'open'],
      [501, 'halfOpen'],
      [501, 'open'],
      [1001, 'halfOpen'],
      [1001, 'open'],
    ]);
    expect(run.calls.counted('breakerRejected')).toBe(3);
  });

  it('divergence 5: lets one probe through, and all others are refused until it ends', () => {
    const run = breaker(QUICK, ({ nth }) => ({
      afterNs: nth === 3 ? 50 * MS : 0,
      outcome: nth <= 2 ? FAIL : OK,
    }));
    for (const at of [0, 1]) run.call(at * MS);
    const later = [501, 501, 550, 551].map((at) => run.call(at * MS));
    run.calls.run();
    // The probe ends at 551, before the call that arrives at 551.
    expect(later.map(({ outcome }) => outcome)).toEqual([OK, REFUSED, REFUSED, OK]);
    expect(run.states().slice(-1)).toEqual([[551, 'closed']]);
    expect(run.policy.held()).toBe(0);
  });

  it('divergence 7: a probe that hangs keeps it half open for ever', () => {
    const run = breaker(QUICK, ({ nth }) => (nth === 3 ? null : { afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1, 501]) run.call(at * MS);
    const late = run.call(3600 * SECOND);
    run.calls.run();
    expect(late.outcome).toBe(REFUSED);
    expect(run.states()).toEqual([
      [1, 'open'],
      [501, 'halfOpen'],
    ]);
    expect(run.policy.held()).toBe(1);
  });

  it('divergence 9: empties its health when it closes, not when it opens again', () => {
    // After the close at 501 one failure is 1 of 1: below the throughput. The second opens.
    const run = breaker(QUICK, script([FAIL, FAIL, OK, FAIL, FAIL]));
    for (const at of [0, 1, 501, 502, 503]) run.call(at * MS);
    run.calls.run();
    expect(run.states()).toEqual([
      [1, 'open'],
      [501, 'halfOpen'],
      [501, 'closed'],
      [503, 'open'],
    ]);
  });

  it('divergence 13: is half open at the call that finds the time over, not before', () => {
    const run = breaker(QUICK, script([FAIL, FAIL, OK]));
    for (const at of [0, 1, 5000]) run.call(at * MS);
    run.calls.run();
    expect(run.states().slice(1)).toEqual([
      [5000, 'halfOpen'],
      [5000, 'closed'],
    ]);
  });
});

describe('late results of circuitBreaker polly', () => {
  /** A call from 0 with the given end, two failures at 1 and 2 ms, and a probe at 502 that hangs. */
  const late = (endsAt: number, outcome: number) => {
    const run = breaker({ ...QUICK, failureRatio: '50%' }, ({ nth }) => {
      if (nth === 1) return { afterNs: endsAt * MS, outcome };
      return nth <= 3 ? { afterNs: 0, outcome: FAIL } : null;
    });
    for (const at of [0, 1, 2, 502]) run.call(at * MS);
    run.calls.run();
    return run.states().slice(2);
  };

  it('G11: the success of a call that began before it opened closes it while half open', () => {
    expect(late(600, OK)).toEqual([[600, 'closed']]);
  });

  it('the failure of such a call opens it again', () => {
    expect(late(600, FAIL)).toEqual([[600, 'open']]);
  });

  it('divergence 4: neither moves it while it is open', () => {
    expect(late(400, OK)).toEqual([]);
    expect(late(400, FAIL)).toEqual([]);
  });

  it('counts in the health when it ends after the breaker has closed', () => {
    // The call of 0 ends at 700; the probe of 501 has closed it. With one failure at 701 it is two.
    const run = breaker(QUICK, ({ nth }) => {
      if (nth === 1) return { afterNs: 700 * MS, outcome: FAIL };
      return { afterNs: 0, outcome: nth === 4 ? OK : FAIL };
    });
    for (const at of [0, 0, 1, 501, 701]) run.call(at * MS);
    run.calls.run();
    expect(run.states()).toEqual([
      [1, 'open'],
      [501, 'halfOpen'],
      [501, 'closed'],
      [701, 'open'],
    ]);
  });
});

describe('what circuitBreaker polly counts', () => {
  const opensOn = (outcome: number, lists: object = {}): boolean => {
    const run = breaker({ ...QUICK, ...lists }, () => ({ afterNs: 0, outcome }));
    run.call(0);
    run.call(MS);
    run.calls.run();
    return run.states().length > 0;
  };

  it('counts what a caller gets as an exception, refusals of its own bulkhead and pool too', () => {
    for (const name of ['serverError', 'timeout', 'refused', 'reset', 'rejectedOverload'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(true);
    for (const name of ['rejectedBulkhead', 'poolTimeout', 'rejectedRateLimit'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(true);
    for (const name of ['clientError', 'throttled', 'degraded'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(false);
  });

  it('divergence 12: a bulkhead inside can open it', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy, transitions } = createPolicy(calls, circuitBreakerPolly, QUICK);
    const inner = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 }).policy;
    for (const at of [0, 1, 2]) calls.call([policy, inner], at * MS);
    calls.run();
    expect(transitions).toEqual([{ atNs: 2 * MS, state: 'open' }]);
  });

  it('takes what failOn and ignore say, and the rest as successes', () => {
    const status = (code: number): number => withStatus(FAIL, code);
    expect(opensOn(status(500), { failOn: ['gateway'] })).toBe(false);
    expect(opensOn(status(503), { failOn: ['gateway'] })).toBe(true);
    expect(opensOn(status(503), { ignore: [503] })).toBe(false);
    expect(opensOn(OUTCOME.throttled, { failOn: ['throttled'] })).toBe(true);
    // Ignored results are successes: two of them and a failure are one of three.
    const run = breaker(
      { ...QUICK, failureRatio: '40%', ignore: ['timeout'] },
      script([OUTCOME.timeout, OUTCOME.timeout, FAIL, FAIL]),
    );
    for (let k = 0; k < 4; k++) run.call(k * MS);
    run.calls.run();
    expect(run.states()).toEqual([[3, 'open']]);
  });

  it('takes a call given up by its caller as a success, so that a probe given up closes it', () => {
    const run = breaker(QUICK, ({ nth }) => (nth === 3 ? null : { afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1]) run.call(at * MS);
    const probe = run.call(501 * MS);
    run.calls.giveUp(probe.frame, 510 * MS);
    run.calls.run();
    expect(run.states().slice(1)).toEqual([
      [501, 'halfOpen'],
      [510, 'closed'],
    ]);
    expect(run.policy.held()).toBe(0);
  });
});

describe('the rest of circuitBreaker polly', () => {
  it('divergence 51: is closed and without memory after its process has restarted', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1, 3, 4]) run.call(at * MS);
    run.calls.at(2 * MS, () => run.policy.reset!());
    run.calls.run();
    expect(run.states()).toEqual([
      [1, 'open'],
      [2, 'closed'],
      [4, 'open'],
    ]);
  });

  it('forgets the failures of a closed breaker too', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    for (const at of [0, 2]) run.call(at * MS);
    run.calls.at(MS, () => run.policy.reset!());
    run.calls.run();
    expect(run.states()).toEqual([]);
  });

  it('takes only what the library takes', () => {
    const legal = (written: object): boolean =>
      circuitBreakerPolly.schema.safeParse(written).success;
    expect(legal({ minimumThroughput: 1 })).toBe(false);
    expect(legal({ samplingDuration: '499ms' })).toBe(false);
    expect(legal({ samplingDuration: '500ms', breakDuration: '500ms' })).toBe(true);
    const fields = (written: object): string[] =>
      circuitBreakerPolly.check!(circuitBreakerPolly.schema.parse(written), new Map()).map(
        ({ field }) => field,
      );
    expect(fields({ samplingDuration: '24h', breakDuration: '25h' })).toEqual(['breakDuration']);
    expect(fields({ failOn: ['timeout'], ignore: ['timeout'] })).toEqual(['ignore']);
    expect(fields({ ignore: ['timeout'] })).toEqual([]);
  });
});
