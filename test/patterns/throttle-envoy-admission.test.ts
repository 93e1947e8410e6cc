import { describe, expect, it } from 'vitest';
import {
  EnvoyAdmissionRule,
  throttleEnvoyAdmission,
} from '../../src/patterns/policies/throttle-envoy-admission.js';
import { kindOf, OUTCOME, statusOf, withStatus } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

function rule(written: object = {}): EnvoyAdmissionRule {
  return new EnvoyAdmissionRule(throttleEnvoyAdmission.schema.parse(written));
}

/** A rule that has seen this number of responses and successes at one instant. */
function seen(total: number, successes: number, written: object = {}, at = 0): EnvoyAdmissionRule {
  const made = rule(written);
  for (let k = 0; k < total; k++) {
    made.ended(at, k < successes ? OUTCOME.ok : OUTCOME.serverError);
  }
  return made;
}

describe('throttle envoyAdmission', () => {
  it('refuses with (total - success / threshold) / (total + 1)', () => {
    expect(seen(99, 0, { maxReject: '100%' }).probability(0)).toBe(99 / 100);
    expect(seen(99, 38).probability(0)).toBe((99 - 38 / 0.95) / 100);
    expect(seen(100, 50, { threshold: '50%' }).probability(0)).toBe(0);
    expect(seen(100, 95).probability(0)).toBeCloseTo(0, 12);
    expect(seen(100, 96).probability(0)).toBe(0);
    expect(seen(0, 0).probability(0)).toBe(0);
  });

  it('never refuses more than maxReject, 80% by default', () => {
    expect(seen(99, 0).probability(0)).toBe(0.8);
    expect(seen(3, 0).probability(0)).toBe(0.75);
  });

  it('takes the root of the probability with aggression, which below 1 counts as 1', () => {
    // 25 of 100 too many, threshold 100%: 25 / 100 and its square root.
    const quarter = { threshold: '100%' };
    expect(seen(99, 74, quarter).probability(0)).toBe(0.25);
    expect(seen(99, 74, { ...quarter, aggression: 2 }).probability(0)).toBe(0.5);
    expect(seen(99, 74, { ...quarter, aggression: 0.5 }).probability(0)).toBe(0.25);
  });

  it('compares with four digits of the draw', () => {
    const half = seen(99, 49, { threshold: '100%' });
    expect(half.probability(0)).toBe(0.5);
    expect(half.refuses(0, 0.49999)).toBe(true);
    expect(half.refuses(0, 0.5)).toBe(false);
    // 1 / 3 = 0.33333: 3333.3 is above the 3333 that 0.33339 is cut to.
    const third = seen(2, 1, { threshold: '100%' });
    expect(third.refuses(0, 0.33339)).toBe(true);
    expect(third.refuses(0, 0.33341)).toBe(false);
  });

  it('does not count what it refuses, so that it comes back to nothing', () => {
    const made = seen(3, 0);
    for (let k = 0; k < 50; k++) expect(made.refuses(0, 0.1)).toBe(true);
    expect(made.probability(0)).toBe(0.75);
    for (let k = 0; k < 97; k++) made.ended(0, OUTCOME.ok);
    expect(made.probability(0)).toBe(0);
  });

  it('takes every answer below 500 as a success, a 429 too, and no cancelled call as anything', () => {
    const after = (outcome: number): number => {
      const made = seen(1, 0);
      made.ended(0, outcome);
      return made.probability(0);
    };
    expect(after(OUTCOME.clientError)).toBeCloseTo((2 - 1 / 0.95) / 3, 15);
    expect(after(OUTCOME.throttled)).toBeCloseTo((2 - 1 / 0.95) / 3, 15);
    expect(after(withStatus(OUTCOME.serverError, 503))).toBe(2 / 3);
    expect(after(OUTCOME.timeout)).toBe(2 / 3);
    expect(after(OUTCOME.refused)).toBe(2 / 3);
    expect(after(OUTCOME.cancelled)).toBe(1 / 2);
  });

  it('forgets an entry of a second when it is exactly the window old', () => {
    const made = seen(3, 0, { window: '30s' });
    made.ended(999 * MS, OUTCOME.serverError);
    made.ended(1000 * MS, OUTCOME.serverError);
    expect(made.probability(30 * SECOND - 1)).toBe(0.8);
    expect(made.probability(30 * SECOND)).toBe(1 / 2);
    expect(made.probability(31 * SECOND)).toBe(0);
  });

  it('acts from rpsThreshold on, an average over the whole window rounded down', () => {
    const at = (total: number): boolean =>
      seen(total, 0, { window: '10s', rpsThreshold: 5 }).refuses(0, 0.1);
    expect(at(49)).toBe(false);
    expect(at(50)).toBe(true);
  });

  it('answers 503 at once and counts the refusal at the caller', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, throttleEnvoyAdmission, {});
    const all = Array.from({ length: 100 }, (_, k) => calls.call([policy], k * MS));
    calls.run();
    const refused = all.filter(({ outcome }) => kindOf(outcome!) === OUTCOME.rejectedRateLimit);
    expect(refused.length).toBe(100 - calls.starts.length);
    expect(refused.length).toBeGreaterThan(60);
    expect(calls.counted('throttleRejected')).toBe(refused.length);
    expect(statusOf(refused[0].outcome!)).toBe(503);
    expect(policy.held()).toBe(0);
    policy.reset!();
    const after = calls.call([policy], SECOND);
    calls.run();
    expect(after.outcome).toBe(OUTCOME.refused);
  });

  it('takes no threshold below 1%, as Envoy does not', () => {
    const config = throttleEnvoyAdmission.schema.parse({ threshold: '0.5%' });
    expect(throttleEnvoyAdmission.check!(config, new Map())).toHaveLength(1);
  });
});
