import { describe, expect, it } from 'vitest';
import { golden, instants, sent } from './tracing.js';

/** A request each 100 ms to two instances, of which the first answers 500 before 1 s. */
const half = (policy: string, more = '', count = 19): string => `
services:
  s: { replicas: 2, ${more} endpoints: { get: { readOnly: true, steps: [ work: 0ms ] } } }
workloads:
  users:
    arrivals: { at: [ ${instants(0, count * 100, 100, 'ms')} ] }
    requests: [ { call: s.get } ]
    policy: ${policy}
faults: [ { id: e, kind: error, target: 's[0]', at: 0s, for: 1s } ]
`;

describe('divergence 2: a breaker is that of one caller and, per: target, of one instance', () => {
  const broken = '{ failureThreshold: 2, openDuration: 1s, per: target }';

  it('only calls to the instance that fails are refused', () => {
    const { at, ran } = golden(half(`{ circuitBreaker: ${broken} }`), '10s');
    const times = (instance: number): number[] =>
      sent(at('s.get').filter((row) => row.instance === `s[${instance}]`));
    // Round robin gives it every second one: failures at 0 and 200 open it until 1200.
    expect(times(0)).toEqual([0, 200, 1200, 1400, 1600, 1800]);
    expect(times(1)).toEqual([100, 300, 500, 700, 900, 1100, 1300, 1500, 1700, 1900]);
    const edge = ran.variant().edges['users->s']!;
    expect(edge.counters['breakerRejected']).toBe(4);
    const states = ran.variant().journal.filter(({ kind }) => kind === 'breaker');
    expect(states.map(({ subject, value }) => [subject, value])).toEqual([
      ['users[0]->s[0]', 'open'],
      ['users[0]->s[0]', 'halfOpen'],
      ['users[0]->s[0]', 'closed'],
    ]);
  });

  it('one for the whole callee never sees two failures in a row', () => {
    const { ran } = golden(
      half('{ circuitBreaker: { failureThreshold: 2, openDuration: 1s } }'),
      '10s',
    );
    expect(ran.variant().edges['users->s']!.counters['breakerRejected']).toBeUndefined();
  });

  it('retries outside of it are refused at one instance and answered by the other', () => {
    const { ran } = golden(
      half(`{ retry: { attempts: 2, on: [any] }, circuitBreaker: ${broken} }`),
      '10s',
    );
    expect(ran.variant().components['users']!.outcomes.ok).toBe(20);
  });

  it('what was outstanding is given back by a timeout, and least connections sees it', () => {
    const { at } = golden(
      `
services:
  s: { replicas: 2, loadBalancing: { kind: leastConnections }, endpoints: { get: [ wait: 300ms ] } }
workloads:
  users:
    arrivals: { at: [ 0ms, 10ms, 60ms, 70ms ] }
    requests: [ { call: s.get } ]
    policy: { circuitBreaker: ${broken}, timeout: 50ms }
`,
      '10s',
    );
    expect(at('s.get').map(({ instance }) => instance)).toEqual(['s[0]', 's[1]', 's[0]', 's[1]']);
  });
});

describe('retries on another instance', () => {
  const retries = (kind: string): string =>
    half(`{ retry: { ${kind}attempts: 2, on: [500] } }`, 'loadBalancing: { kind: random },', 9);

  it('fall on the same one again by chance', () => {
    const { at } = golden(retries(''), '10s');
    const first = at('s.get').filter((row) => row.attempt === 1 && row.instance === 's[0]');
    const again = at('s.get').filter((row) => row.attempt === 2 && row.instance === 's[0]');
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThan(first.length);
  });

  it('otherInstance: go to one that the call has not tried', () => {
    const { at } = golden(retries('otherInstance: true, '), '10s');
    const again = at('s.get').filter((row) => row.attempt === 2);
    expect(again.length).toBeGreaterThan(2);
    expect(new Set(again.map(({ instance }) => instance))).toEqual(new Set(['s[1]']));
  });

  it('otherInstance is what Istio does by default', () => {
    const body = retries('kind: istio, ').replace('on: [500]', 'on: [error]');
    const again = golden(body, '10s')
      .at('s.get')
      .filter((row) => row.attempt === 2);
    expect(new Set(again.map(({ instance }) => instance))).toEqual(new Set(['s[1]']));
  });
});
