import { describe, expect, it } from 'vitest';
import { circuitBreakerGobreaker } from '../../src/patterns/policies/circuit-breaker-gobreaker.js';
import { circuitBreakerPolly } from '../../src/patterns/policies/circuit-breaker-polly.js';
import { circuitBreakerSimple } from '../../src/patterns/policies/circuit-breaker-simple.js';
import { deadline } from '../../src/patterns/policies/deadline.js';
import { retry } from '../../src/patterns/policies/retry.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;

/** One instant call a second from 0 to 130 s; the callee fails before 70 s. */
function outage(kind: PolicyKind, written: unknown) {
  const calls = new FakeCalls();
  calls.callee = ({ startNs }) => ({
    afterNs: 0,
    outcome: startNs < 70 * SECOND ? FAIL : OUTCOME.ok,
  });
  const { policy, transitions } = createPolicy(calls, kind, written);
  const all = Array.from({ length: 131 }, (_, second) => calls.call([policy], second * SECOND));
  calls.run();
  const ended = (outcome: number): number[] =>
    all.flatMap((call, second) => (call.outcome === outcome ? [second] : []));
  return {
    failures: ended(FAIL),
    rejected: ended(OUTCOME.rejectedBreaker),
    ok: ended(OUTCOME.ok),
    transitions: transitions.map(({ atNs, state }) => [atNs / SECOND, state]),
    counted: calls.counted('breakerRejected'),
  };
}

const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, k) => from + k);

describe('circuitBreaker simple', () => {
  it('opens after five failures in a row and lets a probe through at the end of its wait', () => {
    const run = outage(circuitBreakerSimple, {});
    expect(run.failures).toEqual([0, 1, 2, 3, 4, 64]);
    expect(run.rejected).toEqual([...span(5, 63), ...span(65, 123)]);
    expect(run.ok).toEqual(span(124, 130));
    expect(run.counted).toBe(118);
    expect(run.transitions).toEqual([
      [4, 'open'],
      [64, 'halfOpen'],
      [64, 'open'],
      [124, 'halfOpen'],
      [124, 'closed'],
    ]);
  });

  it('drops results of calls that were admitted before the last transition', () => {
    // A runs 0-70 s. Failures at 1..6 open it at 6; P is the probe, 66-77 s. A's success at 70 is
    // late.
    const calls = new FakeCalls();
    calls.callee = ({ startNs }) => {
      if (startNs === 0) return { afterNs: 70 * SECOND, outcome: OUTCOME.ok };
      if (startNs === 66 * SECOND) return { afterNs: 11 * SECOND, outcome: OUTCOME.ok };
      return { afterNs: 0, outcome: startNs < 60 * SECOND ? FAIL : OUTCOME.ok };
    };
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 6,
    });
    for (const second of [0, 1, 2, 3, 4, 5, 6, 66]) calls.call([policy], second * SECOND);
    const between = calls.call([policy], 72 * SECOND);
    const after = calls.call([policy], 78 * SECOND);
    calls.run();
    expect(between.outcome).toBe(OUTCOME.rejectedBreaker);
    expect(after.outcome).toBe(OUTCOME.ok);
    expect(transitions).toEqual([
      { atNs: 6 * SECOND, state: 'open' },
      { atNs: 66 * SECOND, state: 'halfOpen' },
      { atNs: 77 * SECOND, state: 'closed' },
    ]);
    expect(policy.held()).toBe(0);
  });

  it('counts consecutive failures only: a success resets it, an excluded outcome changes nothing', () => {
    const calls = new FakeCalls();
    const script = [FAIL, FAIL, OUTCOME.ok, FAIL, FAIL, OUTCOME.throttled, FAIL];
    calls.callee = ({ nth }) => ({ afterNs: 0, outcome: script[nth - 1] });
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 3,
    });
    script.forEach((_, k) => calls.call([policy], k * MS));
    calls.run();
    expect(transitions).toEqual([{ atNs: 6 * MS, state: 'open' }]);
  });

  it('allows a number of concurrent probes, and needs a number of successes to close', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) =>
      nth === 1 ? { afterNs: 0, outcome: FAIL } : { afterNs: 10 * MS, outcome: OUTCOME.ok };
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 1,
      openDuration: '50ms',
      halfOpenPermits: 2,
      successThreshold: 3,
    });
    calls.call([policy], 0);
    // At 50 two probes, and a third call is refused; at 60 both have ended and one more is admitted.
    const probes = [50, 50, 50, 60].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(probes.map((p) => p.outcome)).toEqual([
      OUTCOME.ok,
      OUTCOME.ok,
      OUTCOME.rejectedBreaker,
      OUTCOME.ok,
    ]);
    expect(transitions.at(-1)).toEqual({ atNs: 70 * MS, state: 'closed' });
  });

  it('gives the permit of a probe back when its caller leaves', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => (nth === 1 ? { afterNs: 0, outcome: FAIL } : null);
    const { policy } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 1,
      openDuration: '50ms',
    });
    calls.call([policy], 0);
    const probe = calls.call([policy], 50 * MS);
    const refused = calls.call([policy], 55 * MS);
    calls.giveUp(probe.frame, 60 * MS);
    const next = calls.call([policy], 61 * MS);
    calls.run();
    expect(refused.outcome).toBe(OUTCOME.rejectedBreaker);
    expect(next.outcome).toBeNull();
    expect(calls.starts).toEqual([0, 50 * MS, 61 * MS]);
  });

  it('waits from the last failure seen, if configured', () => {
    // Opens at 1 ms; a call admitted before fails at 30 ms, so the wait of 50 ms ends at 80 ms, not
    // at 51.
    const refusedAt70 = (waitFrom: string): boolean => {
      const calls = new FakeCalls();
      calls.callee = ({ nth }) => ({ afterNs: nth === 1 ? 30 * MS : 0, outcome: FAIL });
      const { policy } = createPolicy(calls, circuitBreakerSimple, {
        failureThreshold: 1,
        openDuration: '50ms',
        waitFrom,
      });
      calls.call([policy], 0);
      calls.call([policy], MS);
      const call = calls.call([policy], 70 * MS);
      calls.run();
      return call.outcome === OUTCOME.rejectedBreaker;
    };
    expect(refusedAt70('opened')).toBe(false);
    expect(refusedAt70('lastFailure')).toBe(true);
  });

  it('counts what failOn says, leaves out what ignore says, and sees through neither', () => {
    const opensOn = (outcome: number, lists: object): boolean => {
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: 0, outcome });
      const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
        failureThreshold: 1,
        ...lists,
      });
      calls.call([policy], 0);
      calls.run();
      return transitions.length > 0;
    };
    expect(opensOn(withStatus(OUTCOME.serverError, 500), {})).toBe(true);
    expect(opensOn(withStatus(OUTCOME.serverError, 500), { failOn: ['gateway'] })).toBe(false);
    expect(opensOn(withStatus(OUTCOME.serverError, 503), { failOn: ['gateway'] })).toBe(true);
    expect(opensOn(withStatus(OUTCOME.serverError, 503), { ignore: [503] })).toBe(false);
    expect(opensOn(OUTCOME.clientError, {})).toBe(false);
    expect(opensOn(OUTCOME.throttled, { failOn: ['throttled'] })).toBe(true);
    for (const local of ['poolTimeout', 'rejectedBulkhead', 'rejectedRateLimit'] as const) {
      expect(opensOn(OUTCOME[local], {})).toBe(false);
    }
    expect(opensOn(OUTCOME.rejectedOverload, {})).toBe(true);
  });

  it('is closed and without memory after its process has restarted', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 2,
    });
    calls.call([policy], 0);
    calls.call([policy], MS);
    calls.at(2 * MS, () => policy.reset!());
    calls.call([policy], 3 * MS);
    calls.run();
    expect(calls.starts).toEqual([0, MS, 3 * MS]);
    expect(transitions.map((t) => t.state)).toEqual(['open', 'closed']);
  });

  it('reports a term that is to be counted and left out', () => {
    const config = circuitBreakerSimple.schema.parse({ failOn: ['timeout'], ignore: ['timeout'] });
    expect(circuitBreakerSimple.check!(config, new Map()).map((p) => p.field)).toEqual(['ignore']);
  });
});

describe('circuitBreaker gobreaker', () => {
  it('opens on the sixth failure by default and still refuses at exactly the end of its timeout', () => {
    const run = outage(circuitBreakerGobreaker, {});
    expect(run.failures).toEqual([0, 1, 2, 3, 4, 5, 66]);
    expect(run.rejected).toEqual([...span(6, 65), ...span(67, 126)]);
    expect(run.ok).toEqual([127, 128, 129, 130]);
    expect(run.transitions).toEqual([
      [5, 'open'],
      [66, 'halfOpen'],
      [66, 'open'],
      [127, 'halfOpen'],
      [127, 'closed'],
    ]);
  });

  it('counts calls under way in the ratio, so that concurrency understates it', () => {
    // Two failures of two calls trip at 50% and 2 calls; with four more under way it is 2 of 6.
    const opens = (underWay: number): boolean => {
      const calls = new FakeCalls();
      calls.callee = ({ nth }) => (nth > underWay ? { afterNs: MS, outcome: FAIL } : null);
      const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
        tripAfter: { failureRatio: '50%', minRequests: 2 },
      });
      for (let k = 0; k < underWay + 2; k++) calls.call([policy], 0);
      calls.run();
      return transitions.length > 0;
    };
    expect(opens(0)).toBe(true);
    expect(opens(4)).toBe(false);
  });

  it('loses the results of calls that began before the fixed window ended', () => {
    // Window 100 ms. Failures at 90 and 95 end in the first window; the call of 99 ends at 150, in the second, whose
    // first call arrived at 101: it is lost, so two more failures are still not three.
    const calls = new FakeCalls();
    calls.callee = ({ startNs }) => ({ afterNs: startNs === 99 * MS ? 51 * MS : 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      interval: '100ms',
      tripAfter: { consecutiveFailures: 3 },
    });
    for (const at of [90, 95, 99, 101, 140]) calls.call([policy], at * MS);
    calls.run(155 * MS);
    expect(transitions).toEqual([]);
    calls.call([policy], 160 * MS);
    calls.run();
    expect(transitions).toEqual([{ atNs: 160 * MS, state: 'open' }]);
  });

  it('keeps the window open at exactly its end', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      interval: '100ms',
      tripAfter: { consecutiveFailures: 2 },
    });
    calls.call([policy], 50 * MS);
    calls.call([policy], 100 * MS);
    calls.run();
    expect(transitions).toEqual([{ atNs: 100 * MS, state: 'open' }]);
  });

  it('lets maxRequests calls through half open in all, not at once, and needs all to succeed', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) =>
      nth === 1 ? { afterNs: 0, outcome: FAIL } : { afterNs: 10 * MS, outcome: OUTCOME.ok };
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      maxRequests: 2,
      timeout: '50ms',
      tripAfter: { consecutiveFailures: 1 },
    });
    calls.call([policy], 0);
    const calls51 = [51, 55, 62].map((at) => calls.call([policy], at * MS));
    calls.run();
    // The slot of the probe that ended at 61 is not given back: 62 is refused. At 65 it closes.
    expect(calls51.map((c) => c.outcome)).toEqual([
      OUTCOME.ok,
      OUTCOME.ok,
      OUTCOME.rejectedBreaker,
    ]);
    expect(transitions.at(-1)).toEqual({ atNs: 65 * MS, state: 'closed' });
  });

  it('counts every error by default: refusals inside and a cancelled context, not an answer of 429', () => {
    const opensOn = (outcome: number | null): boolean => {
      const calls = new FakeCalls();
      calls.callee = () => (outcome === null ? null : { afterNs: 0, outcome });
      const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {});
      for (let k = 0; k < 6; k++) {
        const { frame } = calls.call([policy], k * MS);
        if (outcome === null) calls.giveUp(frame, 20 * MS);
      }
      calls.run();
      return transitions.length > 0;
    };
    for (const name of ['rejectedBulkhead', 'rejectedRateLimit', 'poolTimeout'] as const) {
      expect(opensOn(OUTCOME[name]), name).toBe(true);
    }
    expect(opensOn(null)).toBe(true);
    expect(opensOn(OUTCOME.throttled)).toBe(false);
  });

  it('gives a half-open slot back for an excluded result and for a caller that left', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => {
      if (nth === 1) return { afterNs: 0, outcome: FAIL };
      return nth === 2 ? { afterNs: MS, outcome: OUTCOME.poolTimeout } : null;
    };
    const { policy } = createPolicy(calls, circuitBreakerGobreaker, {
      timeout: '50ms',
      tripAfter: { consecutiveFailures: 1 },
      ignore: ['poolTimeout', 'cancelled'],
    });
    calls.call([policy], 0);
    calls.call([policy], 60 * MS);
    const second = calls.call([policy], 62 * MS);
    const refused = calls.call([policy], 63 * MS);
    calls.giveUp(second.frame, 64 * MS);
    calls.call([policy], 65 * MS);
    calls.run();
    expect(calls.starts).toEqual([0, 60 * MS, 62 * MS, 65 * MS]);
    expect(refused.outcome).toBe(OUTCOME.rejectedBreaker);
  });

  it('opens again on the first failed probe and waits its full timeout again', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      maxRequests: 3,
      timeout: '50ms',
      tripAfter: { consecutiveFailures: 1 },
    });
    for (const at of [0, 51, 101, 102]) calls.call([policy], at * MS);
    calls.run();
    expect(calls.starts).toEqual([0, 51 * MS, 102 * MS]);
    expect(transitions.filter((t) => t.state === 'open').map((t) => t.atNs / MS)).toEqual([
      0, 51, 102,
    ]);
  });

  it('forgets bucket by bucket with a rolling window', () => {
    // Window 100 ms in two buckets of 50. Failures at 10, 60: at 110 the first bucket has left, so
    // that one at 110 makes 2 in a row, and one at 120 makes 3.
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      interval: '100ms',
      bucketPeriod: '50ms',
      tripAfter: { consecutiveFailures: 3 },
    });
    for (const at of [10, 60, 110]) calls.call([policy], at * MS);
    calls.run(115 * MS);
    expect(transitions).toEqual([]);
    calls.call([policy], 120 * MS);
    calls.run();
    expect(transitions).toEqual([{ atNs: 120 * MS, state: 'open' }]);
  });

  it('books a result in the bucket its call began in, and drops it when that has left', () => {
    // Calls begin at 10 and 60. The one of 10 fails at 120, when its bucket [0, 50) has left:
    // dropped. The one of 60 fails at 130 and counts; a failure at 140 is the second in a row.
    const calls = new FakeCalls();
    calls.callee = ({ startNs }) => {
      if (startNs === 10 * MS) return { afterNs: 110 * MS, outcome: FAIL };
      return { afterNs: startNs === 60 * MS ? 70 * MS : 0, outcome: FAIL };
    };
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      interval: '100ms',
      bucketPeriod: '50ms',
      tripAfter: { consecutiveFailures: 2 },
    });
    for (const at of [10, 60, 140]) calls.call([policy], at * MS);
    calls.run();
    expect(transitions).toEqual([{ atNs: 140 * MS, state: 'open' }]);
  });

  it('becomes half open when a late result comes after the timeout, and drops it', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({ afterNs: nth === 1 ? 80 * MS : 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerGobreaker, {
      timeout: '50ms',
      tripAfter: { consecutiveFailures: 1 },
    });
    calls.call([policy], 0);
    calls.call([policy], MS);
    calls.run();
    expect(transitions).toEqual([
      { atNs: MS, state: 'open' },
      { atNs: 80 * MS, state: 'halfOpen' },
    ]);
  });

  it('reports buckets without a window, and buckets longer than it', () => {
    const fields = (written: object): string[] =>
      circuitBreakerGobreaker.check!(circuitBreakerGobreaker.schema.parse(written), new Map()).map(
        (p) => p.field,
      );
    expect(fields({ bucketPeriod: '1s' })).toEqual(['bucketPeriod']);
    expect(fields({ bucketPeriod: '2s', interval: '1s' })).toEqual(['bucketPeriod']);
    expect(fields({ bucketPeriod: '1s', interval: '10s' })).toEqual([]);
  });
});

describe('composition with a breaker', () => {
  const threeFailures = { failureThreshold: 3 };
  const fiveAttempts = {
    attempts: 5,
    on: ['error'],
    backoff: { kind: 'constant', base: '10ms' },
  };

  it('retry > breaker: three failed attempts open it, the refusal of the fourth ends the call', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const outer = createPolicy(calls, retry, fiveAttempts).policy;
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, threeFailures);
    const call = calls.call([outer, policy], 0);
    calls.run();
    expect(calls.starts).toEqual([0, 10 * MS, 20 * MS]);
    expect(transitions).toEqual([{ atNs: 20 * MS, state: 'open' }]);
    expect(call).toMatchObject({ outcome: OUTCOME.rejectedBreaker, endNs: 30 * MS });
  });

  it('breaker > retry: each call counts one failure after all its attempts', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, threeFailures);
    const inner = createPolicy(calls, retry, fiveAttempts).policy;
    for (const at of [0, 100, 200]) calls.call([policy, inner], at * MS);
    calls.run();
    expect(calls.starts).toHaveLength(15);
    expect(transitions).toEqual([{ atNs: 240 * MS, state: 'open' }]);
  });

  it('breaker > timeout: the timeout is the failure that opens it', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: OUTCOME.ok });
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 1,
    });
    const limit = createPolicy(calls, timeout, { after: '100ms' }).policy;
    const call = calls.call([policy, limit], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.timeout, endNs: 100 * MS });
    expect(transitions).toEqual([{ atNs: 100 * MS, state: 'open' }]);
  });

  it('timeout > breaker: the breaker is blind to slowness and stays closed', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: OUTCOME.ok });
    const limit = createPolicy(calls, timeout, { after: '100ms' }).policy;
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, {
      failureThreshold: 1,
    });
    const call = calls.call([limit, policy], 0);
    calls.run();
    expect(call).toMatchObject({ outcome: OUTCOME.timeout, endNs: 100 * MS });
    expect(transitions).toEqual([]);
    expect(policy.held()).toBe(0);
  });

  it('deadline > breaker: the end of the time is what the breaker sees', () => {
    const states = (kind: PolicyKind, written: object): readonly string[] => {
      const calls = new FakeCalls();
      calls.callee = () => null;
      const limit = createPolicy(calls, deadline, { after: '100ms' }).policy;
      const { policy, transitions } = createPolicy(calls, kind, written);
      for (let k = 0; k < 6; k++) calls.call([limit, policy], k * MS);
      calls.run();
      expect(policy.held()).toBe(0);
      return transitions.map(({ atNs, state }) => `${state} @${atNs / MS}`);
    };
    expect(states(circuitBreakerSimple, {})).toEqual(['open @104']);
    expect(states(circuitBreakerSimple, { failOn: ['deadlineExceeded'] })).toEqual(['open @104']);
    expect(states(circuitBreakerSimple, { failOn: ['error'] })).toEqual([]);
    expect(states(circuitBreakerGobreaker, {})).toEqual(['open @105']);
    const polly = { minimumThroughput: 2 };
    expect(states(circuitBreakerPolly, polly)).toEqual([]);
    expect(states(circuitBreakerPolly, { ...polly, failOn: ['deadlineExceeded'] })).toEqual([
      'open @101',
    ]);
  });
});
