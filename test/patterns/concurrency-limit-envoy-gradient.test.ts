import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import {
  concurrencyLimitEnvoyGradient,
  EnvoyGradientRule,
  gradientLimit,
} from '../../src/patterns/policies/concurrency-limit-envoy-gradient.js';
import { ANSWERED, FAILED, LOCAL } from '../../src/patterns/mechanisms/concurrency-limiter.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const DEFAULTS = concurrencyLimitEnvoyGradient.schema.parse({});

function rule(written: object = {}): EnvoyGradientRule {
  const config = concurrencyLimitEnvoyGradient.schema.parse(written);
  return new EnvoyGradientRule(config, { a: 11, b: 13 });
}

/** Answers one call of this length that ends at this time, in ms. */
function answer(of: EnvoyGradientRule, endMs: number, rttMs: number, result = ANSWERED): void {
  of.ended(endMs * MS, (endMs - rttMs) * MS, 1, result, 1, 7);
}

/** A rule whose first measurement ended at 100 ms with a minimum of 10 ms. */
function measured(written: object = {}): EnvoyGradientRule {
  const made = rule({ requestCount: 2, ...written });
  answer(made, 50, 10);
  answer(made, 100, 10);
  return made;
}

describe('concurrencyLimit envoyGradient', () => {
  it('G30: from 100 with a minimum of 10 ms: 57, 64, 139', () => {
    expect(gradientLimit(100, 10 * MS, 25 * MS, DEFAULTS)).toBe(57);
    expect(gradientLimit(57, 10 * MS, 12.5 * MS, DEFAULTS)).toBe(64);
    expect(gradientLimit(64, 10 * MS, 5 * MS, DEFAULTS)).toBe(139);
    expect(gradientLimit(900, 10 * MS, 10 * MS, DEFAULTS)).toBe(1000);
    expect(gradientLimit(3, 10 * MS, 90 * MS, DEFAULTS)).toBe(3);
  });

  it('stays at its smallest limit until enough responses have measured the minimum', () => {
    const made = rule({ requestCount: 3 });
    expect(made.limit(0)).toBe(3);
    answer(made, 10, 10);
    answer(made, 500, 10);
    expect(made.limit(5000 * MS)).toBe(3);
    answer(made, 6000, 10);
    // A window from the end of the measurement on; an answer as slow as the minimum: 3.75 + 1.94.
    answer(made, 6050, 10);
    expect(made.limit(6100 * MS - 1)).toBe(3);
    expect(made.limit(6100 * MS)).toBe(5);
  });

  it('counts an answer of the very end of a window to it', () => {
    const made = measured();
    answer(made, 200, 10);
    expect(made.limit(200 * MS)).toBe(5);
    // 5 x 1.25 = 6.25, and 2.5: 8. Nothing came in the windows up to 900, 1000 is the end of one.
    answer(made, 1000, 10);
    expect(made.limit(1000 * MS - 1)).toBe(5);
    expect(made.limit(1000 * MS)).toBe(8);
    expect(made.limit(20_000 * MS)).toBe(8);
  });

  it('takes the median of a window by default, or the configured percentile', () => {
    const after = (written: object): number => {
      const made = measured({ max: 4, ...written });
      for (const rtt of [10, 10, 90, 95]) answer(made, 150, rtt);
      return made.limit(200 * MS);
    };
    expect(after({})).toBe(4);
    expect(after({ sampleAggregatePercentile: '51%' })).toBe(3);
  });

  it('leaves out local refusals, and takes errors as answers', () => {
    const made = measured();
    answer(made, 150, 0, LOCAL);
    expect(made.limit(200 * MS)).toBe(3);
    answer(made, 250, 10, FAILED);
    expect(made.limit(300 * MS)).toBe(5);
  });

  it('measures again an interval and its jitter after the last measurement', () => {
    const made = measured({ minRttInterval: '10s' });
    answer(made, 200, 10);
    answer(made, 300, 10);
    expect(made.limit(9 * SECOND)).toBe(8);
    // Measured at 100 ms; the jitter is below 15% of 10 s in whole milliseconds.
    const jitterMs = Math.floor(unit(11, 13, 1, 7, 0) * 1500);
    const again = (100 + 10_000 + jitterMs) * MS;
    expect(made.limit(again - 1)).toBe(8);
    expect(made.limit(again)).toBe(3);
    // An answer to a call that began before is no sample, one from the very instant is.
    made.ended(again + MS, again - 1, 1, ANSWERED, 1, 7);
    made.ended(again + MS, again, 1, ANSWERED, 1, 7);
    expect(made.limit(again + MS)).toBe(3);
    made.ended(again + 2 * MS, again, 1, ANSWERED, 1, 7);
    expect(made.limit(again + 2 * MS)).toBe(8);
  });

  it('distrusts its minimum after five windows in a row at the smallest limit', () => {
    const made = measured();
    // Four windows at twenty times the minimum: the limit stays 3 and is not measured again.
    for (let k = 0; k < 4; k++) answer(made, 250 + 100 * k, 200);
    expect(made.limit(600 * MS)).toBe(3);
    answer(made, 650, 200);
    // The fifth ends at 700, and with it begins a measurement: two answers of 200 ms from then on.
    answer(made, 905, 200);
    answer(made, 910, 200);
    answer(made, 960, 50);
    expect(made.limit(1010 * MS)).toBe(8);
  });

  it('refuses above the limit, and resets when its process restarts', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 10 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, concurrencyLimitEnvoyGradient, { requestCount: 3 });
    const at = (ms: number): number => {
      const all = Array.from({ length: 12 }, () => calls.call([policy], ms * MS));
      calls.run();
      return all.filter(({ outcome }) => outcome === OUTCOME.ok).length;
    };
    expect([at(0), at(50), at(200), at(400)]).toEqual([3, 3, 5, 8]);
    expect(calls.counted('bulkheadRejected')).toBe(48 - 19);
    expect(policy.held()).toBe(0);
    policy.reset!();
    expect([at(600), at(620), at(800)]).toEqual([3, 3, 5]);
  });
});
