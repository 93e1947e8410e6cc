import { describe, expect, it } from 'vitest';
import { answered, begun, ended, golden, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/**
 * One call of `shop` at 0 to as many instances of `s` as there are attempts; each instance is slow in a different
 * way.
 */
function races(policy: string, first: string, more = '', service = ''): Traced {
  return golden(
    `
policies: { late: ${policy} }
services:
  shop: { runtime: async, outbound: late, endpoints: { get: [ call: s.get ] } }
  s: { replicas: 3, ${service}endpoints: { get: { readOnly: true, steps: [ ${first} ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: shop.get } ] } }
faults: [ ${more} ]
`,
    '10s',
  );
}

const slower = (instance: number, factor: number): string =>
  `{ id: l${instance}, kind: slow, target: 's[${instance}]', factor: ${factor}, at: 0s, for: 10s }`;

const GRPC = '{ hedge: { kind: grpc, attempts: 3, after: 100ms, nonFatal: [error] } }';

describe('G24: hedging after 100 ms, three attempts at most', () => {
  it('a: the answer of the hedge comes first, and the original is cancelled', () => {
    const { requests, at, ran } = races(GRPC, 'wait: 80ms', slower(0, 3.125));
    expect(sent(at('s.get'))).toEqual([0, 100]);
    expect(answered(requests)).toEqual([180]);
    expect(at('s.get').map(({ gone, outcome }) => [gone, outcome])).toEqual([
      [180, 'cancelled'],
      [-1, 'ok'],
    ]);
    const edge = ran.variant().edges['shop->s']!;
    expect([edge.calls, edge.attempts, edge.counters['hedges']]).toEqual([1, 2, 1]);
    expect(edge.attemptOutcomes).toMatchObject({ ok: 1, cancelled: 1 });
  });

  it('b: a failure that is not fatal sends the next at once, and the delay counts from there', () => {
    const { requests, at } = races(
      GRPC,
      'wait: 20ms',
      `${slower(0, 2)}, ${slower(1, 7.5)}, { id: e, kind: error, target: 's[0]', afterWork: true, at: 0s, for: 10s }`,
    );
    expect(sent(at('s.get'))).toEqual([0, 40, 140]);
    expect(answered(requests)).toEqual([160]);
    expect(at('s.get').map(({ gone }) => gone)).toEqual([-1, 160, -1]);
  });

  it('c: a fatal failure ends the call and cancels the hedge that runs', () => {
    const { requests, at } = races(
      '{ hedge: { kind: grpc, attempts: 3, after: 100ms } }',
      'wait: 130ms',
      `{ id: e, kind: error, target: 's[0]', afterWork: true, at: 0s, for: 10s }`,
    );
    expect(sent(at('s.get'))).toEqual([0, 100]);
    expect(answered(requests)).toEqual([130]);
    expect(outcomes(requests)).toEqual(['serverError']);
    expect(at('s.get').map(({ gone }) => gone)).toEqual([-1, 130]);
  });
});

describe('losers', () => {
  const HEDGE = '{ hedge: { after: 100ms } }';

  it('divergence 41: keep their server busy until the end of their work, and that is wasted', () => {
    const { at, ran } = races(HEDGE, 'wait: 80ms', slower(0, 3.125), 'concurrency: 1, ');
    expect(begun(at('s.get'))).toEqual([0, 100]);
    expect(ended(at('s.get'))).toEqual([250, 180]);
    const { components, edges } = ran.variant();
    // 250 ms of 330 ms; the entire execution counts, not only its rest.
    expect(components['s']!.wastedWork).toBeCloseTo(250 / 330, 9);
    expect(edges['shop->s']!.wastedWork).toBeCloseTo(250 / 330, 9);
  });

  it('divergence 41: stop as their component takes a cancellation', () => {
    const { at, ran } = races(
      HEDGE,
      'wait: 80ms',
      slower(0, 3.125),
      'concurrency: 1, cancellation: immediate, ',
    );
    expect(ended(at('s.get'))).toEqual([180, 180]);
    expect(ran.variant().components['s']!.wastedWork).toBeCloseTo(180 / 260, 9);
  });

  it('are no failures to a breaker inside', () => {
    const { ran, requests } = races(
      '{ hedge: { after: 100ms }, circuitBreaker: { failureThreshold: 1 } }',
      'wait: 80ms',
      slower(0, 3.125),
    );
    expect(outcomes(requests)).toEqual(['ok']);
    expect(ran.variant().edges['shop->s']!.breaker!.transitions).toEqual([]);
  });
});

describe('places of hedges', () => {
  const instances = ({ at }: Traced): string[] => at('s.get').map(({ instance }) => instance);
  const random = 'loadBalancing: { kind: random }, ';

  it('2.6: are not those of the other attempts, while there are others', () => {
    for (const [attempts, different] of [
      [2, 2],
      [3, 3],
      [5, 3],
    ] as const) {
      const traced = races(
        `{ hedge: { after: 10ms, attempts: ${attempts} } }`,
        'wait: 500ms',
        '',
        random,
      );
      const used = instances(traced);
      expect(used).toHaveLength(attempts);
      expect(new Set(used.slice(0, different)).size).toBe(different);
    }
  });

  it('2.6: remember attempts that are over', () => {
    const used = instances(
      races(
        '{ hedge: { kind: grpc, attempts: 3, nonFatal: [error], after: 1s } }',
        'fail: 500',
        '',
        random,
      ),
    );
    expect(new Set(used).size).toBe(3);
  });

  it('are whatever the balancer says where that is asked for', () => {
    const many = golden(
      `
services:
  s: { replicas: 2, loadBalancing: { kind: random }, endpoints: { get: { readOnly: true, steps: [ wait: 50ms ] } } }
workloads:
  users:
    arrivals: constant(10/s)
    requests: [ { call: s.get } ]
    policy: { hedge: { after: 10ms, otherInstance: false } }
`,
      '20s',
    );
    const rows = many.at('s.get');
    const same = rows.filter(({ attempt, parent, instance }) => {
      if (attempt === 1) return false;
      return rows.some(
        (row) => row.parent === parent && row.attempt === 1 && row.instance === instance,
      );
    });
    expect(rows).toHaveLength(2 * many.requests.length);
    expect(Math.abs(same.length - 100)).toBeLessThan(35);
  });
});

describe('attempts', () => {
  it('10.1: are first tries, retries and hedges, and each has a number', () => {
    const { at, ran, requests } = races(
      '{ hedge: { after: 10ms, attempts: 3 }, retry: { attempts: 2, on: [error] }, order: [retry, hedge] }',
      'wait: 15ms, fail: 500',
    );
    expect(sent(at('s.get'))).toEqual([0, 10, 20, 35, 45, 55]);
    expect(at('s.get').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 2, 3, 4]);
    expect(answered(requests)).toEqual([70]);
    const { counters, attempts, calls } = ran.variant().edges['shop->s']!;
    expect(attempts).toBe(calls + counters['retries']! + counters['hedges']!);
  });

  it('have their own retries if those are the inner layer', () => {
    const { at } = races(
      '{ hedge: { after: 10ms }, retry: { attempts: 2, on: [error] }, order: [hedge, retry] }',
      'wait: 15ms, fail: 500',
    );
    expect(sent(at('s.get'))).toEqual([0, 10, 15, 25]);
  });
});
