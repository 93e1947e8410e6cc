import { describe, expect, it } from 'vitest';
import { golden, latencies, outcomes, times } from './tracing.js';

/** Requests of 1 s each. */
const shop = (own: string, fault: string, at: string): string => `
services: { shop: { ${own}, endpoints: { buy: [ wait: 1s ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: cap, kind: threadLimit, target: shop, at: 5s, for: 10s, ${fault} } ]
`;
const run = (own: string, fault: string, at: string): readonly string[] =>
  outcomes(golden(shop(own, fault, at), '1m').requests);

describe('threadLimit', () => {
  it('fails requests at once that find as many others in the process', () => {
    const traced = golden(shop('concurrency: 10', 'max: 2', times(4, '6s')), '1m');
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'serverError', 'serverError']);
    expect(latencies(traced.requests)).toEqual([1000, 1000, 0, 0]);
    expect(traced.at('shop.buy')[3]!.status).toBe(500);
  });

  it('counts queued requests too', () => {
    const own = 'concurrency: 1, queue: { capacity: 5 }';
    expect(run(own, 'max: 2', times(4, '6s'))).toEqual(['ok', 'ok', 'serverError', 'serverError']);
    expect(run(own, 'max: 0', '6s')).toEqual(['serverError']);
  });

  it('counts requests that wait in a runtime without a thread for each', () => {
    expect(run('runtime: async, concurrency: 1', 'max: 2', times(3, '6s'))).toEqual([
      'ok',
      'ok',
      'serverError',
    ]);
  });

  it('leaves alone those that are inside when it begins, and admits all when it ends', () => {
    const at = `${times(3, '4500ms')}, 5s, 5600ms, ${times(3, '15s')}`;
    const ok = Array<string>(3).fill('ok');
    expect(run('concurrency: 10', 'max: 2', at)).toEqual([...ok, 'serverError', 'ok', ...ok]);
  });

  it('applies to each process, and the smallest limit wins', () => {
    const own = 'replicas: 2, concurrency: 10, loadBalancing: roundRobin';
    expect(run(own, 'max: 1', times(3, '6s'))).toEqual(['ok', 'ok', 'serverError']);
    expect([...run(own, 'max: 1, instances: [0], status: 503', times(4, '6s'))].sort()).toEqual([
      'ok',
      'ok',
      'ok',
      'serverError',
    ]);
  });

  it.each([
    [
      'services: { shop: { concurrency: 2, queue: { capacity: 3 }, endpoints: { buy: [ wait: 1s ] } } }',
      'max: 5',
      /never has more than 5 requests \(concurrency and queue\): write a smaller `max`/,
    ],
    [
      'functions: { shop: { kind: lambda, steps: [ wait: 1ms ] } }',
      'max: 5',
      /is a function, which has an environment for each request/,
    ],
  ])('is refused where it limits nothing', (section, fault, message) => {
    const text = `
${section}
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.${section.startsWith('f') ? 'invoke' : 'buy'} } ] } }
faults: [ { id: cap, kind: threadLimit, target: shop, at: 1s, for: 1s, ${fault} } ]
`;
    expect(() => golden(text)).toThrow(message);
  });
});
