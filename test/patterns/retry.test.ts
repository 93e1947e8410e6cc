import { describe, expect, it } from 'vitest';
import { retry } from '../../src/patterns/policies/retry.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

/** Starts of the attempts of one call whose attempts all end like this. */
function starts(written: object, outcome: Outcome, options: { idempotent?: boolean } = {}) {
  const calls = new FakeCalls();
  calls.idempotentCallee = options.idempotent ?? false;
  calls.callee = () => ({ afterNs: 50 * MS, outcome });
  const { policy } = createPolicy(calls, retry, written);
  const call = calls.call([policy], 0);
  calls.run();
  return { starts: calls.starts.map((at) => at / MS), endMs: call.endNs / MS, call, calls };
}

const attemptsOf = (written: object, outcome: Outcome, idempotent = false): number =>
  starts(written, outcome, { idempotent }).starts.length;

describe('retry', () => {
  it('backs off from the arrival of each failure, growing up to the cap', () => {
    // 0-50, +100, 150-200, +200, 400-450, +400, 850-900.
    const run = starts(
      { attempts: 4, on: ['any'], backoff: { kind: 'exponential', base: '100ms', max: '1s' } },
      OUTCOME.serverError,
    );
    expect(run.starts).toEqual([0, 150, 400, 850]);
    expect(run.endMs).toBe(900);
    expect(run.call.outcome).toBe(OUTCOME.serverError);
    expect(run.calls.counted('retries')).toBe(3);
  });

  it('ends with the first success', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({
      afterNs: 10 * MS,
      outcome: nth < 3 ? OUTCOME.refused : OUTCOME.ok,
    });
    const { policy } = createPolicy(calls, retry, { attempts: 9 });
    const call = calls.call([policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.ok, endNs: 30 * MS });
  });

  it('repeats by default what the callee surely did not do, and more where it is idempotent', () => {
    const two = { attempts: 2 };
    const answered = (status: number): Outcome => withStatus(OUTCOME.serverError, status);
    for (const outcome of [
      OUTCOME.refused,
      OUTCOME.connectTimeout,
      OUTCOME.rejectedOverload,
      OUTCOME.throttled,
      answered(502),
      answered(503),
      answered(504),
    ]) {
      expect(attemptsOf(two, outcome)).toBe(2);
    }
    for (const outcome of [OUTCOME.timeout, OUTCOME.reset]) {
      expect(attemptsOf(two, outcome)).toBe(1);
      expect(attemptsOf(two, outcome, true)).toBe(2);
    }
    for (const outcome of [
      answered(500),
      OUTCOME.clientError,
      OUTCOME.deadlineExceeded,
      OUTCOME.poolTimeout,
      OUTCOME.rejectedBulkhead,
      OUTCOME.rejectedRateLimit,
      OUTCOME.rejectedBreaker,
    ]) {
      expect(attemptsOf(two, outcome, true)).toBe(1);
    }
  });

  it('repeats exactly what `on` lists, idempotent or not', () => {
    const on = (...terms: unknown[]): object => ({ attempts: 2, on: terms });
    expect(attemptsOf(on('timeout'), OUTCOME.timeout)).toBe(2);
    expect(attemptsOf(on('timeout'), OUTCOME.refused, true)).toBe(1);
    expect(attemptsOf(on(500), withStatus(OUTCOME.serverError, 500))).toBe(2);
    expect(attemptsOf(on('5xx'), withStatus(OUTCOME.serverError, 501))).toBe(2);
    expect(attemptsOf(on('4xx'), withStatus(OUTCOME.clientError, 409))).toBe(2);
    expect(attemptsOf(on('error'), OUTCOME.serverError)).toBe(2);
    expect(attemptsOf(on('any'), OUTCOME.rejectedBreaker)).toBe(2);
    expect(attemptsOf(on('any'), OUTCOME.deadlineExceeded)).toBe(1);
  });

  it('repeats 408, 409 and 425 only where they are asked for', () => {
    for (const status of [408, 409, 425]) {
      const outcome = withStatus(OUTCOME.clientError, status);
      expect(attemptsOf({ attempts: 2 }, outcome, true)).toBe(1);
      expect(attemptsOf({ attempts: 2, on: [status] }, outcome)).toBe(2);
      expect(attemptsOf({ attempts: 2, on: ['4xx'] }, outcome)).toBe(2);
    }
  });

  it('does not take a timeout for the 504 it will be relayed as', () => {
    expect(attemptsOf({ attempts: 2, on: ['gateway', '5xx', 504] }, OUTCOME.timeout)).toBe(1);
  });

  it('multiplies through layers: three attempts at each of three edges are 27 calls', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.serverError });
    const three = { attempts: 3, on: ['error'] };
    const layers = [0, 1, 2].map(() => createPolicy(calls, retry, three).policy);
    calls.call(layers, 0);
    calls.run();
    expect(calls.starts).toHaveLength(27);
  });

  it('gives each attempt its own timeout inside, and one for all outside', () => {
    const written = { attempts: 3, on: ['timeout'], backoff: { kind: 'constant', base: '10ms' } };
    const endOf = (outside: boolean): number => {
      const calls = new FakeCalls();
      calls.callee = () => null;
      const again = createPolicy(calls, retry, written).policy;
      const limit = createPolicy(calls, timeout, { after: '100ms' }).policy;
      const call = calls.call(outside ? [limit, again] : [again, limit], 0);
      calls.run();
      return call.endNs / MS;
    };
    expect(endOf(false)).toBe(320);
    expect(endOf(true)).toBe(100);
  });

  it('is not made when it would start at the deadline, and is made just before it', () => {
    const count = (deadlineNs: number): number => {
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: 50 * MS, outcome: OUTCOME.refused });
      const { policy } = createPolicy(calls, retry, {
        attempts: 2,
        backoff: { kind: 'constant', base: '50ms' },
      });
      calls.call([policy], 0, deadlineNs);
      calls.run();
      return calls.starts.length;
    };
    expect(count(100 * MS)).toBe(1);
    expect(count(100 * MS + 1)).toBe(2);
  });

  it('is dropped when its caller leaves during the back-off', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, retry, {
      attempts: 2,
      backoff: { kind: 'constant', base: '50ms' },
      budget: { kind: 'concurrent', max: 1 },
    });
    const call = calls.call([policy], 0);
    calls.giveUp(call.frame, 20 * MS);
    calls.run(10 * MS);
    expect(policy.held()).toBe(1);
    calls.run();
    expect(calls.starts).toEqual([0]);
    expect(policy.held()).toBe(0);
  });

  it('reports what can never be: outcomes without time left, endless repetition, a cap below the base', () => {
    const fields = (written: object): string[] =>
      retry.check!(retry.schema.parse(written), new Map()).map((p) => p.field);
    expect(fields({ attempts: 2, on: ['deadlineExceeded'] })).toEqual(['on']);
    expect(fields({ attempts: 'unlimited' })).toEqual(['attempts']);
    expect(
      fields({ attempts: 2, backoff: { kind: 'exponential', base: '2s', max: '1s' } }),
    ).toEqual(['backoff.max']);
    expect(fields({ attempts: 2, backoff: { kind: 'constant', base: '2s' } })).toEqual([]);
  });
});

describe('retry budgets', () => {
  /** Calls at these times that all fail at once; returns the total number of attempts. */
  function attempts(budget: object, timesNs: readonly number[], attemptsPerCall = 2): number[] {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, retry, { attempts: attemptsPerCall, budget });
    const made: number[] = [];
    for (const at of timesNs) {
      const before = calls.starts.length;
      calls.call([policy], at);
      calls.run(at);
      made.push(calls.starts.length - before);
    }
    return made;
  }

  it('ratio: allows one retry for five first tries where there is no reserve', () => {
    const made = attempts(
      { ratio: '20%', minPerSecond: 0 },
      Array.from({ length: 10 }, (_, k) => k * MS),
    );
    expect(made).toEqual([1, 1, 1, 1, 2, 1, 1, 1, 1, 2]);
  });

  it('ratio: has the whole reserve of its window from cold, 100 retries with the defaults', () => {
    const made = attempts(
      { ratio: 0 },
      Array.from({ length: 120 }, () => 0),
    );
    expect(made.reduce((sum, n) => sum + n - 1, 0)).toBe(100);
  });

  it('ratio: forgets deposits and retries slot by slot after the window', () => {
    // Reserve 1 per 1 s window. The retry of 50 ms fills its slot [0, 100), which expires at 1000.
    const budget = { ratio: 0, minPerSecond: 1, window: '1s' };
    expect(attempts(budget, [50 * MS, 999 * MS, 1000 * MS])).toEqual([2, 1, 2]);
    const earned = { ratio: '50%', minPerSecond: 0, window: '1s' };
    // The first try of 0 has left the window at 1000, the one of 900 has not.
    expect(attempts(earned, [0, 900 * MS, 1000 * MS])).toEqual([1, 2, 1]);
    expect(attempts(earned, [0, 1000 * MS, 1100 * MS])).toEqual([1, 1, 2]);
  });

  it('returns the original outcome at once when it denies, and counts it', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 10 * MS, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, retry, {
      attempts: 3,
      backoff: { kind: 'constant', base: '50ms' },
      budget: { ratio: 0, minPerSecond: 0 },
    });
    const call = calls.call([policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.refused, endNs: 10 * MS });
    expect(calls.counted('budgetDenied')).toBe(1);
    expect(calls.counted('retries')).toBe(0);
  });

  it('concurrent: a retry holds its place from the decision to the end of its attempt', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 10 * MS, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, retry, {
      attempts: 2,
      backoff: { kind: 'constant', base: '50ms' },
      budget: { kind: 'concurrent', max: 1 },
    });
    // The first retry holds the place from 10 to 70.
    for (const at of [0, 20, 59, 60]) calls.call([policy], at * MS);
    calls.run();
    expect(calls.starts.map((at) => at / MS)).toEqual([0, 20, 59, 60, 60, 120]);
    expect(calls.counted('budgetDenied')).toBe(2);
    expect(policy.held()).toBe(0);
  });

  it('grpc: stops retrying at half of its tokens and starts again above it', () => {
    const calls = new FakeCalls();
    let failing = true;
    calls.callee = () => ({ afterNs: 0, outcome: failing ? OUTCOME.refused : OUTCOME.ok });
    const { policy } = createPolicy(calls, retry, { attempts: 4, budget: { kind: 'grpc' } });
    const made = (): number => {
      const before = calls.starts.length;
      calls.call([policy], calls.now);
      calls.run(calls.now);
      return calls.starts.length - before;
    };
    expect([made(), made(), made(), made(), made(), made(), made()]).toEqual([4, 1, 1, 1, 1, 1, 1]);
    // 60 successes earn 6.0 tokens; a failure leaves 5.0, which is not more than half of 10.
    failing = false;
    for (let k = 0; k < 60; k++) made();
    failing = true;
    expect(made()).toBe(1);
    // From 5.0, 11 successes make 6.1; the failure leaves 5.1: one retry, whose failure leaves 4.1.
    failing = false;
    for (let k = 0; k < 11; k++) made();
    failing = true;
    expect(made()).toBe(2);
  });

  it('aws: takes its price for each retry, more after a timeout, and gives it back on success', () => {
    const outcomes: number[] = [];
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: outcomes.shift()! });
    const { policy } = createPolicy(calls, retry, {
      attempts: 2,
      on: ['connect', 'timeout'],
      budget: { kind: 'aws', tokens: 15 },
    });
    const made = (...script: number[]): number => {
      outcomes.push(...script);
      const before = calls.starts.length;
      calls.call([policy], calls.now);
      calls.run(calls.now);
      outcomes.length = 0;
      return calls.starts.length - before;
    };
    const { refused, timeout: late, ok } = OUTCOME;
    expect(made(late, late)).toBe(2); // 15 - 10 = 5
    expect(made(late, late)).toBe(1); // 10 > 5
    expect(made(refused, ok)).toBe(2); // 5 - 5 + 5 = 5
    expect(made(refused, refused)).toBe(2); // 0
    expect(made(refused, refused)).toBe(1);
    for (let k = 0; k < 5; k++) made(ok); // 5 first tries earn 5
    expect(made(refused, refused)).toBe(2);
  });

  it('rate: is a token bucket of retries', () => {
    const budget = { kind: 'rate', rate: '1/s', burst: 2 };
    expect(attempts(budget, [0, 0, 0, SECOND - 1, SECOND])).toEqual([2, 2, 1, 1, 2]);
  });
});
