import type { Outcome } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from './fake-calls.js';

/** Results of attempts, in the order in which they are sent: an outcome after this many ms. */
export type Attempt = readonly [afterMs: number, outcome: Outcome];

/** One call at 0 through a hedge, with the listed attempts. */
export function hedged(kind: PolicyKind, written: unknown, ...attempts: readonly Attempt[]) {
  const calls = new FakeCalls();
  calls.callee = ({ nth }) => {
    const [afterMs, outcome] = attempts[nth - 1]!;
    return { afterNs: afterMs * MS, outcome };
  };
  const { policy } = createPolicy(calls, kind, written);
  const call = calls.call([policy], 0);
  return { calls, policy, call };
}

/** As `hedged`, run to the end: times in ms. */
export function raced(kind: PolicyKind, written: unknown, ...attempts: readonly Attempt[]) {
  const { calls, policy, call } = hedged(kind, written, ...attempts);
  calls.run();
  return {
    sent: calls.starts.map((ns) => ns / MS),
    outcome: call.outcome,
    ended: call.endNs / MS,
    killed: calls.killed.map(({ atNs }) => atNs / MS),
    held: policy.held(),
  };
}
