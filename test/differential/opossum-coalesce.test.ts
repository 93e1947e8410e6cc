import fc from 'fast-check';
import CircuitBreaker from 'opossum';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { coalesce } from '../../src/patterns/policies/coalesce.js';
import { isSuccess, OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/**
 * Compares `coalesce` of opossum 9.0.0 with the policy with the same window (`coalesceTTL`), under a fake clock.
 * Calls start at even ms and take an odd number of ms: the order of two events at one instant is not tested here.
 */

interface Case {
  readonly windowMs: number;
  readonly gapsMs: readonly number[];
  /** How long the nth call that is made takes, and whether it fails. */
  readonly answers: readonly { readonly takesMs: number; readonly fails: boolean }[];
}

interface Account {
  /** When calls were made. */
  readonly starts: number[];
  /** By arrival: end and success. */
  readonly ends: (readonly [atMs: number, ok: boolean])[];
}

const cases = fc.record({
  windowMs: fc.integer({ min: 1, max: 20 }).map((n) => 2 * n),
  gapsMs: fc.array(
    fc.integer({ min: 0, max: 10 }).map((n) => 2 * n),
    { minLength: 2, maxLength: 14 },
  ),
  answers: fc.array(
    fc.record({
      takesMs: fc.integer({ min: 0, max: 30 }).map((n) => 2 * n + 1),
      fails: fc.boolean(),
    }),
    { minLength: 14, maxLength: 14 },
  ),
});

function arrivals({ gapsMs }: Case): number[] {
  let at = 0;
  return gapsMs.map((gap) => (at += gap));
}

async function theirs(one: Case): Promise<Account> {
  const account: Account = { starts: [], ends: [] };
  const begin = Date.now();
  const now = (): number => Date.now() - begin;
  const action = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const { takesMs, fails } = one.answers[account.starts.length]!;
      account.starts.push(now());
      setTimeout(() => (fails ? reject(new Error('failed')) : resolve()), takesMs);
    });
  const breaker = new CircuitBreaker(() => action(), {
    timeout: false,
    resetTimeout: 1000,
    errorThresholdPercentage: 100,
    rollingCountTimeout: 1000,
    rollingCountBuckets: 10,
    volumeThreshold: 1000,
    allowWarmUp: false,
    coalesce: true,
    coalesceTTL: one.windowMs,
    errorFilter: () => false,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  arrivals(one).forEach((at, index) =>
    setTimeout(() => {
      const end = (ok: boolean) => (): void => void (account.ends[index] = [now(), ok]);
      breaker.fire(action).then(end(true), end(false));
    }, at),
  );
  await vi.advanceTimersByTimeAsync(600);
  breaker.shutdown();
  return account;
}

function ours(one: Case): Account {
  const calls = new FakeCalls();
  calls.callee = ({ nth }) => {
    const { takesMs, fails } = one.answers[nth - 1]!;
    return { afterNs: takesMs * MS, outcome: fails ? OUTCOME.serverError : OUTCOME.ok };
  };
  const { policy } = createPolicy(calls, coalesce, { key: 'k', window: `${one.windowMs}ms` });
  const all = arrivals(one).map((at) => calls.call([policy], at * MS));
  calls.run();
  return {
    starts: calls.starts.map((at) => at / MS),
    ends: all.map(({ endNs, outcome }) => [endNs / MS, isSuccess(outcome!)] as const),
  };
}

describe('opossum with coalesce', () => {
  beforeAll(() => void vi.useFakeTimers());
  afterAll(() => void vi.useRealTimers());

  it('makes the same calls at the same times, and all callers get the same answers', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        expect(ours(one)).toEqual(await theirs(one));
      }),
      { numRuns: 400, seed: 9 },
    );
  });
});
