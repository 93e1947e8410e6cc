import { describe, expect, it } from 'vitest';
import { Lane } from '../../src/kernel/lanes.js';
import { PHASE } from '../../src/kernel/phase.js';
import { OUTCOME } from '../../src/spec/outcome.js';
import type { Outcome } from '../../src/spec/outcome.js';
import { FakeCalls, MS } from '../support/fake-calls.js';
import { Hedge } from '../support/hedge.js';

function hedged(...attempts: [afterMs: number, outcome: Outcome][]) {
  const calls = new FakeCalls();
  calls.callee = ({ nth }) => ({
    afterNs: attempts[nth - 1][0] * MS,
    outcome: attempts[nth - 1][1],
  });
  const lane = new Lane(100 * MS, PHASE.TIMER, 0, { stamp: new Int32Array(1) }, 0);
  const policy = new Hedge(calls, lane);
  const call = calls.call([policy], 0);
  return { calls, policy, call };
}

describe('the hedge that drives forks in tests', () => {
  it('sends a second attempt after its delay; the first answer wins, the other is cancelled', () => {
    const { calls, policy, call } = hedged([250, OUTCOME.ok], [80, OUTCOME.ok]);
    calls.run();
    expect(calls.starts).toEqual([0, 100 * MS]);
    expect(call).toMatchObject({ outcome: OUTCOME.ok, endNs: 180 * MS });
    expect(calls.killed).toEqual([{ atNs: 180 * MS, outcome: OUTCOME.cancelled, told: true }]);
    expect(policy.held()).toBe(0);
  });

  it('cancels the fork when the original wins', () => {
    const { calls, policy, call } = hedged([150, OUTCOME.ok], [80, OUTCOME.ok]);
    calls.run();
    expect(call.endNs).toBe(150 * MS);
    expect(calls.killed).toHaveLength(1);
    expect(policy.held()).toBe(0);
  });

  it('waits for the fork when the original fails, and for the original when the fork fails', () => {
    const first = hedged([120, OUTCOME.serverError], [80, OUTCOME.ok]);
    first.calls.run();
    expect(first.call).toMatchObject({ outcome: OUTCOME.ok, endNs: 180 * MS });
    const second = hedged([250, OUTCOME.ok], [80, OUTCOME.serverError]);
    second.calls.run();
    expect(second.call).toMatchObject({ outcome: OUTCOME.ok, endNs: 250 * MS });
  });

  it('fails when both have failed, and holds nothing when its caller leaves', () => {
    const both = hedged([120, OUTCOME.serverError], [80, OUTCOME.reset]);
    both.calls.run();
    expect(both.call).toMatchObject({ outcome: OUTCOME.reset, endNs: 180 * MS });
    const left = hedged([500, OUTCOME.ok], [500, OUTCOME.ok]);
    left.calls.giveUp(left.call.frame, 200 * MS);
    left.calls.run();
    expect(left.call.outcome).toBeNull();
    expect(left.calls.killed).toHaveLength(2);
    expect(left.policy.held()).toBe(0);
  });
});
