import { describe, expect, it } from 'vitest';
import { hedgeEnvoy } from '../../src/patterns/policies/hedge-envoy.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { hedged, raced } from '../support/hedging.js';

const { ok, serverError, clientError, reset } = OUTCOME;
/** Tries without a response for longer than any test. */
const SLOW = [9000, ok] as const;
/** The shortest back-off, so that times are those of the rules: a whole ms is below the first delay of 1 ns. */
const AT_ONCE = { base: '1ns', max: '1ns' };
const ms = (times: readonly number[]): number[] => times.map((time) => Math.round(time));

describe('hedge of Envoy', () => {
  it('sends one more when a try is late, and ends with the late answer', () => {
    const { sent, outcome, ended, killed } = raced(
      hedgeEnvoy,
      { after: '200ms', attempts: 3, backoff: AT_ONCE },
      [500, ok],
      SLOW,
      SLOW,
    );
    expect([ms(sent), outcome, ended, killed.length]).toEqual([[0, 200, 400], ok, 500, 2]);
  });

  it('retries a failure that comes in time from the same count', () => {
    const { sent, outcome, ended } = raced(
      hedgeEnvoy,
      { after: '200ms', attempts: 3, on: ['5xx'], backoff: AT_ONCE },
      [100, serverError],
      [150, serverError],
      [50, serverError],
    );
    expect([ms(sent), outcome, Math.round(ended)]).toEqual([[0, 100, 250], serverError, 300]);
  });

  it('does not retry the failure of a try that was late, and waits for the other', () => {
    const { sent, outcome, ended } = raced(
      hedgeEnvoy,
      { after: '200ms', attempts: 3, on: ['5xx'], backoff: AT_ONCE },
      [300, serverError],
      [150, ok],
    );
    expect([ms(sent), outcome, Math.round(ended)]).toEqual([[0, 200], ok, 350]);
  });

  it('ends with an outcome that is not retried, although others are in flight', () => {
    const { outcome, ended, killed } = raced(
      hedgeEnvoy,
      { after: '200ms', on: ['5xx'], backoff: AT_ONCE },
      [300, clientError],
      SLOW,
    );
    expect([outcome, ended, killed.length]).toEqual([clientError, 300, 1]);
  });

  it('waits for the others after a reset that is not retried', () => {
    const { outcome, ended } = raced(
      hedgeEnvoy,
      { after: '200ms', on: [503], backoff: AT_ONCE },
      [300, reset],
      [400, ok],
    );
    expect([outcome, Math.round(ended)]).toEqual([ok, 600]);
  });

  it('makes two tries by default and waits up to 25 ms between them', () => {
    const { sent, ended } = raced(hedgeEnvoy, { after: '200ms' }, SLOW, [10, ok]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBeGreaterThan(200);
    expect(sent[1]).toBeLessThan(225);
    expect(ended).toBe(sent[1]! + 10);
  });

  it('counts a retry that the budget denies', () => {
    const written = {
      after: '200ms',
      attempts: 3,
      backoff: AT_ONCE,
      budget: { kind: 'concurrent', max: 0 },
    };
    const { calls, call } = hedged(hedgeEnvoy, written, [700, ok]);
    calls.run();
    expect([calls.counted('budgetDenied'), calls.starts.length, call.endNs / MS]).toEqual([
      1, 1, 700,
    ]);
  });

  it('gives all places back when calls end, are left or fail', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: serverError });
    const { policy } = createPolicy(calls, hedgeEnvoy, {
      after: '200ms',
      attempts: 4,
      on: ['5xx'],
    });
    const left = [0, 100, 250].map((at) => calls.call([policy], at * MS));
    for (const [index, { frame }] of left.entries()) calls.giveUp(frame, (210 + 90 * index) * MS);
    calls.call([policy], 50 * MS);
    calls.run();
    expect(policy.held()).toBe(0);
  });
});
