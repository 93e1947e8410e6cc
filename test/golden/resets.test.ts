import { describe, expect, it } from 'vitest';
import { line, opened } from './line.js';
import { golden, latencies, outcomes } from './tracing.js';

const resets = (more: string): string =>
  `faults: [ { id: resets, kind: reset, target: far, at: 900ms, for: 200ms, ${more} } ]`;
/** Requests before, during and after the fault. */
const AT = '0ms, 1s, 2s';

describe('a reset on arrival', () => {
  it('fails the call without its work, and closes the connection over HTTP/1.1', () => {
    const traced = line({ at: AT, connections: '{}', more: resets('') });
    // A round trip takes 30 ms and the work 20 ms. The first and the last request open a connection.
    expect(latencies(traced.requests)).toEqual([80, 30, 80]);
    expect(opened(traced)).toBe(2);
  });

  it('ends only the stream over HTTP/2', () => {
    const traced = line({
      at: AT,
      connections: '{}',
      protocol: '{ kind: http2 }',
      more: resets(''),
    });
    expect(latencies(traced.requests)).toEqual([80, 30, 50]);
    expect(opened(traced)).toBe(1);
  });
});

describe('a reset after the work', () => {
  it('comes when the answer would have come', () => {
    const traced = line({ at: AT, connections: '{}', more: resets('afterWork: true') });
    expect(latencies(traced.requests)).toEqual([80, 50, 80]);
    expect(opened(traced)).toBe(2);
  });
});

describe('a caller', () => {
  const shop = (fault: string, retry = ''): string => `
services:
  bank: { endpoints: { charge: [ wait: 10ms ] } }
  shop: { endpoints: { buy: [ { call: bank.charge, ${retry} } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
faults: [ { id: resets, kind: reset, target: bank.charge, at: 0ms, for: 5ms, ${fault} } ]
`;
  const retry =
    'policy: { retry: { attempts: 2, on: [ reset ], backoff: { kind: constant, base: 20ms } } }';

  it('sees the outcome reset, and answers 502 itself', () => {
    const traced = golden(shop(''), '1m');
    expect(outcomes(traced.at('bank.charge'))).toEqual(['reset']);
    const [own] = traced.at('shop.buy');
    expect([own!.outcome, own!.status]).toEqual(['serverError', 502]);
  });

  it('that retries has the work done twice after a reset of the answer, once after one on arrival', () => {
    const figures = (fault: string): readonly unknown[] => {
      const traced = golden(shop(fault, retry), '1m');
      const executed = traced.at('bank.charge').filter(({ ended }) => ended >= 10).length;
      return [outcomes(traced.requests), outcomes(traced.at('bank.charge')), executed];
    };
    expect(figures('')).toEqual([['ok'], ['reset', 'ok'], 1]);
    expect(figures('afterWork: true')).toEqual([['ok'], ['reset', 'ok'], 2]);
  });

  it('is hit in the share that is written', () => {
    const traced = golden(
      `
services: { bank: { runtime: async, endpoints: { charge: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: bank.charge } ] } }
faults: [ { id: resets, kind: reset, target: bank, share: 20%, at: 0s, for: 10s } ]
`,
      '10s',
    );
    const hit = outcomes(traced.at('bank.charge')).filter((one) => one === 'reset').length;
    // 10,000 requests: 2,000 with a standard deviation of 40.
    expect(Math.abs(hit - 2000)).toBeLessThan(120);
  });
});

describe('a database', () => {
  it('that resets a query makes its pool open another connection', () => {
    const run = (fault: string): readonly number[] =>
      latencies(
        golden(
          `
network: { links: [ { between: [ shop, db ], latency: 15ms } ] }
databases:
  db: { connect: 40ms, operations: { read: { wait: 5ms } }, pool: { kind: hikari, maximumPoolSize: 1 } }
services:
  shop: { endpoints: { buy: [ query: db.read ] } }
workloads:
  users: { arrivals: { at: [ 1s, 1100ms, 1140ms ] }, requests: [ { call: shop.buy } ] }
faults: [ ${fault} ]
`,
          '1m',
        ).requests,
      );
    // A round trip of 30 ms and the work.
    expect(run('').slice(1)).toEqual([35, 35]);
    const [, second, third] = run('{ id: resets, kind: reset, target: db, at: 1090ms, for: 45ms }');
    expect(second).toBe(30);
    // The new connection is there at 1170 ms at the earliest, for a query of 1140 ms.
    expect(third).toBeGreaterThanOrEqual(65);
  });
});
