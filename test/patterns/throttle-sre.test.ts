import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { circuitBreakerSimple } from '../../src/patterns/policies/circuit-breaker-simple.js';
import { retry } from '../../src/patterns/policies/retry.js';
import { SreRule, throttleSre } from '../../src/patterns/policies/throttle-sre.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const NEVER = 1;

/** A rule that has seen this number of requests and accepts at one instant. */
function seen(requests: number, accepts: number, at = 0): SreRule {
  const rule = new SreRule(2, 120 * SECOND);
  for (let k = 0; k < requests; k++) rule.refuses(at, NEVER);
  for (let k = 0; k < accepts; k++) rule.ended(at, OUTCOME.ok);
  return rule;
}

describe('throttle sre', () => {
  it('G31: refuses with (requests - K accepts) / (requests + 1)', () => {
    expect(seen(100, 40).probability(0)).toBe(20 / 101);
    expect(seen(100, 50).probability(0)).toBe(0);
    expect(seen(100, 60).probability(0)).toBeLessThan(0);
    expect(seen(3, 0).probability(0)).toBe(0.75);
    expect(seen(0, 0).probability(0)).toBe(0);
  });

  it('compares the draw with the probability before the request itself is counted', () => {
    expect(seen(3, 0).refuses(0, 0.7499)).toBe(true);
    expect(seen(3, 0).refuses(0, 0.75)).toBe(false);
    expect(seen(100, 50).refuses(0, 1e-16)).toBe(false);
  });

  it('counts what it refuses as requests too', () => {
    const rule = seen(3, 0);
    expect(rule.refuses(0, 0.1)).toBe(true);
    expect(rule.probability(0)).toBe(0.8);
  });

  it('forgets a part of its window when that began two minutes ago', () => {
    const rule = seen(9, 0);
    expect(rule.probability(120 * SECOND - 1)).toBe(0.9);
    expect(rule.probability(120 * SECOND)).toBe(0);
  });

  it('forgets the parts one by one', () => {
    const rule = seen(9, 0, 0);
    for (let k = 0; k < 4; k++) rule.refuses(999 * MS, NEVER);
    rule.refuses(1000 * MS, NEVER);
    // 0 and 999 ms share a part, 1000 ms begins the next.
    expect(rule.probability(119 * SECOND)).toBe(14 / 15);
    expect(rule.probability(120 * SECOND)).toBe(1 / 2);
    expect(rule.probability(121 * SECOND)).toBe(0);
  });

  it.each<[string, Outcome, boolean]>([
    ['ok', OUTCOME.ok, true],
    ['degraded', OUTCOME.degraded, true],
    ['clientError', OUTCOME.clientError, true],
    ['a 500', withStatus(OUTCOME.serverError, 500), true],
    ['a 503', withStatus(OUTCOME.serverError, 503), false],
    ['throttled', OUTCOME.throttled, false],
    ['rejectedOverload', OUTCOME.rejectedOverload, false],
    ['refused', OUTCOME.refused, false],
    ['timeout', OUTCOME.timeout, false],
    ['rejectedBreaker', OUTCOME.rejectedBreaker, false],
  ])('takes %s as accepted: %s', (_name, outcome, isAccepted) => {
    const rule = seen(2, 0);
    rule.ended(0, outcome);
    expect(rule.probability(0)).toBe(isAccepted ? 0 : 2 / 3);
  });

  it('refuses calls by independent draws, at once and without a try', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.rejectedOverload });
    const { policy } = createPolicy(calls, throttleSre, {});
    const all = Array.from({ length: 40 }, (_, k) => calls.call([policy], k * MS));
    calls.run();
    // After n requests and no accept: n / (n + 1).
    const refused = all.map(({ frame }, n) => unit(11, 13, frame + 1, 7, 1) < n / (n + 1));
    expect(all.map(({ outcome }) => outcome === OUTCOME.rejectedRateLimit)).toEqual(refused);
    expect(all[1].endNs).toBe(MS);
    const count = refused.filter(Boolean).length;
    expect(count).toBeGreaterThan(30);
    expect(calls.counted('throttleRejected')).toBe(count);
    expect(calls.starts).toHaveLength(40 - count);
    expect(policy.held()).toBe(0);
  });

  it('makes a new draw for each try of an outer retry', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.rejectedOverload });
    const { policy } = createPolicy(calls, throttleSre, {});
    const again = createPolicy(calls, retry, {
      attempts: 4,
      on: ['overload', 'rejectedRateLimit'],
      backoff: { kind: 'constant', base: '1ms' },
    }).policy;
    calls.call([again, policy], 0);
    calls.run();
    // Tries 1 to 4 of the first call, after 0 to 3 requests without an accept.
    const sent = [0, 1, 2, 3].filter((n) => unit(11, 13, 1, 7, n + 1) >= n / (n + 1));
    expect(calls.starts).toEqual(sent.map((n) => n * MS));
    expect(calls.counted('throttleRejected')).toBe(4 - sent.length);
  });

  it('counts a call that is given up as a request without an accept', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy } = createPolicy(calls, throttleSre, {});
    const first = calls.call([policy], 0);
    calls.run();
    expect(policy.held()).toBe(1);
    calls.giveUp(first.frame, MS);
    calls.run();
    expect(policy.held()).toBe(0);
  });

  it('is not counted by a breaker outside, and knows nothing after a restart', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.rejectedOverload });
    const throttle = createPolicy(calls, throttleSre, {});
    const breaker = createPolicy(calls, circuitBreakerSimple, { failureThreshold: 1000 });
    const all = Array.from({ length: 20 }, () => calls.call([breaker.policy, throttle.policy], 0));
    calls.run();
    expect(all.some(({ outcome }) => outcome === OUTCOME.rejectedRateLimit)).toBe(true);
    throttle.policy.reset!();
    const after = calls.call([throttle.policy], MS);
    calls.run();
    expect(after.outcome).toBe(OUTCOME.rejectedOverload);
  });

  it('says that a factor below 1 refuses calls to a healthy callee', () => {
    const config = throttleSre.schema.parse({ k: 0.5 });
    expect(throttleSre.check!(config, new Map())).toHaveLength(1);
    expect(throttleSre.check!(throttleSre.schema.parse({ k: 1 }), new Map())).toEqual([]);
  });
});
