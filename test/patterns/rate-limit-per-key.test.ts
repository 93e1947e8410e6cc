import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { policyKind, policyKinds } from '../../src/patterns/registry.js';
import { rateLimitTokenBucket } from '../../src/patterns/policies/rate-limit-token-bucket.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const KINDS = policyKinds.filter(({ policy }) => policy === 'rateLimit').map(({ kind }) => kind);
/** Limits of one call in 100 ms, or as near as the kind allows. */
const WRITTEN: Readonly<Record<string, object>> = {
  tokenBucket: { rate: '10/s' },
  gcra: { rate: '10/s' },
  leakyBucket: { rate: '10/s' },
  fixedWindow: { limit: 1, window: '100ms' },
  slidingWindow: { limit: 1, window: '100ms' },
  slidingLog: { limit: 1, window: '100ms' },
  resilience4j: { limitForPeriod: 1, limitRefreshPeriod: '100ms', timeoutDuration: '0ms' },
  kong: { second: 1 },
  envoy: { maxTokens: 1, fillInterval: '100ms' },
};

/** Calls at times in ms by keys, through one policy; true where they got through. */
function through(kind: string, calls: readonly (readonly [atMs: number, key: number])[]) {
  const machine = new FakeCalls();
  const { policy } = createPolicy(
    machine,
    policyKind('rateLimit', kind)!,
    WRITTEN[kind],
    false,
    (frame) => calls[frame][1],
  );
  const results = calls.map(([at]) => machine.call([policy], at * MS));
  machine.run();
  expect(policy.held()).toBe(0);
  return results.map(({ outcome }) => outcome === OUTCOME.ok);
}

describe.each(KINDS)('rateLimit %s per key', (kind) => {
  it('counts each value for itself', () => {
    const calls = [
      [1, 7],
      [2, 8],
      [3, 7],
      [4, 8],
      [5, 9],
    ] as const;
    expect(through(kind, calls)).toEqual([true, true, false, false, true]);
  });

  it('forgets idle values without changing a decision', () => {
    const calls = Array.from({ length: 9000 }, (_, k) => {
      const u = unit(1, 2, 3, 4, k);
      // Keys drift, so that nearly all become idle; some return.
      return [k * 0.5, u < 0.1 ? Math.floor(u * 20_000) : Math.floor(k / 3 + u * 5)] as const;
    });
    const together = through(kind, calls);
    const alone = new Map<number, (readonly [number, number])[]>();
    for (const call of calls) alone.set(call[1], [...(alone.get(call[1]) ?? []), call]);
    expect(alone.size).toBeGreaterThan(2500);
    const expected = new Map([...alone].map(([key, own]) => [key, through(kind, own)]));
    const seen = new Map<number, number>();
    calls.forEach(([, key], k) => {
      const nth = seen.get(key) ?? 0;
      seen.set(key, nth + 1);
      expect(together[k], `call ${k}`).toBe(expected.get(key)![nth]);
    });
  });
});

describe('a token reserved for a key', () => {
  it('is returned to that key alone by the last call to leave', () => {
    const calls = new FakeCalls();
    const keys = [1, 1, 2, 2, 1];
    const written = { rate: '10/s', maxWait: '1s' };
    const { policy } = createPolicy(
      calls,
      rateLimitTokenBucket,
      written,
      false,
      (frame) => keys[frame],
    );
    const all = [0, 10, 10, 10, 60].map((at) => calls.call([policy], at * MS));
    calls.giveUp(all[1].frame, 50 * MS);
    calls.run(20 * MS);
    expect(policy.held()).toBe(2);
    calls.run();
    // Key 1: taken at 0, the reservation of 100 ms is given back at 50 and taken again at 60.
    expect(all[4].endNs).toBe(100 * MS);
    expect(all[3].endNs).toBe(110 * MS);
    expect(policy.held()).toBe(0);
  });

  it('is forgotten with the process', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, rateLimitTokenBucket, { rate: '1/s' }, false, () => 5);
    calls.call([policy], 0);
    calls.at(MS, () => policy.reset!());
    const next = calls.call([policy], 2 * MS);
    calls.run();
    expect(next.outcome).toBe(OUTCOME.ok);
  });
});
