import { describe, expect, it } from 'vitest';
import { golden, outcomes, sent } from './tracing.js';

const LIMIT = '{ kind: fixedWindow, limit: 1, window: 10s }';

/** One caller with a retry in front of a limiter that lets one through in 10 s; calls at 1 s and 2 s. */
function limited(retry: string, limiter = LIMIT) {
  return golden(
    `
policies: { again: { retry: ${retry} } }
services:
  bank: { middleware: [ { rateLimit: ${limiter} } ], endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 2s] }, requests: [ { call: bank.pay } ], policy: again }
`,
    '30s',
  );
}

describe('G-hint: a Retry-After on its way from the limiter to the retry', () => {
  it('a 429 is not retried before Retry-After (outcome taxonomy: throttled)', () => {
    const { requests, at } = limited('{ attempts: 2 }');
    expect(sent(at('bank.pay'))).toEqual([1000, 2000, 10_000]);
    expect(outcomes(at('bank.pay'))).toEqual(['ok', 'throttled', 'ok']);
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
  });

  it('without it, or without respect for it, the retry comes too soon', () => {
    const silent = limited('{ attempts: 2 }', LIMIT.replace('}', ', retryAfter: false }'));
    expect(sent(silent.at('bank.pay'))).toEqual([1000, 2000, 2000]);
    const deaf = limited('{ attempts: 2, respectRetryAfter: false }');
    expect(outcomes(deaf.requests)).toEqual(['ok', 'throttled']);
  });

  it('is in whole seconds, rounded up and at least 1, and exact where asked for', () => {
    const bucket = '{ rate: 2/s, burst: 1 }';
    const at = (limiter: string): readonly number[] =>
      sent(
        golden(
          `
policies: { again: { retry: { attempts: 2 } } }
services:
  bank: { middleware: [ { rateLimit: ${limiter} } ], endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 1100ms] }, requests: [ { call: bank.pay } ], policy: again }
`,
          '9s',
        ).at('bank.pay'),
      );
    expect(at(bucket)).toEqual([1000, 1100, 2100]);
    expect(at(bucket.replace('}', ', retryAfter: exact }'))).toEqual([1000, 1100, 1500]);
    // Envoy's local limiter says nothing of itself.
    const envoy = '{ kind: envoy, maxTokens: 1, fillInterval: 500ms }';
    expect(at(envoy)).toEqual([1000, 1100, 1100]);
    expect(at(envoy.replace('}', ', retryAfter: true }'))).toEqual([1000, 1100, 2100]);
  });

  it("a call's own limiter says to the ns when a token comes, and a retry outside of it waits", () => {
    const own = (limiter: string, retry = 'attempts: 2', more = '') =>
      golden(
        `
policies: { again: { retry: { ${retry}, on: [rejectedRateLimit] }, rateLimit: ${limiter}${more} } }
services:
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 1100ms] }, requests: [ { call: bank.pay } ], policy: again }
`,
        '30s',
      );
    const at = (limiter: string, retry?: string): readonly number[] =>
      sent(own(limiter, retry).at('bank.pay'));
    // A token each 500 ms: the one of 1500 ms, which a call may wait for from 1450 ms on.
    expect(at('{ rate: 2/s }')).toEqual([1000, 1500]);
    expect(at('{ rate: 2/s, maxWait: 50ms }')).toEqual([1000, 1500]);
    expect(at('{ kind: fixedWindow, limit: 1, window: 1s }')).toEqual([1000, 2000]);
    expect(at('{ kind: slidingLog, limit: 1, window: 700ms }')).toEqual([1000, 1700]);
    // Cycles of 400 ms: refused @1100 without a sleep, and admitted in the cycle of 1200 ms.
    const cycles =
      'kind: resilience4j, limitForPeriod: 1, limitRefreshPeriod: 400ms, timeoutDuration: 0ms';
    expect(at(`{ ${cycles}, retryAfter: true }`)).toEqual([1000, 1200]);
    // Refused @1150 after a sleep of 50 ms, and then near enough to the next cycle to reserve of it.
    const asleep = cycles.replace('timeoutDuration: 0ms', 'timeoutDuration: 50ms');
    expect(at(`{ ${asleep}, retryAfter: true }`)).toEqual([1000, 1200]);
    // Its exception names no time, nor does Envoy's limiter.
    expect(at(`{ ${cycles} }`)).toEqual([1000]);
    const envoy = 'kind: envoy, maxTokens: 1, fillInterval: 500ms';
    expect(at(`{ ${envoy} }`)).toEqual([1000]);
    expect(at(`{ ${envoy}, retryAfter: true }`)).toEqual([1000, 1500]);
    // Without the hint, or if it is ignored, the second try is made at once and refused.
    expect(at('{ rate: 2/s, retryAfter: false }')).toEqual([1000]);
    expect(at('{ rate: 2/s }', 'attempts: 2, respectRetryAfter: false')).toEqual([1000]);
    const silent = own('{ rate: 2/s, retryAfter: false }');
    expect(outcomes(silent.requests)).toEqual(['ok', 'rejectedRateLimit']);
  });

  it('a deadline that a wait for a token would pass is no reason to come back', () => {
    const { requests, at } = golden(
      `
policies:
  again:
    deadline: 300ms
    retry: { attempts: 2, on: [rejectedRateLimit] }
    rateLimit: { rate: 2/s, maxWait: 1s }
services:
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 1100ms] }, requests: [ { call: bank.pay } ], policy: again }
`,
      '30s',
    );
    expect(sent(at('bank.pay'))).toEqual([1000]);
    expect(outcomes(requests)).toEqual(['ok', 'rejectedRateLimit']);
  });

  it('a refusal that an instance goes by for a while says nothing of when', () => {
    // Refused by the store @1100 and back @1500 with its token; refused from memory @1150, and so again.
    const { at, requests } = golden(
      `
policies:
  again:
    retry: { attempts: 2, on: [rejectedRateLimit] }
    rateLimit: { rate: 2/s, scope: caller, store: { latency: 0ms, cache: 100ms } }
services:
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 1100ms, 1150ms] }, requests: [ { call: bank.pay } ], policy: again }
`,
      '30s',
    );
    expect(sent(at('bank.pay'))).toEqual([1000, 1500]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedRateLimit']);
  });

  it('divergence 17: a hint that ends at or after the deadline is not waited for', () => {
    const { requests, at } = golden(
      `
policies: { again: { deadline: 8s, retry: { attempts: 2 } } }
services:
  bank: { middleware: [ { rateLimit: ${LIMIT} } ], endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [1s, 2s, 3s] }, requests: [ { call: bank.pay } ], policy: again }
`,
      '30s',
    );
    // The window ends at 10 s: that is the deadline of the call of 2 s, and before that of 3 s.
    expect(sent(at('bank.pay'))).toEqual([1000, 2000, 3000, 10_000]);
    expect(outcomes(requests)).toEqual(['ok', 'throttled', 'ok']);
    expect(requests[1].answered).toBe(2000);
  });
});

/** A caller of `front`, which calls a bank that is busy for the first 5 s. */
function behind(front: string, busy: string, more = '') {
  return golden(
    `
policies: { again: { retry: { attempts: 2, backoff: { kind: constant, base: 100ms } } } }
${front}
services:
  ${more}
  bank: { endpoints: { pay: [ { ${busy}, when: { workload: users } } ] } }
workloads:
  users: { arrivals: { at: [1s] }, requests: [ { call: front } ], policy: again }
`,
    '30s',
  );
}

describe('a hint of an endpoint', () => {
  const BUSY = 'fail: { status: 503, retryAfter: 2s }';
  const GATEWAY = 'gateways: { front: { routes: [ { to: bank.pay } ] } }';

  it('is passed on by a gateway with the status it came with', () => {
    const { at } = behind(GATEWAY, BUSY);
    expect(at('bank.pay').map((row) => row.sent)).toEqual([1000, 3000]);
  });

  it('ends at a service, which answers for itself', () => {
    const front = 'front: { endpoints: { go: [ call: bank.pay ] } }';
    const { at } = behind('', BUSY, front);
    expect(at('bank.pay').map((row) => row.sent)).toEqual([1000, 1100]);
  });

  it('is not passed on with another status: a gateway that gives up answers 504 for itself', () => {
    const own = GATEWAY.replace('bank.pay }', 'bank.pay, policy: { timeout: 1ms } }');
    const late = 'parallel: [ [ { wait: 5ms }, { fail: { status: 503, retryAfter: 2s } } ] ]';
    expect(
      behind(own, late)
        .at('bank.pay')
        .map((row) => row.sent),
    ).toEqual([1000, 1101]);
  });

  it('that says never is obeyed through a gateway', () => {
    const { at } = behind(GATEWAY, 'fail: { status: 503, retryAfter: never }');
    expect(at('bank.pay')).toHaveLength(1);
  });

  it('goes with the failure of a branch, a self call and a fork', () => {
    const ask = (steps: string, policy = '{ retry: { attempts: 2 } }'): readonly number[] =>
      sent(
        golden(
          `
services:
  bank:
    replicas: 2
    endpoints:
      pay: ${steps}
      deep: [ fail: { status: 503, retryAfter: 3s } ]
workloads:
  users: { arrivals: { at: [1s] }, requests: [ { call: bank.pay } ], policy: ${policy} }
`,
          '30s',
        ).at('bank.pay'),
      );
    expect(
      ask('[ parallel: [ { wait: 9s }, { fail: { status: 503, retryAfter: 2s } } ] ]'),
    ).toEqual([1000, 3000]);
    expect(ask('[ call: self.deep ]')).toEqual([1000, 4000]);
    const hedged = '{ retry: { attempts: 2 }, hedge: { after: 10ms } }';
    const slow = '[ { wait: 20ms }, { fail: { status: 503, retryAfter: 2s } } ]';
    // The hedge is the last to fail, at 30 ms: its hint is that of the call.
    expect(ask(slow, hedged)).toEqual([1000, 1010, 3030, 3040]);
  });

  it('survives the pause of a caller', () => {
    const { at } = golden(
      `
policies: { again: { retry: { attempts: 2 } } }
services:
  shop: { outbound: again, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ { wait: 10ms }, { fail: { status: 503, retryAfter: 2s } } ] } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: gc, kind: pause, target: shop, at: 1005ms, for: 1s } ]
`,
      '30s',
    );
    expect(sent(at('bank.pay'))).toEqual([1000, 4005]);
  });
});
