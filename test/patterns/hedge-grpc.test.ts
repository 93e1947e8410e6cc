import { describe, expect, it } from 'vitest';
import { hedgeGrpc } from '../../src/patterns/policies/hedge-grpc.js';
import { HINTED, NEVER_AGAIN, OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';
import { raced } from '../support/hedging.js';

const { ok, clientError, reset, refused } = OUTCOME;
const unavailable = withStatus(OUTCOME.serverError, 503);
const internal = withStatus(OUTCOME.serverError, 500);
const policy = (written: object = {}) => ({
  attempts: 3,
  after: '100ms',
  nonFatal: ['connect', 503],
  ...written,
});

describe('hedge of gRPC', () => {
  it('sends attempt k at k delays; the first success cancels the rest', () => {
    const { sent, ended, killed } = raced(hedgeGrpc, policy(), [900, ok], [900, ok], [40, ok]);
    expect([sent, ended, killed]).toEqual([[0, 100, 200], 240, [240, 240]]);
  });

  it('sends the next at once after a failure that is not fatal; the delay restarts from it', () => {
    const { sent, ended, killed } = raced(
      hedgeGrpc,
      policy(),
      [40, unavailable],
      [150, ok],
      [20, ok],
    );
    expect([sent, ended, killed]).toEqual([[0, 40, 140], 160, [160]]);
  });

  it('sends one for each failure, of hedges too, and ends as the last', () => {
    const { sent, outcome, ended } = raced(
      hedgeGrpc,
      policy(),
      [10, unavailable],
      [20, refused],
      [30, unavailable],
    );
    expect([sent, outcome, ended]).toEqual([[0, 10, 30], unavailable, 60]);
  });

  it('ends with any other failure, and with the first failure where none is listed', () => {
    const fatal = raced(hedgeGrpc, policy(), [130, internal], [500, ok]);
    expect(fatal).toMatchObject({ outcome: internal, ended: 130, sent: [0, 100], killed: [130] });
    const none = raced(hedgeGrpc, { attempts: 3, after: '100ms' }, [50, unavailable]);
    expect(none).toMatchObject({ outcome: unavailable, ended: 50, sent: [0] });
    expect(raced(hedgeGrpc, policy(), [10, clientError]).outcome).toBe(clientError);
  });

  it('sends all at once without a delay', () => {
    const { sent, ended, killed } = raced(hedgeGrpc, { attempts: 3 }, [30, ok], [20, ok], [25, ok]);
    expect([sent, ended, killed]).toEqual([[0, 0, 0], 20, [20, 20]]);
  });

  it('counts more than 5 attempts as 5, and says so', () => {
    const slow = Array.from({ length: 9 }, () => [900, ok] as const);
    expect(raced(hedgeGrpc, policy({ attempts: 9 }), ...slow).sent).toHaveLength(5);
    const check = (written: object, bundle: ReadonlyMap<string, unknown>): string[] =>
      hedgeGrpc.check!(hedgeGrpc.schema.parse(written), bundle).map(({ field }) => field);
    expect(check(policy({ attempts: 9 }), new Map())).toEqual(['attempts']);
    expect(check(policy({ attempts: 5 }), new Map())).toEqual([]);
    expect(check(policy(), new Map([['retry', {}]]))).toEqual(['']);
  });

  it('needs more than half of the tokens for a hedge, and none for a first attempt', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome: unavailable });
    const throttled = policy({ retryThrottling: { maxTokens: 10, tokenRatio: 0.1 } });
    const { policy: hedge } = createPolicy(calls, hedgeGrpc, throttled);
    for (let k = 0; k < 4; k++) calls.call([hedge], k * 1000 * MS);
    calls.run();
    // 9 8 7 | 6 5: the third attempt is denied | 4 | 3.
    expect(calls.starts.map((ns) => ns / MS)).toEqual([0, 1, 2, 1000, 1001, 2000, 3000]);
    expect(calls.counted('budgetDenied')).toBe(3);
    expect(calls.counted('hedges')).toBe(3);
  });

  it('takes tokens for winners only: a cancelled attempt neither costs nor earns', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => ({ afterNs: 150 * MS, outcome: nth <= 2 ? unavailable : ok });
    const throttled = policy({
      attempts: 2,
      retryThrottling: { maxTokens: 3, tokenRatio: 0.5 },
    });
    const { policy: hedge } = createPolicy(calls, hedgeGrpc, throttled);
    for (let k = 0; k < 4; k++) calls.call([hedge], k * 1000 * MS);
    calls.run();
    // Two failures leave 1 of 3; each success earns 0.5, and hedges need more than 1.5.
    const each = [0, 1, 2, 3].map(
      (k) => calls.starts.filter((ns) => Math.floor(ns / (1000 * MS)) === k).length,
    );
    expect(each).toEqual([2, 1, 1, 2]);
  });

  it('sends no more hedges for a call once one was denied', () => {
    const calls = new FakeCalls();
    const attempts: readonly (readonly [number, number])[] = [
      [1, reset],
      [1, reset],
      [1000, reset],
      [10, ok],
    ];
    calls.callee = ({ nth }) => {
      const [afterMs, outcome] = attempts[nth - 1]!;
      return { afterNs: afterMs * MS, outcome };
    };
    const { policy: hedge } = createPolicy(calls, hedgeGrpc, {
      attempts: 3,
      after: '100ms',
      nonFatal: ['reset'],
      retryThrottling: { maxTokens: 3, tokenRatio: 2 },
    });
    // 2 and 1 tokens: the third attempt of the first call is denied, and the hedge due at 600.
    calls.call([hedge], 0);
    const long = calls.call([hedge], 500 * MS);
    // Full again; the failure at 1500 leaves 2 of 3, but the call has been denied before.
    calls.call([hedge], 700 * MS);
    calls.run();
    expect(calls.starts.map((ns) => ns / MS)).toEqual([0, 1, 500, 700]);
    expect(long).toMatchObject({ outcome: reset, endNs: 1500 * MS });
  });

  it('counts a first failure before the hedge is asked for', () => {
    const one = policy({ attempts: 2, retryThrottling: { maxTokens: 2, tokenRatio: 1 } });
    expect(raced(hedgeGrpc, one, [10, unavailable])).toMatchObject({
      sent: [0],
      outcome: unavailable,
      ended: 10,
    });
  });
});

describe('throttled hedges of one call', () => {
  it('leave the attempts under way running', () => {
    const throttled = policy({ retryThrottling: { maxTokens: 2, tokenRatio: 1 } });
    const { sent, outcome, ended } = raced(
      hedgeGrpc,
      throttled,
      [300, ok],
      [50, unavailable],
      [1, ok],
    );
    expect([sent, outcome, ended]).toEqual([[0, 100], ok, 300]);
  });
});

describe('a pushback to a hedged call', () => {
  const written = { attempts: 4, after: '100ms', nonFatal: ['error'] };

  /** Attempts by number: [after ms, outcome, hint in ms or NEVER_AGAIN]. */
  function pushed(config: object, ...script: readonly (readonly [number, number, number?])[]) {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => {
      const [afterMs, outcome, hint] = script[nth - 1]!;
      const answer = { afterNs: afterMs * MS, outcome };
      if (hint === undefined) return answer;
      return { ...answer, hintNs: hint === NEVER_AGAIN ? hint : hint * MS };
    };
    const { policy } = createPolicy(calls, hedgeGrpc, config);
    const call = calls.call([policy], 0);
    calls.run();
    expect(policy.held()).toBe(0);
    return { sent: calls.starts.map((at) => at / MS), call, endMs: call.endNs / MS, calls };
  }

  it('of n ms delays the next attempt, from which the hedging delay counts', () => {
    const late = [900, OUTCOME.ok] as const;
    const { sent, calls } = pushed(written, [40, OUTCOME.serverError, 30], late, late, late);
    expect(sent).toEqual([0, 70, 170, 270]);
    expect(calls.counted('hinted')).toBe(1);
    // A longer one than the hedging delay puts the next attempt off.
    const far = pushed(written, [40, OUTCOME.serverError, 300], late, late, late);
    expect(far.sent).toEqual([0, 340, 440, 540]);
  });

  it('keeps a call alive of which nothing is under way', () => {
    const { sent, call, endMs } = pushed(written, [40, OUTCOME.serverError, 500], [10, OUTCOME.ok]);
    expect(sent).toEqual([0, 540]);
    expect(call.outcome).toBe(OUTCOME.ok);
    expect(endMs).toBe(550);
  });

  it('of 0 ms sends the next attempt at once', () => {
    expect(pushed(written, [40, OUTCOME.serverError, 0], [10, OUTCOME.ok]).sent).toEqual([0, 40]);
  });

  it('that says no sends no more: the call is what is under way', () => {
    const one = pushed(written, [40, OUTCOME.serverError, NEVER_AGAIN]);
    expect(one.sent).toEqual([0]);
    expect(one.call.outcome! & 31).toBe(OUTCOME.serverError);
    const two = pushed(written, [150, OUTCOME.serverError, NEVER_AGAIN], [200, OUTCOME.ok]);
    expect(two.sent).toEqual([0, 100]);
    expect(two.endMs).toBe(300);
  });

  it('that says no takes back what an earlier one has allowed', () => {
    const both = pushed(
      written,
      [150, OUTCOME.serverError, 500],
      [100, OUTCOME.serverError, NEVER_AGAIN],
    );
    expect(both.sent).toEqual([0, 100]);
    expect(both.endMs).toBe(200);
  });

  it('with a fatal status ends the call, and a no costs a token', () => {
    const throttled = { ...written, retryThrottling: { maxTokens: 2, tokenRatio: 0.1 } };
    const fatal = pushed(throttled, [40, OUTCOME.clientError, NEVER_AGAIN]);
    expect(fatal.endMs).toBe(40);
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: OUTCOME.clientError, hintNs: NEVER_AGAIN });
    const { policy } = createPolicy(calls, hedgeGrpc, throttled);
    calls.call([policy], 0);
    calls.call([policy], SECOND);
    calls.run();
    // The first call has cost one of two tokens, and the rest is not above half.
    expect(calls.starts.filter((at) => at >= SECOND)).toHaveLength(1);
  });

  it('hands the hint of the attempt that ends the call on', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) =>
      nth === 1 ? null : { afterNs: 10 * MS, outcome: OUTCOME.clientError, hintNs: 7 * MS };
    const { policy } = createPolicy(calls, hedgeGrpc, written);
    const call = calls.call([policy], 0);
    calls.run();
    expect(call.outcome).toBe(OUTCOME.clientError | HINTED);
    expect(calls.hint(call.frame)).toBe(7 * MS);
  });
});
