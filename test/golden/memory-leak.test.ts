import { describe, expect, it } from 'vitest';
import { INSTANCE_STATE, JOURNAL } from '../../src/contracts/record/record.js';
import { golden, instants, outcomes, times, type Traced } from './tracing.js';

/** A service of 100 MiB with 20 MiB of its own and a leak. Returns the outcomes of its requests. */
function leaking(leak: string, at: string, more = '', host = ''): Traced {
  return golden(
    `
services:
  shop:
    concurrency: 100
    memory: { limit: 100MiB, base: 20MiB, perRequest: 10MiB }
    endpoints: { buy: [ wait: 10ms ] }
${host}
workloads: { users: { arrivals: { at: [ ${at === '' ? '2900ms' : at} ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: leak, kind: memoryLeak, target: shop, ${leak} } ${more} ]
`,
    '3s',
  );
}

/** When processes of the service died, and which of its replicas. Unit: ms. */
function deaths({ ran }: Traced): readonly (readonly [at: number, replica: number])[] {
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  const found: [number, number][] = [];
  timeNs.forEach((at, k) => {
    if (kind[k] === JOURNAL.instance && value[k] === INSTANCE_STATE.down)
      found.push([at / 1e6, ran.plans[0]!.instances[subject[k]!]!.index]);
  });
  return found;
}

const dead = (traced: Traced): readonly number[] => deaths(traced).map(([at]) => at);

describe('memoryLeak', () => {
  it('fills the rest over time, kills above the limit, and starts over', () => {
    // 80 MiB in a second, from 20 to 100; the limit itself still fits.
    const traced = leaking('rate: 80MiB/s, at: 0s, for: 2500ms', '');
    expect(dead(traced)).toEqual([1000.000001, 2000.000002]);
  });

  it('is nearer to the limit with requests in work, which die with the process', () => {
    // 20 + 10 + 80 t = 100 after 875 ms.
    const traced = leaking('rate: 80MiB/s, at: 0s, for: 1s', '100ms, 870ms, 880ms');
    expect(dead(traced)).toEqual([875.000001]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'reset', 'ok']);
  });

  it('stays behind with each request that begins', () => {
    // 20 + 3 x 20 + 10 fit, 20 + 4 x 20 + 10 do not: the fourth dies, and the fourth after it.
    const at = instants(0, 800, 100, 'ms');
    expect(dead(leaking('perRequest: 20MiB, at: 0s, for: none', at))).toEqual([300, 700]);
  });

  it('takes as much as a stressor at once, and no more', () => {
    const held = (max: string, requests: number): readonly number[] =>
      dead(leaking(`rate: unlimited, max: ${max}, at: 0s, for: 1s`, times(requests, '500ms')));
    expect(held('60MiB', 2)).toEqual([]);
    expect(held('60MiB', 3)).toEqual([500]);
    expect(held('70MiB', 2)).toEqual([500]);
    expect(dead(leaking('rate: 200MiB/s, max: 60MiB, at: 0s, for: none', '2s'))).toEqual([]);
  });

  it('frees what it held when it ends', () => {
    const second =
      ', { id: again, kind: memoryLeak, target: shop, rate: 80MiB/s, at: 1s, for: 990ms }';
    expect(dead(leaking('rate: 80MiB/s, at: 0s, for: 990ms', '', second))).toEqual([]);
  });

  it('adds up with another one', () => {
    const second = ', { id: more, kind: memoryLeak, target: shop, rate: 40MiB/s, at: 1s, for: 1s }';
    // 40 MiB in the first second, 80 MiB/s from then on.
    expect(dead(leaking('rate: 40MiB/s, at: 0s, for: 2s', '', second))).toEqual([1500.000001]);
  });

  it('keeps what one fault holds when another ends', () => {
    const stressor =
      ', { id: big, kind: memoryLeak, target: shop, rate: unlimited, max: 40MiB, at: 0s, for: 1s }';
    // 20 + 40 + 40 t reach the limit after 1 s: the stressor leaves just before, and 40 MiB more fit.
    const traced = leaking('rate: 40MiB/s, at: 0s, for: none', '', stressor);
    expect(dead(traced)).toEqual([2000.000001]);
    const longer = stressor.replace('for: 1s', 'for: 1100ms');
    expect(dead(leaking('rate: 40MiB/s, at: 0s, for: none', '', longer))[0]).toBe(1000.000001);
  });

  it('grows with a ramp', () => {
    // A ramp over 2 s to 80 MiB/s has lost 80 MiB at its end.
    const [first] = dead(leaking('rate: 80MiB/s, at: 0s, for: none, ramp: { up: 2s }', ''));
    expect(first).toBeCloseTo(2000, 3);
  });

  it('waits while the process starts', () => {
    const starting = leaking(
      'rate: 80MiB/s, at: 0s, for: none',
      '',
      '',
      '    lifecycle: { startup: 500ms }',
    );
    expect(dead(starting)).toEqual([1000.000001, 2500.000002]);
  });

  it('hits the replicas that it names', () => {
    const traced = leaking(
      'rate: 80MiB/s, instances: [1], at: 0s, for: 1500ms',
      '',
      '',
      '    replicas: 3',
    );
    expect(deaths(traced)).toEqual([[1000.000001, 1]]);
  });

  it('has a collector that runs by allocation run more often, as less is left', () => {
    const pauses = (leak: string): number => {
      const host = '    runtime: { kind: threads, gc: { allocated: 40MiB, pause: 15ms } }';
      const { requests } = leaking(leak, instants(0, 1950, 50, 'ms'), '', host);
      return requests.filter(({ sent, answered }) => answered - sent > 10).length;
    };
    // One at a time, 40 in all: every fourth meets a pause. With 5 MiB left from the 21st on, each does.
    expect(pauses('rate: 1B/s, at: 0s, for: none')).toBe(10);
    expect(pauses('rate: unlimited, max: 65MiB, at: 990ms, for: none')).toBe(5 + 20);
  });

  it('is refused without a limit, without a rate, and where nothing could ever start', () => {
    const refused = (leak: string, host?: string) => () => leaking(leak, '', '', host);
    expect(refused('at: 0s, for: 1s')).toThrow('a memoryLeak needs `rate`, `perRequest` or both');
    expect(refused('rate: unlimited, at: 0s, for: 1s')).toThrow('write `max`');
    expect(refused('rate: unlimited, max: 81MiB, at: 0s, for: 1s')).toThrow('does not fit');
    expect(() =>
      golden(
        `
services: { shop: { endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: leak, kind: memoryLeak, target: shop, rate: 1MiB/s, at: 0s, for: 1s } ]
`,
      ),
    ).toThrow('`shop` has no `memory.limit`');
  });
});
