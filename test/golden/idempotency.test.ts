import { describe, expect, it } from 'vitest';
import { golden, outcomes, sent } from './tracing.js';

interface Bank {
  readonly endpoint: string;
  readonly policy?: string;
  readonly at?: string;
  readonly more?: string;
  readonly bank?: string;
}

/** Users whose requests a shop turns into charges, with a timeout of 100 ms and three tries. */
function charges({ endpoint, policy = '', at = '1s', more = '', bank = '' }: Bank) {
  const traced = golden(
    `
keys: { order: sequence(count=2) }
policies:
  pay: { timeout: 100ms, retry: { attempts: 3, on: [timeout, reset, error, 409] } ${policy} }
services:
  shop: { runtime: async, outbound: pay, endpoints: { buy: [ call: bank.charge ] } }
  bank: { ${bank} endpoints: { charge: ${endpoint} } }
workloads: { users: { arrivals: { at: [${at}] }, requests: [ { call: shop.buy } ] } }
${more}
`,
    '10s',
  );
  const plan = traced.ran.plans[0]!;
  const part = plan.parts.findIndex(({ name }) => name === 'charge');
  const record = traced.ran.records[0]![0]!.parts[part]!;
  return {
    ...traced,
    charged: traced.at('bank.charge'),
    duplicates: record.duplicates.reduce((a, b) => a + b, 0),
    busyMs: record.busyNs.reduce((a, b) => a + b, 0) / 1e6,
  };
}

// The answers of the first second are lost on their way to the shop.
const LOST =
  'faults: [ { id: split, kind: partition, between: [shop, bank], direction: from, at: 1s, for: 150ms } ]';

describe('OX-6: an endpoint that is idempotent by a key', () => {
  const KEYED = '{ idempotent: request, steps: [ wait: 20ms ] }';

  it('answers a repetition with the stored result: no second effect, no duplicate', () => {
    const { charged, requests, duplicates, busyMs } = charges({ endpoint: KEYED, more: LOST });
    expect(sent(charged)).toEqual([1000, 1100, 1200]);
    // The responses sent at 1020 and 1100 are lost; that of 1200 is sent at once.
    expect(requests[0].answered).toBe(1200);
    expect(outcomes(requests)).toEqual(['ok']);
    expect(duplicates).toBe(0);
    expect(busyMs).toBe(20);
  });

  it('counts as idempotent, so that timeouts are retried by default', () => {
    const run = (endpoint: string): number =>
      golden(
        `
policies: { pay: { timeout: 10ms, retry: { attempts: 2 } } }
services: { bank: { endpoints: { charge: ${endpoint} } } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: bank } ], policy: pay } }
`,
        '5s',
      ).at('bank.charge').length;
    expect(run('[ wait: 20ms ]')).toBe(1);
    expect(run(KEYED)).toBe(2);
  });

  it('refuses a repetition with 409 while the first one is being executed', () => {
    const { charged, requests, busyMs } = charges({
      endpoint: '{ idempotent: request, steps: [ wait: 150ms ] }',
    });
    // 1000-1150 is executed; the try at 1100 gets a 409, and so does the one that follows at once.
    expect(sent(charged)).toEqual([1000, 1100, 1100]);
    expect(outcomes(charged)).toEqual(['timeout', 'clientError', 'clientError']);
    expect(outcomes(requests)).toEqual(['clientError']);
    expect(busyMs).toBe(150);
  });

  it('tells the values of a key apart, and keeps them for the window', () => {
    // Arrivals 0 to 5 have the orders 0, 1, 0, 1, 0, 1.
    const at = '1s, 2s, 3s, 4s, 5s, 6s';
    const run = (window: string): number =>
      charges({
        endpoint: `{ idempotent: { key: order, window: ${window} }, steps: [ wait: 20ms ] }`,
        at,
      }).busyMs;
    expect(run('24h')).toBe(2 * 20);
    // The result of 1020 is kept until 3000 and no longer; that of 3020 until 5000.
    expect(run('1980ms')).toBe(6 * 20);
    expect(run('1980001us')).toBe(4 * 20);
  });

  it('keeps failures too, as Stripe does, unless they are not to be stored', () => {
    const failing = (more: string): string =>
      `{ idempotent: { key: request ${more} }, steps: [ { wait: 20ms }, { fail: 500 } ] }`;
    const stored = charges({ endpoint: failing('') });
    expect(stored.busyMs).toBe(20);
    expect(stored.charged).toHaveLength(3);
    const again = charges({ endpoint: failing(', storeErrors: false') });
    expect(again.busyMs).toBe(60);
  });

  it('keeps what was done, not an error that took the place of the answer', () => {
    const flaky =
      'faults: [ { id: e, kind: error, target: bank, afterWork: true, at: 1s, for: 10ms } ]';
    const { requests, charged, busyMs, duplicates } = charges({ endpoint: KEYED, more: flaky });
    expect(outcomes(charged)).toEqual(['serverError', 'ok']);
    expect(outcomes(requests)).toEqual(['ok']);
    expect([busyMs, duplicates]).toEqual([20, 0]);
  });

  it('executes again what a crash has stopped', () => {
    const { charged, requests, busyMs } = charges({
      endpoint: KEYED,
      more: 'faults: [ { id: down, kind: crash, target: "bank[0]", at: 1010ms, for: 1s } ]',
      bank: 'replicas: 2,',
    });
    // Reset at 1010 ms, the other instance finds nothing of it and executes until 1030.
    expect(outcomes(charged)).toEqual(['reset', 'ok']);
    expect(requests[0].answered).toBe(1030);
    expect(busyMs).toBe(30);
  });

  it('has its result as soon as an answer has left, whatever is done behind it', () => {
    const { charged, requests } = charges({
      endpoint:
        '{ idempotent: request, steps: [ { wait: 20ms }, { respond: { status: 202, then: [ wait: 2s ] } } ] }',
      more: LOST,
    });
    expect(outcomes(charged).at(-1)).toBe('ok');
    expect(requests[0].answered).toBe(1200);
  });
});

describe('idempotencyKey of a bundle', () => {
  const KEY = ', idempotencyKey: request';

  it('divergence 18: makes any endpoint execute once for each value, a timed-out write too', () => {
    const plain = charges({ endpoint: '[ wait: 20ms ]', more: LOST });
    expect([plain.duplicates, plain.busyMs]).toEqual([2, 60]);
    const keyed = charges({ endpoint: '[ wait: 20ms ]', policy: KEY, more: LOST });
    expect([keyed.duplicates, keyed.busyMs]).toEqual([0, 20]);
    expect(outcomes(keyed.requests)).toEqual(['ok']);
  });

  it('yields to the key of the endpoint itself', () => {
    const at = '1s, 2s, 3s';
    const endpoint = '{ idempotent: order, steps: [ wait: 20ms ] }';
    expect(charges({ endpoint, policy: KEY, at }).busyMs).toBe(40);
  });

  it('is passed on by a gateway to the service behind it', () => {
    const run = (key: string) =>
      golden(
        `
policies: { pay: { timeout: 100ms, retry: { attempts: 3, on: [timeout] } ${key} } }
gateways: { edge: { routes: [ { to: bank.charge } ] } }
services: { bank: { endpoints: { charge: [ wait: 20ms ] } } }
workloads: { users: { arrivals: { at: [1s] }, requests: [ { call: edge } ], policy: pay } }
faults: [ { id: split, kind: partition, between: [users, edge], direction: from, at: 1s, for: 150ms } ]
`,
        '10s',
      );
    const executed = (key: string): number =>
      run(key)
        .at('bank.charge')
        .filter(({ begun, ended }) => ended - begun === 20).length;
    expect(executed('')).toBe(3);
    expect(executed(KEY)).toBe(1);
  });
});
