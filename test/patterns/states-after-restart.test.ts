import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { quickSettings } from '../support/quick-policies.js';

const CALLS = 400;
/** The caller restarts at 301.3 ms, and calls again from 310 ms on. */
const RESTART_NS = 301_300_000;
const BEFORE = Array.from({ length: CALLS }, (_, k) => k);
const AFTER = Array.from({ length: CALLS }, (_, k) => CALLS + k);

/** How calls after the restart end; `isNew`: the policy has seen none before it. */
function endsAfterRestart(kind: PolicyKind, written: unknown, isNew: boolean): readonly string[] {
  const calls = new FakeCalls();
  const numbers = isNew ? AFTER : [...BEFORE, ...AFTER];
  const numberOf = new Map<number, number>();
  let copies = 0;
  calls.callee = ({ startNs }) => {
    const u = unit(5, 6, 7, startNs % 1_000_003, Math.floor(startNs / 1_000_003));
    const isGood = startNs < RESTART_NS ? u < 0.3 : u < 0.8;
    return {
      afterNs: Math.round(u * 8 * MS),
      outcome: isGood ? OUTCOME.ok : OUTCOME.serverError,
    };
  };
  // Draws go by the call and not by its place among the calls of this run.
  calls.lineageA = (frame) => {
    const number = numberOf.get(frame) ?? 1_000_000 + copies++;
    numberOf.set(frame, number);
    return number;
  };
  const { policy, layers, target } = createPolicy(calls, kind, written);
  const results = numbers.map((number) => {
    const base = number < CALLS ? 0 : 310 * MS - CALLS * 0.7 * MS;
    const result = calls.call(layers, Math.round(base + number * 0.7 * MS));
    numberOf.set(result.frame, number);
    return result;
  });
  if (!isNew) for (const { frame } of results.slice(0, CALLS)) calls.giveUp(frame, RESTART_NS);
  calls.at(RESTART_NS + 1, () => policy.reset?.());
  calls.run(RESTART_NS + 2);
  expect([policy.held(), target.isOpen]).toEqual([0, true]);
  copies = 0;
  calls.run();
  return results.slice(-CALLS).map(({ outcome, endNs }) => `${outcome} at ${endNs}`);
}

describe('a caller that restarts', () => {
  it.each(policyKinds.map((kind) => [`${kind.policy}/${kind.kind}`, kind] as const))(
    'remembers nothing of %s',
    (_name, kind) => {
      const written = quickSettings(kind);
      const fresh = endsAfterRestart(kind, written, true);
      expect(endsAfterRestart(kind, written, false)).toEqual(fresh);
    },
  );
});
