import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { policyKind } from '../../src/patterns/registry.js';
import { deadline } from '../../src/patterns/policies/deadline.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const kindOf = (kind: string): PolicyKind => policyKind('retry', kind)!;

/** Draw n (from 1) of the first call of a test: the lineage and key that the test support gives. */
const draw = (n: number): number => unit(11, 13, 1, 7, n);

/** Delays in ms between the attempts of one call that all fail at once with this outcome. */
function delays(
  kind: string,
  written: object,
  outcome: Outcome = OUTCOME.refused,
  idempotent = false,
): number[] {
  const calls = new FakeCalls();
  calls.idempotentCallee = idempotent;
  calls.callee = () => ({ afterNs: 0, outcome });
  const { policy } = createPolicy(calls, kindOf(kind), written);
  calls.call([policy], 0);
  calls.run();
  expect(policy.held()).toBe(0);
  return calls.starts.slice(1).map((at, k) => (at - calls.starts[k]) / MS);
}

const answered = (status: number): Outcome =>
  withStatus(status === 429 ? OUTCOME.throttled : OUTCOME.serverError, status);

/** Every outcome that can come from inside; `any` is all but clientError and deadlineExceeded. */
const FAILURES: Readonly<Record<string, Outcome>> = {
  refused: OUTCOME.refused,
  connectTimeout: OUTCOME.connectTimeout,
  timeout: OUTCOME.timeout,
  reset: OUTCOME.reset,
  500: answered(500),
  502: answered(502),
  503: answered(503),
  504: answered(504),
  429: answered(429),
  overload: OUTCOME.rejectedOverload,
  breaker: OUTCOME.rejectedBreaker,
  bulkhead: OUTCOME.rejectedBulkhead,
  limiter: OUTCOME.rejectedRateLimit,
  pool: OUTCOME.poolTimeout,
  404: withStatus(OUTCOME.clientError, 404),
  deadline: OUTCOME.deadlineExceeded,
};

function retriedBy(kind: string, written: object, idempotent = false): string {
  return Object.keys(FAILURES)
    .filter((name) => delays(kind, written, FAILURES[name], idempotent).length > 0)
    .sort()
    .join(' ');
}

const sorted = (names: string): string => names.split(' ').sort().join(' ');
const ANY = sorted(
  'refused connectTimeout timeout reset 500 502 503 504 429 overload breaker bulkhead limiter pool',
);
const UNAVAILABLE = sorted('refused connectTimeout reset 502 503 504 429 overload');

describe('retry of resilience4j', () => {
  it('makes three tries 500 ms apart', () => {
    expect(delays('resilience4j', {})).toEqual([500, 500]);
  });

  it('grows by 1.5 from 500 ms where it is asked to grow', () => {
    const written = { attempts: 4, backoff: { kind: 'exponential' } };
    expect(delays('resilience4j', written)).toEqual([500, 750, 1125]);
  });

  it('cuts a delay off after it was spread: ofExponentialRandomBackoff with a longest interval', () => {
    const backoff = { kind: 'exponential', jitter: '50%', max: '600ms' };
    const got = delays('resilience4j', { attempts: 6, backoff });
    const exact = [500, 750, 1125, 1687.5, 2531.25].map((d, k) => d * (0.5 + draw(k + 1)));
    got.forEach((delay, k) => expect(delay).toBeCloseTo(Math.min(600, exact[k]), 5));
    // From 1200 ms on the smallest draw is 600 ms already; capping before the draw would give less.
    expect(got.slice(3)).toEqual([600, 600]);
  });

  it('retries every exception, the refusal of a breaker inside too', () => {
    expect(retriedBy('resilience4j', {})).toBe(ANY);
  });
});

describe('retry of Polly', () => {
  it('makes three retries 2 s apart', () => {
    expect(delays('polly', {})).toEqual([2000, 2000, 2000]);
  });

  it('is linear or exponential without jitter, and cut off at MaxDelay', () => {
    const of = (backoff: object): number[] => delays('polly', { backoff });
    expect(of({ kind: 'linear' })).toEqual([2000, 4000, 6000]);
    expect(of({ kind: 'exponential', max: '5s' })).toEqual([2000, 4000, 5000]);
  });

  it('cuts a delay off after a quarter was added or taken', () => {
    const got = delays('polly', { backoff: { kind: 'linear', jitter: '25%', max: '4s' } });
    [2000, 4000, 6000].forEach((d, k) => {
      expect(got[k]).toBeCloseTo(Math.min(4000, d * (0.75 + 0.5 * draw(k + 1))), 5);
    });
  });

  it('handles every exception but a cancellation', () => {
    expect(retriedBy('polly', {})).toBe(ANY);
  });
});

describe('retry of cockatiel', () => {
  it('has no limit and no back-off of its own, which is told before it runs', () => {
    const fields = (written: object): string[] => {
      const kind = kindOf('cockatiel');
      return kind.check!(kind.schema.parse(written), new Map()).map(({ field }) => field);
    };
    expect(fields({})).toEqual(['attempts']);
    expect(fields({ attempts: 3 })).toEqual([]);
    expect(fields({ backoff: {} })).toEqual([]);
    expect(delays('cockatiel', { attempts: 3 })).toEqual([0, 0]);
  });

  it('backs off by 128 ms up to 30 s where an exponential back-off is written without more', () => {
    const f = (t: number): number => 2 ** t * Math.tanh(Math.sqrt(4 * t));
    const [first, second, ...later] = delays('cockatiel', { attempts: 20, backoff: {} });
    expect(first).toBeCloseTo((128 / 1.4) * f(draw(1)), 3);
    expect(second).toBeCloseTo((128 / 1.4) * (f(1 + draw(2)) - f(draw(1))), 3);
    expect(Math.max(...later)).toBe(30_000);
  });

  it('has generators without jitter, with the full and with the half of it', () => {
    const of = (jitter: string): number[] =>
      delays('cockatiel', { attempts: 3, backoff: { kind: 'exponential', jitter } });
    expect(of('none')).toEqual([128, 256]);
    [128, 256].forEach((d, k) => {
      expect(of('full')[k]).toBeCloseTo(d * draw(k + 1), 5);
      expect(of('equal')[k]).toBeCloseTo((d + d * draw(k + 1)) / 2, 5);
    });
  });

  it('handles all', () => {
    expect(retriedBy('cockatiel', { attempts: 2 })).toBe(ANY);
  });
});

describe('retry of Envoy', () => {
  it('makes one retry after U(0, 25 ms), twice as wide each time up to 250 ms', () => {
    expect(delays('envoy', {})).toHaveLength(1);
    const got = delays('envoy', { attempts: 7 });
    [25, 50, 100, 200, 250, 250].forEach((width, k) => {
      expect(got[k]).toBeCloseTo(width * draw(k + 1), 5);
    });
  });

  it('retries what gateway-error means: 502, 503, 504 and all resets, idempotent or not', () => {
    const retried = sorted('refused connectTimeout timeout reset 502 503 504 overload');
    expect(retriedBy('envoy', {})).toBe(retried);
    expect(retriedBy('envoy', {}, true)).toBe(retried);
  });

  it('retries under reset each try without a response, its per-try timeout too, and no response', () => {
    const retried = sorted('refused connectTimeout timeout reset');
    expect(retriedBy('envoy', { on: ['reset'] })).toBe(retried);
    expect(retriedBy('istio', { on: ['reset'] })).toBe(retried);
    expect(retriedBy('envoy', { on: ['connect'] })).toBe(sorted('refused connectTimeout'));
  });

  it('has three retries at once without being asked: max_retries of the cluster', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, kindOf('envoy'), {});
    for (let k = 0; k < 5; k++) calls.call([policy], 0);
    calls.run();
    expect(calls.starts).toHaveLength(8);
    expect(calls.counted('budgetDenied')).toBe(2);
  });
});

describe('retry of Istio', () => {
  it('makes two retries with the back-off of Envoy, and has no limit on retries at once', () => {
    const got = delays('istio', {});
    expect(got).toHaveLength(2);
    [25, 50].forEach((width, k) => expect(got[k]).toBeCloseTo(width * draw(k + 1), 5));
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, kindOf('istio'), {});
    for (let k = 0; k < 5; k++) calls.call([policy], 0);
    calls.run();
    expect(calls.starts).toHaveLength(15);
  });

  it('retries failed connections, neither timeouts nor resets nor 502 nor 503', () => {
    expect(retriedBy('istio', {}, true)).toBe(sorted('refused connectTimeout'));
  });
});

describe('retry of gRPC', () => {
  const backoff = { base: '100ms', max: '300ms' };

  it('spreads each delay by a fifth, after the cap', () => {
    const got = delays('grpc', { attempts: 5, backoff });
    [100, 200, 300, 300].forEach((d, k) => {
      expect(got[k]).toBeCloseTo(d * (0.8 + 0.4 * draw(k + 1)), 5);
    });
  });

  it('takes more than five attempts for five, and wants at least two and a back-off', () => {
    expect(delays('grpc', { attempts: 9, backoff })).toHaveLength(4);
    const { schema } = kindOf('grpc');
    expect(schema.parse({ attempts: 9, backoff })).toMatchObject({ attempts: 5 });
    expect(schema.safeParse({ attempts: 1, backoff }).success).toBe(false);
    expect(schema.safeParse({ backoff }).success).toBe(false);
    expect(schema.safeParse({ attempts: 3 }).success).toBe(false);
  });

  it('retries UNAVAILABLE: what HTTP maps to it, and lost connections', () => {
    expect(retriedBy('grpc', { attempts: 2, backoff })).toBe(UNAVAILABLE);
  });
});

describe('retry of the AWS SDKs', () => {
  it('makes three tries with full jitter from 100 ms, from 500 ms after throttling', () => {
    const got = delays('aws', {});
    expect(got).toHaveLength(2);
    [100, 200].forEach((width, k) => expect(got[k]).toBeCloseTo(width * draw(k + 1), 5));
    const throttled = delays('aws', {}, OUTCOME.throttled);
    [500, 1000].forEach((width, k) => expect(throttled[k]).toBeCloseTo(width * draw(k + 1), 5));
  });

  it('takes a written back-off for both', () => {
    const written = { backoff: { base: '10ms', jitter: 'none' } };
    expect(delays('aws', written, OUTCOME.throttled)).toEqual([10, 20]);
    expect(delays('aws', written)).toEqual([10, 20]);
  });

  it('has a quota of 500 tokens without being asked: 100 retries at 5, or 50 after timeouts', () => {
    const retries = (outcome: Outcome): number => {
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: 0, outcome });
      const { policy } = createPolicy(calls, kindOf('aws'), { attempts: 2 });
      for (let k = 0; k < 120; k++) calls.call([policy], k);
      calls.run();
      return calls.counted('retries');
    };
    expect(retries(OUTCOME.reset)).toBe(100);
    expect(retries(OUTCOME.timeout)).toBe(50);
  });

  it('retries connections, timeouts, 500 to 504 and throttling, idempotent or not', () => {
    const retried = sorted('refused connectTimeout timeout reset 500 502 503 504 429 overload');
    expect(retriedBy('aws', {})).toBe(retried);
  });
});

describe('retry of Kong', () => {
  it('makes five more tries at once', () => {
    expect(delays('kong', {})).toEqual([0, 0, 0, 0, 0]);
  });

  it('retries failed connections, what may have been done only where that is harmless, no answer', () => {
    expect(retriedBy('kong', {})).toBe(sorted('refused connectTimeout'));
    expect(retriedBy('kong', {}, true)).toBe(sorted('refused connectTimeout timeout reset'));
  });

  it('has no back-off to be written', () => {
    expect(kindOf('kong').schema.safeParse({ backoff: {} }).success).toBe(false);
  });
});

describe('retry of nginx', () => {
  it('calls a number of servers, one after the other', () => {
    expect(delays('nginx', { attempts: 3 })).toEqual([0, 0]);
  });

  it('passes on what proxy_next_upstream error timeout names, and twice only what is harmless', () => {
    expect(retriedBy('nginx', { attempts: 2 })).toBe(sorted('refused connectTimeout'));
    const harmless = sorted('refused connectTimeout timeout reset');
    expect(retriedBy('nginx', { attempts: 2 }, true)).toBe(harmless);
  });
});

describe('retries of all kinds', () => {
  it.each(['aws', 'cockatiel', 'kong', 'polly', 'resilience4j'])(
    '%s takes `on` for what it says, and is not made at the deadline',
    (kind) => {
      const written = { attempts: 2, on: [500], ...(kind === 'cockatiel' && { backoff: {} }) };
      expect(retriedBy(kind, written)).toBe('500');
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: 10 * MS, outcome: answered(500) });
      const { policy } = createPolicy(calls, kindOf(kind), written);
      const call = calls.call([policy], 0, 10 * MS);
      calls.run();
      expect(call.endNs).toBe(10 * MS);
      expect(calls.starts).toEqual([0]);
    },
  );

  it.each([
    ['grpc', { backoff: { base: '2s', max: '2s' } }],
    ['envoy', { backoff: { base: '60s', max: '60s' } }],
    ['istio', { on: [503], backoff: { base: '60s', max: '60s' } }],
  ])('%s waits for the deadline where its delay passes that', (kind, written) => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 10 * MS, outcome: answered(503) });
    const limit = createPolicy(calls, deadline, { after: '100ms' }).policy;
    const { policy } = createPolicy(calls, kindOf(kind), { attempts: 3, ...written });
    const call = calls.call([limit, policy], 0);
    calls.run();
    expect([call.outcome, call.endNs]).toEqual([OUTCOME.deadlineExceeded, 100 * MS]);
    expect(calls.starts).toEqual([0]);
    expect(calls.counted('retries')).toBe(0);
    expect(policy.held()).toBe(0);
  });

  it.each(['envoy', 'istio'])('%s takes `on` for what it says', (kind) => {
    expect(retriedBy(kind, { attempts: 2, on: [500] })).toBe('500');
  });

  it.each(['aws', 'envoy', 'istio', 'kong', 'polly', 'resilience4j'])(
    '%s reports what can never be',
    (kind) => {
      const { schema, check } = kindOf(kind);
      const fields = (written: object): string[] =>
        check!(schema.parse(written), new Map()).map(({ field }) => field);
      expect(fields({})).toEqual([]);
      expect(fields({ on: ['cancelled'] })).toEqual(['on']);
    },
  );
});
