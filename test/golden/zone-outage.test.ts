import { describe, expect, it } from 'vitest';
import { INSTANCE_STATE, JOURNAL } from '../../src/contracts/record/record.js';
import { golden, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** Two replicas in each of two zones, and a database with a node in each. */
const WORLD = `
network: { zones: { a: {}, b: {} } }
services:
  shop: { replicas: 4, zone: [a, b], endpoints: { buy: [ query: items.get ] } }
databases:
  items: { replicas: { count: 1 }, zone: [b, a], operations: { get: { wait: 1ms } } }
`;
const USERS = `
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] } }
`;

const outage = (own: string, at = '1s', length = '2s', id = 'out'): string =>
  `{ id: ${id}, kind: zoneOutage, target: a, at: ${at}, for: ${length}${own} }`;

function world(faults: string, more = '', length = '1m'): Traced {
  return golden(`${WORLD}${more}${USERS}\nfaults: [ ${faults} ]\n`, length);
}

/** When each instance went down and came up, by its name. Unit: ms. */
function turns({ ran }: Traced): Readonly<Record<string, readonly number[]>> {
  const plan = ran.plans[0]!;
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  const found: Record<string, number[]> = {};
  timeNs.forEach((at, k) => {
    if (kind[k] !== JOURNAL.instance) return;
    const { component, index } = plan.instances[subject[k]!]!;
    const times = (found[`${plan.components[component]!.name}[${index}]`] ??= []);
    expect(value[k]).toBe(times.length % 2 === 0 ? INSTANCE_STATE.down : INSTANCE_STATE.up);
    times.push(at / 1e6);
  });
  return found;
}

describe('zoneOutage', () => {
  it('takes everything in the zone and nothing else, and gives it back after its recovery', () => {
    const all = (times: readonly number[]): unknown => ({
      'shop[0]': times,
      'shop[2]': times,
      'items[1]': times,
    });
    expect(turns(world(outage('')))).toEqual(all([1000, 3000]));
    expect(turns(world(outage(', recovery: 1500ms')))).toEqual(all([1000, 4500]));
    // The end of the run comes first.
    expect(turns(world(outage(', recovery: 2m')))).toEqual(all([1000]));
    expect(turns(world(outage(', recovery: 1500ms', '1s', 'none')))).toEqual(all([1000]));
  });

  it('ends when its length is over, whatever still is to come back', () => {
    const { ran } = world(outage(', recovery: 1500ms'));
    const { timeNs, kind } = ran.records[0]![0]!.journal;
    const ends = [...timeNs].filter((_, k) => kind[k] === JOURNAL.fault);
    expect(ends).toEqual([1e9, 3e9]);
  });

  it('draws for each instance and each time, whatever else the file contains', () => {
    const own = ', recovery: exponential(1s), every: 15s, count: 2';
    const alone = turns(world(outage(own)));
    const back = Object.values(alone).flatMap((times) => [times[1]! - 3000, times[3]! - 18_000]);
    expect(back.length).toBe(6);
    expect(new Set(back).size).toBe(6);
    for (const delay of back) expect(delay).toBeGreaterThan(0);
    const other = ', { id: also, kind: slow, target: shop, factor: 2, at: 1s, for: 1s }';
    const more = `
  another: { replicas: 2, zone: [b, a], endpoints: { do: [ wait: 1ms ] } }`;
    const text = WORLD.replace('services:', `services:${more}`);
    const crowd = turns(golden(`${text}${USERS}\nfaults: [ ${outage(own)}${other} ]\n`, '1m'));
    expect(crowd).toMatchObject(alone);
    expect(Object.keys(crowd)).toContain('another[1]');
  });

  it('adds the start-up of the process', () => {
    const text = WORLD.replace('replicas: 4,', 'replicas: 4, lifecycle: { startup: 200ms },');
    const traced = golden(`${text}${USERS}\nfaults: [ ${outage(', recovery: 1s')} ]\n`, '1m');
    expect(turns(traced)['shop[0]']).toEqual([1000, 4200]);
    expect(turns(traced)['items[1]']).toEqual([1000, 4000]);
  });

  it('takes some of the instances, if configured', () => {
    const some = turns(world(outage(', recovery: 1s, instances: [0]')));
    expect(some).toEqual({ 'shop[0]': [1000, 4000] });
  });

  it('stays down while a crash lasts, or the next outage of a row', () => {
    const crash = ", { id: c, kind: crash, target: 'shop[0]', at: 2s, for: 5s }";
    const both = turns(world(outage(', recovery: 1s') + crash));
    expect(both['shop[0]']).toEqual([1000, 7000]);
    expect(both['shop[2]']).toEqual([1000, 4000]);
    const short = turns(world(outage(', recovery: 10s') + crash));
    expect(short['shop[0]']).toEqual([1000, 13_000]);
    // 1 s to 2 s and 2.5 s more; from 4 s on again, up to 5 s and 2.5 s more.
    const row = turns(world(outage(', recovery: 2500ms, every: 3s, count: 2', '1s', '1s')));
    expect(row['shop[0]']).toEqual([1000, 7500]);
  });
});

describe('what callers see of a zone that is out', () => {
  const asked = (own: string, at: string, more = ''): Traced =>
    golden(
      `
network: { latency: 1ms, zones: { a: {}, b: {} } }
services:
  web: { zone: b, outbound: hop, endpoints: { get: [ call: shop.buy ] } }
  shop: { zone: a, endpoints: { buy: [ wait: 10ms ] } }
policies: { hop: { timeout: 100ms } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: web.get } ] } }
faults: [ { id: out, kind: zoneOutage, target: a, at: 1s, for: 1s${own} }${more} ]
`,
      '10s',
    );

  it('is silence, and a refusal if only the processes are down', () => {
    const silent = asked('', '1500ms');
    expect(outcomes(silent.at('shop.buy'))).toEqual(['timeout']);
    // A way of 1 ms in each direction, and all of the time limit.
    expect(latencies(silent.requests)).toEqual([102]);
    const refused = asked(', blackhole: false', '1500ms').at('shop.buy');
    expect(outcomes(refused)).toEqual(['refused']);
    expect(latencies(refused)).toEqual([2]);
  });

  it('lasts to the end of the recovery', () => {
    const rows = asked(', recovery: 1s', '2500ms, 2990ms, 3000ms').at('shop.buy');
    expect(outcomes(rows)).toEqual(['timeout', 'timeout', 'ok']);
  });

  it('becomes a refusal when the host is back and a crash continues', () => {
    const crash = ', { id: c, kind: crash, target: shop, at: 1500ms, for: 3s }';
    const rows = asked(', recovery: 1s', '2500ms, 3500ms, 4500ms', crash).at('shop.buy');
    expect(outcomes(rows)).toEqual(['timeout', 'refused', 'ok']);
  });

  it('depends on what was seen before: a process known to be down is not asked again', () => {
    const traced = (faults: string, at: string): Traced =>
      golden(
        `
network: { zones: { a: {}, b: {} } }
services:
  web: { zone: b, outbound: hop, endpoints: { get: [ call: shop.buy ] } }
  shop: { replicas: 3, zone: [a, a, b], endpoints: { buy: [ wait: 10ms ] } }
policies: { hop: { timeout: 100ms } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: web.get } ] } }
faults: [ ${faults} ]
`,
        '10s',
      );
    const four = '1500ms, 1501ms, 1502ms, 1503ms';
    const count = (faults: string, at: string): number =>
      outcomes(traced(faults, at).at('shop.buy')).filter((outcome) => outcome === 'timeout').length;
    const crash = "{ id: c, kind: crash, target: 'shop[0]', at: 500ms, for: 5s }";
    // Two of three hosts are silent; one of two where the first had been seen to die.
    expect(count(outage('', '1s', '1s'), '1500ms, 1501ms, 1502ms')).toBe(2);
    expect(count(`${outage('', '1s', '1s')}, ${crash}`, four)).toBe(2);
    // The hosts are back, but one process is not: all callers see it.
    const later = "{ id: c, kind: crash, target: 'shop[1]', at: 1200ms, for: 5s }";
    const calls = traced(`${outage('', '1s', '1s')}, ${later}`, '2500ms, 2501ms, 2502ms');
    expect(outcomes(calls.at('shop.buy'))).toEqual(['ok', 'ok', 'ok']);
  });

  it('is a zone, and nothing smaller', () => {
    expect(() => asked('', '0ms').at('shop.buy')).not.toThrow();
    expect(() =>
      world('{ id: out, kind: zoneOutage, target: shop, zone: a, at: 1s, for: 1s }'),
    ).toThrow('zoneOutage cannot target shop; expected zones');
  });
});
