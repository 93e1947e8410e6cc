import { describe, expect, it } from 'vitest';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { circuitBreakerSimple } from '../../src/patterns/policies/circuit-breaker-simple.js';
import { rateLimitResilience4j } from '../../src/patterns/policies/rate-limit-resilience4j.js';
import { rateLimitTokenBucket } from '../../src/patterns/policies/rate-limit-token-bucket.js';
import { policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { parse } from 'yaml';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

describe('a policy in a dry run', () => {
  it('lets every call pass a breaker that opens and probes as if it acted', () => {
    const calls = new FakeCalls();
    calls.callee = ({ startNs }) => ({
      afterNs: 0,
      outcome: startNs < 100 * MS ? OUTCOME.serverError : OUTCOME.ok,
    });
    const written = { failureThreshold: 2, openDuration: '50ms' };
    const { policy, transitions } = createPolicy(calls, circuitBreakerSimple, written, true);
    const made = [0, 10, 20, 60, 70, 109, 110, 120].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(made.filter((call) => call.outcome === OUTCOME.rejectedBreaker)).toEqual([]);
    expect(calls.starts.length).toBe(8);
    // Open at 10; a probe fails at 60; one at 110 is well. It would have refused 20, 70 and 109.
    expect(calls.counted('wouldReject')).toBe(3);
    expect(calls.counted('breakerRejected')).toBe(0);
    expect(transitions.map(({ atNs, state }) => [atNs / MS, state])).toEqual([
      [10, 'open'],
      [60, 'halfOpen'],
      [60, 'open'],
      [110, 'halfOpen'],
      [110, 'closed'],
    ]);
    expect(policy.held()).toBe(0);
  });

  it('gives a call that would have waited its permit in its turn, if it is still under way', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({ afterNs: nth === 1 ? 30 * MS : 50 * MS, outcome: OUTCOME.ok });
    const written = { maxConcurrent: 1, maxQueue: 1 };
    const { policy } = createPolicy(calls, bulkheadSemaphore, written, true);
    const made = [0, 10, 20, 40].map((at) => calls.call([policy], at * MS));
    calls.run(35 * MS);
    // The first left at 30: the second, which runs since 10, holds the permit now.
    expect(policy.held()).toBe(1);
    calls.run();
    expect(made.map((call) => call.endNs / MS)).toEqual([30, 60, 70, 90]);
    // At 20 one was inside and one waited; at 40 one is inside, so the fourth waits until 60.
    expect(calls.counted('wouldReject')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('counts a wait that would have run out, and not one that ends with its call', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({ afterNs: nth === 3 ? 5 * MS : 100 * MS, outcome: OUTCOME.ok });
    const written = { maxConcurrent: 1, maxQueue: 5, maxWait: '20ms' };
    const { policy } = createPolicy(calls, bulkheadSemaphore, written, true);
    for (const at of [0, 10, 20]) calls.call([policy], at * MS);
    calls.run();
    expect(calls.counted('wouldReject')).toBe(1);
    expect(calls.counted('bulkheadRejected')).toBe(0);
    expect(policy.held()).toBe(0);
  });

  it('does not wait for tokens, and takes them as if it had', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 50 * MS, outcome: OUTCOME.ok });
    const written = { rate: '100/s', burst: 1, maxWait: '10ms' };
    const { policy } = createPolicy(calls, rateLimitTokenBucket, written, true);
    const made = [0, 0, 0].map((at) => calls.call([policy], at));
    calls.run();
    expect(made.map((call) => call.endNs / MS)).toEqual([50, 50, 50]);
    // One token is available, the second after 10 ms, the third after 20.
    expect(calls.counted('wouldReject')).toBe(1);
  });

  it('counts a refusal that resilience4j makes after its wait, though the call has ended by then', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 5 * MS, outcome: OUTCOME.ok });
    const written = { limitForPeriod: 2, limitRefreshPeriod: '1s', timeoutDuration: '100ms' };
    const { policy } = createPolicy(calls, rateLimitResilience4j, written, true);
    for (const at of [0, 10, 20, 30, 950]) calls.call([policy], at * MS);
    calls.run();
    // Two permits until 1 s: two calls would be refused at 120 and 130, the last would get its permit at 1 s.
    expect(calls.counted('wouldReject')).toBe(2);
    expect(calls.counted('rateLimited')).toBe(0);
    expect(policy.held()).toBe(0);
  });

  it('gives back what a call holds whose caller leaves', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const written = { maxConcurrent: 1, maxQueue: 5 };
    const { policy } = createPolicy(calls, bulkheadSemaphore, written, true);
    const made = [0, 1, 2].map((at) => calls.call([policy], at * MS));
    made.forEach((call, k) => calls.giveUp(call.frame, (10 + k) * MS));
    calls.run();
    expect(policy.held()).toBe(0);
  });

  it('is offered by every policy that only refuses or delays', () => {
    const refusing = ['bulkhead', 'circuitBreaker', 'concurrencyLimit', 'rateLimit', 'throttle'];
    for (const kind of policyKinds) {
      const wanted = refusing.includes(kind.policy);
      const message = `the file of ${kind.policy} ${kind.kind} in src/patterns/policies: dryRun: ${wanted}`;
      expect(kind.dryRun === true, message).toBe(wanted);
    }
  });

  it.each(
    policyKinds.filter(({ dryRun }) => dryRun === true).map((kind) => [kind.policy, kind.kind]),
  )('lets all calls of a burst pass, whatever %s of kind %s would do', (policyName, kindName) => {
    const kind = policyKinds.find((one) => one.policy === policyName && one.kind === kindName)!;
    const written = (parse(kind.example) as Record<string, { kind?: string }>)[policyName];
    const { kind: _kind, ...config } = written;
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({
      afterNs: ((nth * 7) % 40) * MS,
      outcome: nth % 3 === 0 ? OUTCOME.ok : OUTCOME.serverError,
    });
    const { policy } = createPolicy(calls, kind, config, true);
    const startOf = (k: number): number => Math.floor(k / 20) * 17 * MS;
    const made = Array.from({ length: 400 }, (_, k) => calls.call([policy], startOf(k)));
    for (let k = 49; k < 400; k += 50) calls.giveUp(made[k].frame, startOf(k) + 5 * MS);
    calls.run(3600 * 1000 * MS);
    expect(calls.starts.length).toBe(400);
    const answers = new Set(made.map(({ outcome }) => outcome));
    answers.delete(null);
    expect([...answers].sort()).toEqual([OUTCOME.ok, OUTCOME.serverError]);
    expect(policy.held()).toBe(0);
  });
});
