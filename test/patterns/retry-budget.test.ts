import { describe, expect, it } from 'vitest';
import { retry } from '../../src/patterns/policies/retry.js';
import { EnvoyBudget } from '../../src/patterns/mechanisms/retry-budgets.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/** A retry with Envoy's budget and a back-off of 100 ms; the duration of each call is given. */
function guarded(budget: object, attempts = 2) {
  const calls = new FakeCalls();
  const starting = new Map<number, number>();
  const lasting = new Map<number, number>();
  calls.callee = ({ frame, startNs }) => ({
    afterNs: (startNs === starting.get(frame) ? lasting.get(frame)! : 10) * MS,
    outcome: OUTCOME.refused,
  });
  const { policy } = createPolicy(calls, retry, {
    attempts,
    backoff: { kind: 'constant', base: '100ms' },
    budget: { kind: 'envoy', ...budget },
  });
  const call = (atMs: number, forMs: number) => {
    const made = calls.call([policy], atMs * MS);
    starting.set(made.frame, atMs * MS);
    lasting.set(made.frame, forMs);
    return made;
  };
  return { calls, policy, call };
}

/** Sequential retries that are granted with this number of attempts in flight. */
function granted(active: number): number {
  const budget = new EnvoyBudget(0.2, 3);
  for (let k = 0; k < active; k++) budget.started();
  let retries = 0;
  while (budget.allow()) retries++;
  return retries;
}

describe('the budget of Envoy', () => {
  it('G20: allows a fifth of the attempts under way, rounded down, and three at least', () => {
    expect(granted(10 + 5)).toBe(3);
    expect(granted(40 + 10)).toBe(10);
    expect(granted(17)).toBe(3);
    expect(granted(19)).toBe(3);
    expect(granted(20)).toBe(4);
    expect(granted(0)).toBe(3);
  });

  it('counts the attempt that has just failed, and not those that wait for their back-off', () => {
    const { calls, policy, call } = guarded({ ratio: '100%', minConcurrent: 0 });
    // Alone, the first call has a limit of 1 and no retry: granted, it waits from 10 to 110.
    const first = call(0, 10);
    // The second one is alone under way, too: a limit of 1, and one retry there already.
    const second = call(20, 10);
    // While the retry is under way, from 110 to 120, the limit is 2.
    const third = call(105, 10);
    calls.run();
    expect([first.endNs, second.endNs, third.endNs].map((at) => at / MS)).toEqual([120, 30, 225]);
    expect(calls.counted('retries')).toBe(2);
    expect(calls.counted('budgetDenied')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('frees the place of a retry before its next one is decided', () => {
    const { calls, call } = guarded({ ratio: 0, minConcurrent: 1 }, 3);
    expect(call(0, 10)).toBeDefined();
    calls.run();
    expect(calls.starts.map((at) => at / MS)).toEqual([0, 110, 220]);
  });

  it('begins the retry exactly at the end of its back-off', () => {
    const { calls, call } = guarded({});
    call(0, 7);
    calls.run();
    expect(calls.starts.map((at) => at / MS)).toEqual([0, 107]);
  });

  it.each([
    ['the first try', 5, 0],
    ['the back-off', 50, 1],
    ['the retry', 115, 2],
  ])('gives everything back when the caller leaves during %s', (_what, leaveMs, heldBefore) => {
    const { calls, policy, call } = guarded({});
    const { frame } = call(0, 10);
    calls.giveUp(frame, leaveMs * MS);
    calls.run((leaveMs - 1) * MS);
    // One for the attempt under way, one for the retry.
    expect(policy.held()).toBe(heldBefore === 0 ? 1 : heldBefore);
    calls.run();
    expect(policy.held()).toBe(0);
    expect(calls.starts.length).toBe(leaveMs > 110 ? 2 : 1);
  });

  it('allows nothing without ratio and minimum, and forgets all in a restart', () => {
    const { calls, policy, call } = guarded({ ratio: 0, minConcurrent: 0 });
    call(0, 10);
    calls.run();
    expect(calls.starts).toHaveLength(1);
    const budget = new EnvoyBudget(0, 1);
    budget.started();
    budget.allow();
    budget.reset();
    expect(budget.held()).toBe(0);
    expect(budget.allow()).toBe(true);
    expect((policy satisfies PolicyState).held()).toBe(0);
  });
});
