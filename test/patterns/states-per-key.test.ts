import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { policyKind, policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { quickSettings } from '../support/quick-policies.js';

/** Quick retries for kinds whose own retries are slow or absent. */
const BACKOFFS: Readonly<Record<string, object>> = {
  grpc: { kind: 'grpc', base: '1ms' },
  polly: { kind: 'exponential', base: '1ms' },
};
/** Every kind of budget, the first of them for every kind of retry. */
const BUDGETS: readonly object[] = [
  { kind: 'ratio', ratio: '50%', minPerSecond: 10, window: '100ms' },
  { kind: 'envoy', minConcurrent: 1 },
  { kind: 'concurrent', max: 1 },
  { kind: 'grpc', maxTokens: 3, tokenRatio: 1 },
  { kind: 'aws', tokens: 5 },
  { kind: 'rate', rate: '50/s' },
];

const KINDS = policyKinds.filter(({ keyed }) => keyed === 'states');
const CASES = KINDS.flatMap((kind) => {
  const name = `${kind.policy}/${kind.kind}`;
  if (kind.policy !== 'retry') return [{ name, kind, as: quickSettings(kind) }];
  const budgets = kind.kind === 'simple' ? BUDGETS : BUDGETS.slice(0, 1);
  return budgets.map((budget) => ({
    name: kind.kind === 'simple' ? `${name} ${JSON.stringify(budget)}` : name,
    kind,
    as: {
      attempts: 3,
      budget,
      on: ['error'],
      ...(kind.kind in BACKOFFS ? { backoff: BACKOFFS[kind.kind] } : {}),
    },
  }));
});

const CALLS = 6000;
/** Keys drift, so that nearly all become idle; some return. */
const keyAt = (k: number): number => {
  const u = unit(1, 2, 3, 4, k);
  return u < 0.15 ? Math.floor(u * 8000) : 10_000 + Math.floor(k / 3 + u * 5);
};

/**
 * Outcomes of these calls, each of which meets the same callee in every run, the number of states created, and how many
 * calls the policy still holds at the end.
 */
function run(kind: PolicyKind, written: unknown, numbers: readonly number[]) {
  const calls = new FakeCalls();
  let states = 0;
  const counted = {
    ...kind,
    create: (...given: Parameters<PolicyKind['create']>) => {
      states++;
      return kind.create(...given);
    },
  };
  calls.callee = ({ frame, startNs }) => {
    const u = unit(5, 6, 7, startNs % 1_000_003, numbers[frame]);
    return { afterNs: Math.round(u * 8 * MS), outcome: u < 0.5 ? OUTCOME.serverError : OUTCOME.ok };
  };
  // Draws go by the call and not by its place among the calls of this run.
  calls.lineageA = (frame) => numbers[frame];
  const { policy } = createPolicy(calls, counted, written, false, (frame) => keyAt(numbers[frame]));
  const results = numbers.map((k) => calls.call([policy], k * 0.4 * MS));
  calls.run();
  const ends = results.map(({ outcome, endNs }) => `${outcome} at ${endNs}`);
  return { ends, states, held: policy.held() };
}

const keptTooLong = (name: string): string =>
  `no state of ${name} becomes idle in these 2.4 s: write settings of it with short times to ` +
  'test/support/quick-policies.ts, or correct its isIdle()';

describe.each(CASES)('$name per key', ({ name, kind, as }) => {
  it('forgets idle values without changing a decision', () => {
    const numbers = Array.from({ length: CALLS }, (_, k) => k);
    const byKey = new Map<number, number[]>();
    for (const k of numbers) byKey.set(keyAt(k), [...(byKey.get(keyAt(k)) ?? []), k]);
    const { ends, states, held } = run(kind, as, numbers);
    const alone = [...byKey.values()].map((own) => [own, run(kind, as, own)] as const);
    expect(alone.map(([own]) => own.map((k) => ends[k]))).toEqual(alone.map(([, its]) => its.ends));
    // A check of each of 80,000 runs would take a quarter of the time.
    expect(alone.reduce((sum, [, its]) => sum + its.held, held)).toBe(0);
    expect(byKey.size).toBeGreaterThan(2000);
    // A state that is idle at some time is so when it is new; the others are kept for every value.
    const { policy } = createPolicy(new FakeCalls(), kind, as);
    if (policy.isIdle?.(1e15) !== true) expect(states).toBe(byKey.size);
    else expect(states, keptTooLong(name)).toBeLessThan(byKey.size * 0.9);
  });
});

describe('a breaker for each value of a key', () => {
  const simple = policyKind('circuitBreaker', 'simple')!;
  const written = { failureThreshold: 2, openDuration: '100ms' };

  it('opens for the value that fails and for no other', () => {
    const calls = new FakeCalls();
    const keys = [1, 2, 1, 2, 1, 2, 1];
    calls.callee = ({ frame }) => ({
      afterNs: MS,
      outcome: keys[frame] === 1 ? OUTCOME.serverError : OUTCOME.ok,
    });
    const { policy, transitions } = createPolicy(calls, simple, written, false, (f) => keys[f]);
    const all = [0, 0, 10, 10, 20, 20, 111].map((at) => calls.call([policy], at * MS));
    calls.run();
    const { serverError, ok, rejectedBreaker } = OUTCOME;
    expect(all.map(({ outcome }) => outcome)).toEqual([
      serverError,
      ok,
      serverError,
      ok,
      rejectedBreaker,
      ok,
      // Exactly 100 ms after the second failure came at 11 ms: the probe.
      serverError,
    ]);
    expect(transitions).toEqual([
      { atNs: 11 * MS, state: 'open' },
      { atNs: 111 * MS, state: 'halfOpen' },
      { atNs: 112 * MS, state: 'open' },
    ]);
  });

  it('forgets all of them with the process', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.serverError });
    const { policy, transitions } = createPolicy(calls, simple, written, false, () => 7);
    for (const at of [0, 1]) calls.call([policy], at * MS);
    calls.at(2 * MS, () => policy.reset!());
    const next = calls.call([policy], 3 * MS);
    calls.run();
    expect(next.outcome).toBe(OUTCOME.serverError);
    expect(transitions.map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(policy.held()).toBe(0);
  });
});

describe('a bulkhead for each value of a key', () => {
  it('passes the permit of a call that gave up in the queue to no other key', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 50 * MS, outcome: OUTCOME.ok });
    const keys = [1, 1, 2, 2, 1];
    const kind = policyKind('bulkhead', 'semaphore')!;
    const limit = { maxConcurrent: 1, maxQueue: 1 };
    const { policy } = createPolicy(calls, kind, limit, false, (frame) => keys[frame]);
    const all = [0, 10, 10, 20, 30].map((at) => calls.call([policy], at * MS));
    calls.giveUp(all[1].frame, 20 * MS);
    calls.run(25 * MS);
    // One inside for each value, and the second of value 2 in its queue.
    expect(policy.held()).toBe(3);
    calls.run();
    expect(all.map(({ outcome, endNs }) => (outcome === null ? null : endNs / MS))).toEqual([
      50,
      null,
      60,
      110,
      100,
    ]);
    expect(policy.held()).toBe(0);
  });

  it('is decided and recorded in a dry run as well, and refuses no call', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 50 * MS, outcome: OUTCOME.ok });
    const keys = [1, 1, 2];
    const kind = policyKind('bulkhead', 'semaphore')!;
    const { policy } = createPolicy(calls, kind, { maxConcurrent: 1 }, true, (f) => keys[f]);
    const all = [0, 10, 10].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(all.map(({ endNs }) => endNs / MS)).toEqual([50, 60, 60]);
    expect(calls.counted('wouldReject')).toBe(1);
  });
});
