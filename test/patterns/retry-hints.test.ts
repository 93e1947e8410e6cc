import { describe, expect, it } from 'vitest';
import { policyKind } from '../../src/patterns/registry.js';
import { HINTED, NEVER_AGAIN, OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

/** An attempt that fails at once: the outcome, and the hint in ms, NEVER_AGAIN, or none. */
type Failure = readonly [outcome: Outcome, hintMs?: number];

/** Starts in ms of the attempts of one call that fail as listed, and then succeed. */
function run(kind: string, written: object, failures: readonly Failure[], deadlineMs = Infinity) {
  const calls = new FakeCalls();
  calls.callee = ({ nth }) => {
    const failure = failures[nth - 1];
    if (failure === undefined) return { afterNs: 0, outcome: OUTCOME.ok };
    const [outcome, hint] = failure;
    if (hint === undefined) return { afterNs: 0, outcome };
    return { afterNs: 0, outcome, hintNs: hint === NEVER_AGAIN ? hint : hint * MS };
  };
  const { policy } = createPolicy(calls, policyKind('retry', kind)!, written);
  const call = calls.call([policy], 0, deadlineMs * MS);
  calls.run();
  expect(policy.held()).toBe(0);
  return {
    starts: calls.starts.map((at) => at / MS),
    call,
    endMs: call.endNs / MS,
    hinted: calls.counted('hinted'),
    policy,
  };
}

const THROTTLED = withStatus(OUTCOME.throttled, 429);
const BUSY = withStatus(OUTCOME.serverError, 503);
const FIXED = { kind: 'constant', base: '100ms' };

describe('a Retry-After of the callee', () => {
  it('replaces the back-off of a simple retry, longer or shorter, and only where it is given', () => {
    const written = { attempts: 5, backoff: FIXED };
    const { starts, hinted } = run('simple', written, [[THROTTLED, 2000], [BUSY, 10], [BUSY]]);
    expect(starts).toEqual([0, 2000, 2010, 2110]);
    expect(hinted).toBe(2);
    expect(run('simple', written, [[THROTTLED, 0]]).starts).toEqual([0, 0]);
  });

  it('is ignored by kinds that do not respect it', () => {
    const written = { attempts: 2, backoff: FIXED, respectRetryAfter: false };
    const { starts, hinted } = run('simple', written, [[THROTTLED, 2000]]);
    expect(starts).toEqual([0, 100]);
    expect(hinted).toBe(0);
    expect(run('simple', written, [[THROTTLED, NEVER_AGAIN]]).starts).toEqual([0, 100]);
  });

  it('adds at most 5 s to the back-off of the new rules of AWS, which keep their own after throttled', () => {
    const written = { attempts: 4, backoff: { base: '100ms', jitter: 'none' } };
    const failures: Failure[] = [[BUSY, 2000], [BUSY, 60_000], [THROTTLED]];
    const { starts } = run('aws', { ...written, newRetries: true }, failures);
    expect(starts.slice(0, 3)).toEqual([0, 2000, 2000 + 200 + 5000]);
    expect(starts[3] - starts[2]).not.toBe(400);
    expect(starts[3] - starts[2]).toBeLessThanOrEqual(4000);
    expect(run('aws', written, failures).starts).toEqual([0, 2000, 62_000, 62_400]);
  });

  it('makes nothing retried that is not', () => {
    const written = { attempts: 2, on: ['connect'] };
    expect(run('simple', written, [[THROTTLED, 50]]).starts).toEqual([0]);
  });

  it('does not pass the deadline: the call ends at once with what it has', () => {
    const written = { attempts: 2, backoff: FIXED };
    const late = run('simple', written, [[THROTTLED, 2000]], 2000);
    expect(late.starts).toEqual([0]);
    expect(late.endMs).toBe(0);
    expect(late.call.outcome).toBe(THROTTLED | HINTED);
    expect(run('simple', written, [[THROTTLED, 2000]], 2000.000001).starts).toEqual([0, 2000]);
  });

  it('that says never ends a simple call', () => {
    const written = { attempts: 5, backoff: FIXED };
    expect(run('simple', written, [[BUSY, NEVER_AGAIN]]).starts).toEqual([0]);
  });

  it.each([
    ['resilience4j', 500],
    ['polly', 2000],
    ['cockatiel', 128],
  ] as const)('is unknown to %s, until its user teaches it', (kind, backoffMs) => {
    const plain = kind === 'cockatiel' ? { backoff: { kind: 'constant' } } : {};
    expect(run(kind, plain, [[THROTTLED, 30]]).starts).toEqual([0, backoffMs]);
    const taught = { ...plain, respectRetryAfter: true };
    expect(run(kind, taught, [[THROTTLED, 30]]).starts).toEqual([0, 30]);
    // No header means never, so the back-off applies.
    expect(run(kind, taught, [[THROTTLED, NEVER_AGAIN]]).starts).toEqual([0, backoffMs]);
  });

  it.each(['istio', 'kong'])('does not exist for %s', (kind) => {
    const { schema } = policyKind('retry', kind)!;
    expect(schema.safeParse({ respectRetryAfter: true }).success).toBe(false);
    expect(run(kind, { on: [503] }, [[BUSY, 5000]]).starts[1]).toBeLessThan(25);
  });

  it('is stretched by Envoy to between once and one and a half times, up to five minutes', () => {
    const written = { on: ['throttled'], respectRetryAfter: true };
    const second = (hintMs: number): number =>
      run('envoy', written, [[THROTTLED, hintMs]]).starts[1];
    expect(second(2000)).toBeGreaterThanOrEqual(2000);
    expect(second(2000)).toBeLessThan(3000);
    expect(second(300_000)).toBeGreaterThanOrEqual(300_000);
    for (const ignored of [300_001, 1, 0]) expect(second(ignored)).toBeLessThan(25);
    const asIs = run('envoy', { on: ['throttled'] }, [[THROTTLED, 2000]]);
    expect(asIs.starts[1]).toBeLessThan(25);
  });

  it('is waited for by an AWS client where it is longer than the back-off', () => {
    const written = { backoff: { base: '100ms', jitter: 'none' } };
    expect(run('aws', written, [[THROTTLED, 30]]).starts).toEqual([0, 100]);
    expect(run('aws', written, [[THROTTLED, 700]]).starts).toEqual([0, 700]);
    expect(run('aws', written, [[THROTTLED, NEVER_AGAIN]]).starts).toEqual([0, 100]);
  });
});

describe('a gRPC pushback', () => {
  const written = { attempts: 5, backoff: { base: '100ms', max: '10s' } };
  const between = (at: number, least: number, most: number): void => {
    expect(at).toBeGreaterThanOrEqual(least);
    expect(at).toBeLessThan(most);
  };

  it('of n ms is the delay, and resets the back-off', () => {
    const { starts } = run('grpc', written, [[BUSY], [BUSY], [BUSY, 30], [BUSY]]);
    expect(starts).toHaveLength(5);
    const gaps = starts.slice(1).map((at, k) => at - starts[k]);
    between(gaps[0], 80, 120);
    between(gaps[1], 160, 240);
    expect(gaps[2]).toBeCloseTo(30, 6);
    between(gaps[3], 80, 120);
  });

  it('does not repeat the draws of the first delays after the restart', () => {
    const { starts } = run('grpc', written, [[BUSY], [BUSY, 30], [BUSY]]);
    const gaps = starts.slice(1).map((at, k) => at - starts[k]);
    expect(Math.abs(gaps[2] - gaps[0])).toBeGreaterThan(0.01);
  });

  it('counts as one of the attempts', () => {
    const all = [1, 1, 1, 1, 1, 1].map((): Failure => [BUSY, 10]);
    expect(run('grpc', written, all).starts).toEqual([0, 10, 20, 30, 40]);
  });

  it('that says no ends the call, and costs a token whatever the status is', () => {
    const budget = { kind: 'grpc', maxTokens: 4, tokenRatio: 1 };
    const calls = new FakeCalls();
    const invalid = withStatus(OUTCOME.clientError, 400);
    const script: Failure[] = [[invalid], [invalid], [BUSY, NEVER_AGAIN], [invalid, NEVER_AGAIN]];
    calls.callee = ({ nth }) => {
      const [outcome, hint] = script[nth - 1] ?? [BUSY];
      return hint === undefined ? { afterNs: 0, outcome } : { afterNs: 0, outcome, hintNs: hint };
    };
    const grpc = policyKind('retry', 'grpc')!;
    const { policy } = createPolicy(calls, grpc, { ...written, attempts: 2, budget });
    for (const at of [0, 1, 2, 3, 4]) calls.call([policy], at * SECOND);
    calls.run();
    // 4 tokens, less two: 2 is not above half, so the fifth call is made once only.
    expect(calls.starts.map((at) => at / SECOND)).toEqual([0, 1, 2, 3, 4]);
    expect(calls.counted('budgetDenied')).toBe(1);
  });

  it('of n ms does not make a status retryable that is not', () => {
    const invalid = withStatus(OUTCOME.clientError, 400);
    expect(run('grpc', written, [[invalid, 30]]).starts).toEqual([0]);
  });
});
