import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import { golden, instants, outcomes, sent } from './tracing.js';

const named = (rows: readonly Row[]): string =>
  rows.map(({ instance }) => instance.replace(/^\w+\[(\d+)\]$/, '$1')).join(' ');

const counts = (rows: readonly Row[], size: number): number[] =>
  Array.from(
    { length: size },
    (_, k) => rows.filter(({ instance }) => instance === `s[${k}]`).length,
  );

describe('G22: smooth weighted round robin', () => {
  it.each([
    ['[5, 1, 1]', 3, '0 0 1 0 2 0 0 0 0 1 0 2 0 0'],
    ['[4, 2, 1]', 3, '0 1 0 2 0 1 0 0 1 0 2 0 1 0'],
    ['[3, 2]', 2, '0 1 0 1 0 0 1 0 1 0 0 1 0 1'],
  ])('%s', (weights, replicas, wanted) => {
    const { at } = golden(`
services:
  s: { replicas: ${replicas}, loadBalancing: { kind: weighted, weights: ${weights} }, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 130, 10, 'ms')} ] }, requests: [ { call: s } ] } }
`);
    expect(named(at('s.get'))).toBe(wanted);
  });
});

describe('G23: least connections, where ties go round as in nginx', () => {
  // Service 12 ms at the first, 30 ms at the second (2.5 times as slow); arrivals 0, 5, ... 45.
  it('takes the idle one, and of equals the next in the round', () => {
    const { at } = golden(`
services:
  s: { replicas: 2, loadBalancing: leastConnections, endpoints: { get: [ wait: 12ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 45, 5, 'ms')} ] }, requests: [ { call: s } ] } }
faults: [ { id: slow, kind: slow, target: 's[1]', factor: 2.5, at: 0s, for: 1h } ]
`);
    // 10: one each, 0 is next. 15: 0 has one (since 10), 1 has one (since 5), 1 is next. 20: 0 has one, 1
    // has two. 25: one and two. 30: 0 has one (since 25; that of 20 till 32: two), 1 has two: 1 is next
    // in the round. 35: 1 has two (15, 30), 0 has one. 40: 0 has one (35), 45: two against two.
    expect(named(at('s.get'))).toBe('0 1 0 1 0 0 1 0 0 1');
  });
});

describe('divergence 29: round robin of many callers is no round robin of all', () => {
  const ten = (balancing: string): string => `
services:
  shop: { replicas: 10, endpoints: { page: [ call: s.get ] } }
  s: { replicas: 5, loadBalancing: ${balancing}, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 290, 10, 'ms')} ] }, requests: [ { call: shop } ] } }
`;

  it('ten callers begin at the same instance, and 30 calls fall on three of five', () => {
    const { at } = golden(ten('roundRobin'));
    expect(counts(at('s.get'), 5)).toEqual([10, 10, 10, 0, 0]);
  });

  it('with a random start each caller has its place, and the spread is still not even', () => {
    const { at } = golden(ten('{ kind: roundRobin, randomStart: true }'));
    const spread = counts(at('s.get'), 5);
    expect(spread.every((count) => count > 0)).toBe(true);
    expect(new Set(spread).size).toBeGreaterThan(1);
  });
});

describe('divergence 30: ten callers have ten views', () => {
  it('no caller sees the attempts of another: ten first calls go to one instance', () => {
    const views = (shops: number): number[] =>
      counts(
        golden(`
services:
  shop: { replicas: ${shops}, endpoints: { page: [ call: s.get ] } }
  s: { replicas: 5, loadBalancing: leastConnections, endpoints: { get: [ wait: 10s ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 9, 1, 'ms')} ] }, requests: [ { call: shop } ] } }
`).at('s.get'),
        5,
      );
    expect(views(10)).toEqual([10, 0, 0, 0, 0]);
    expect(views(1)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('nginx', () => {
  const crashed = (more: string, policy = '{}'): string => `
services:
  s: { replicas: 3, loadBalancing: { kind: nginx${more} }, endpoints: { get: { readOnly: true, steps: [ wait: 1ms ] } } }
workloads:
  users:
    arrivals: { at: [ ${instants(0, 39_900, 100, 'ms')} ] }
    requests: [ { call: s } ]
    policy: ${policy}
faults: [ { id: gone, kind: crash, target: 's[0]', at: 5s, for: 20s } ]
`;

  it('finds out by failing that one is down, and asks again every 11 s', () => {
    const { at } = golden(crashed(''));
    const failed = at('s.get').filter(({ outcome }) => outcome === 'refused');
    // At 5 s; from second 16 on, in the fifth pick; from second 27 on in the fourth, when it is up.
    expect(sent(failed)).toEqual([5100, 16_400]);
    const first = at('s.get').filter(({ instance }) => instance === 's[0]');
    expect(sent(first).filter((time) => time > 16_400)[0]).toBe(27_300);
  });

  it('another kind learns of it at once', () => {
    const { requests } = golden(crashed('').replace('kind: nginx', 'kind: weighted, weights: [1]'));
    expect(new Set(outcomes(requests))).toEqual(new Set(['ok']));
  });

  it('a state per instance called has the pick outside of it, and tells it of timeouts all the same', () => {
    const slow = (policy: string): number => {
      const { at } = golden(
        crashed('', policy).replace('kind: crash, target', 'kind: hang, target'),
      );
      return at('s.get').filter(({ outcome }) => outcome === 'timeout').length;
    };
    expect(slow('{ timeout: 50ms }')).toBe(2);
    expect(slow('{ timeout: 50ms, circuitBreaker: { failureThreshold: 100, per: target } }')).toBe(
      2,
    );
  });

  it('with all left out attempts are refused on the spot', () => {
    const { requests, ran } = golden(crashed('').replace("target: 's[0]'", 'target: s'));
    const during = requests.filter((row) => row.sent >= 5000 && row.sent < 16_000);
    expect(outcomes(during).slice(0, 3)).toEqual(['refused', 'refused', 'refused']);
    expect(new Set(outcomes(during).slice(3))).toEqual(new Set(['rejectedBreaker']));
    expect(ran.variant().edges['users->s']!.counters['breakerRejected']).toBeGreaterThan(200);
  });
});

describe('slowStart', () => {
  it('an instance that comes back gets its share bit by bit, and has it at the end of the window', () => {
    const { at } = golden(`
services:
  s: { replicas: 2, loadBalancing: { kind: roundRobin, slowStart: { window: 20s } }, endpoints: { get: [ work: 0ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 49_990, 10, 'ms')} ] }, requests: [ { call: s } ] } }
faults: [ { id: gone, kind: crash, target: 's[0]', at: 5s, for: 5s } ]
`);
    const share = (from: number, to: number): number => {
      const rows = at('s.get').filter((row) => row.sent >= from && row.sent < to);
      return rows.filter(({ instance }) => instance === 's[0]').length / rows.length;
    };
    expect(share(0, 5000)).toBe(0.5);
    // A tenth of the other's weight up to 2 s, then t / 20: 1/11, and w / (1 + w) at 6, 10 and 18 s.
    expect(share(10_000, 12_000)).toBeCloseTo(1 / 11, 1.5);
    expect(share(15_500, 16_500)).toBeCloseTo(0.3 / 1.3, 1.3);
    expect(share(19_500, 20_500)).toBeCloseTo(0.5 / 1.5, 1.3);
    expect(share(27_000, 29_000)).toBeCloseTo(0.9 / 1.9, 1.3);
    expect(share(31_000, 50_000)).toBeCloseTo(0.5, 2);
  });
});

describe('subset', () => {
  const pairs = (balancing: string): Set<string> => {
    const { rows, at } = golden(`
services:
  shop: { replicas: 6, endpoints: { page: [ call: s.get ] } }
  s: { replicas: 12, loadBalancing: ${balancing}, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${instants(0, 2990, 10, 'ms')} ] }, requests: [ { call: shop } ] } }
`);
    const callerOf = new Map(rows.map((row) => [row.id, row.instance]));
    return new Set(at('s.get').map((row) => `${callerOf.get(row.parent)} ${row.instance}`));
  };

  it('6 callers of 12 instances have 6 x 2 pairs of them, not 6 x 12', () => {
    expect(pairs('roundRobin').size).toBe(72);
    const bounded = pairs('{ kind: roundRobin, subset: { size: 2 } }');
    expect(bounded.size).toBe(12);
    expect(new Set([...bounded].map((pair) => pair.split(' ')[1])).size).toBe(12);
    expect(pairs('{ kind: random, subset: { size: 2, kind: random } }').size).toBe(12);
    expect(pairs('{ kind: roundRobin, subset: { size: 50 } }').size).toBe(72);
  });
});
