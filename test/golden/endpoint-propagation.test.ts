import { describe, expect, it } from 'vitest';
import { golden, instants, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** Two replicas of `s`, called in turn every 100 ms from 0.05 s on; the first one is away from 1 to 2 s. */
const called = (platform: string, more = '', fault = 'for: 1s', length = 6000): Traced =>
  golden(
    `
${platform === '' ? '' : `platform: { ${platform} }`}
services:
  s: { replicas: 2, ${more}endpoints: { serve: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [ ${instants(50, length, 100, 'ms')} ] }, requests: [ { call: s } ] }
faults: [ { id: out, kind: crash, target: s, instances: [0], at: 1s, ${fault} } ]
`,
    '10s',
  );

/** When, in s, calls were refused: from the first to the last, and how many. */
function refused({ requests }: Traced): readonly [number, number, number] {
  const times = sent(requests.filter(({ outcome }) => outcome === 'refused'));
  return [Math.min(...times) / 1e3, Math.max(...times) / 1e3, times.length];
}

/** Time, in s, of the first call to the instance after its return. */
const backAt = (traced: Traced, since = 1.05): number =>
  traced
    .at('s.serve')
    .find((row) => row.instance === 's[0]' && row.sent / 1e3 > since && row.outcome === 'ok')!
    .sent / 1e3;

describe('platform.endpointPropagation', () => {
  it('takes no time by default: a dead instance is not called, a returned one is', () => {
    const traced = called('');
    expect(outcomes(traced.requests).filter((outcome) => outcome !== 'ok')).toEqual([]);
    expect(backAt(traced)).toBeLessThanOrEqual(2.15);
    expect(
      called(
        'kind: kubernetes, endpointPropagation: 0ms',
        '',
        'for: 0s',
      ).ran.plans[0]!.components.every(({ propagation }) => propagation === null),
    ).toBe(true);
  });

  it('lets callers call a dead instance until they learn of its death', () => {
    // Every second one of the six calls from 1.05 s to 1.55 s.
    expect(refused(called('endpointPropagation: 600ms'))).toEqual([1.05, 1.45, 3]);
  });

  it('lets no caller call a returned instance until then', () => {
    const back = backAt(called('endpointPropagation: 600ms'));
    expect(back).toBeGreaterThanOrEqual(2.6);
    expect(back).toBeLessThanOrEqual(2.75);
  });

  it.each([1, 3])('refuses callers whose list is empty, whichever of %d are back', (replicas) => {
    const { requests } = golden(
      `
platform: { endpointPropagation: 500ms }
services: { s: { replicas: ${String(replicas)}, endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { at: [ ${instants(50, 6000, 100, 'ms')} ] }, requests: [ { call: s } ] } }
faults: [ { id: out, kind: crash, target: s, at: 1s, for: 1s } ]
`,
      '10s',
    );
    const times = sent(requests.filter(({ outcome }) => outcome === 'refused'));
    expect([Math.min(...times), Math.max(...times), times.length]).toEqual([1050, 2450, 15]);
  });

  it('counts from when the process has started', () => {
    const back = backAt(called('endpointPropagation: 600ms', 'lifecycle: { startup: 500ms }, '));
    expect(back).toBeGreaterThanOrEqual(3.1);
    expect(back).toBeLessThanOrEqual(3.25);
  });

  it('has no effect if an instance is back before its death is known, except for the time in between', () => {
    // Down for 300 ms: its callers see it down from 1.6 s to 1.9 s, when it is up.
    const traced = called('endpointPropagation: 600ms', '', 'for: 300ms');
    expect(refused(traced)[2]).toBeLessThanOrEqual(2);
    const away = traced.at('s.serve').filter((row) => row.sent > 1600 && row.sent < 1900);
    expect(away.map(({ instance }) => instance)).toEqual(['s[1]', 's[1]', 's[1]']);
  });

  it('keeps the order of the news, whatever they take', () => {
    // Some news of the death take longer than those of the return: no caller is left with the wrong list.
    const traced = golden(
      `
platform: { endpointPropagation: uniform(0ms 2s) }
services:
  s: { replicas: 2, endpoints: { serve: [ wait: 1ms ] } }
  front: { replicas: 20, endpoints: { go: [ call: s ] } }
workloads:
  users: { arrivals: { at: [ ${instants(50, 9000, 10, 'ms')} ] }, requests: [ { call: front } ] }
faults: [ { id: out, kind: crash, target: s, instances: [0], at: 1s, for: 200ms } ]
`,
      '10s',
    );
    const late = traced.at('s.serve').filter((row) => row.sent > 5300);
    const first = late.filter(({ instance }) => instance === 's[0]').length;
    expect(first / late.length).toBeCloseTo(0.5, 1);
    expect(late.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  it('is drawn for each calling instance', () => {
    const traced = golden(
      `
platform: { endpointPropagation: uniform(100ms 2s) }
services:
  s: { replicas: 2, endpoints: { serve: [ wait: 1ms ] } }
  front: { replicas: 20, endpoints: { go: [ call: s ] } }
workloads:
  users: { arrivals: { at: [ ${instants(50, 4000, 2, 'ms')} ] }, requests: [ { call: front } ] }
faults: [ { id: out, kind: crash, target: s, instances: [0], at: 1s, for: none } ]
`,
      '5s',
    );
    const last = new Map<string, number>();
    const names = new Map(traced.rows.map((row) => [row.id, row.instance]));
    for (const row of traced.at('s.serve')) {
      if (row.instance === 's[0]' && row.outcome === 'refused')
        last.set(names.get(row.parent)!, row.sent);
    }
    const times = [...last.values()].map((at) => at - 1000);
    expect(times).toHaveLength(20);
    expect(Math.min(...times)).toBeLessThan(500);
    expect(Math.max(...times)).toBeGreaterThan(1600);
    expect(times.reduce((sum, time) => sum + time, 0) / 20).toBeCloseTo(1050, -3);
  });

  it('has the same lists for all calls of one instance', () => {
    const traced = golden(
      `
platform: { endpointPropagation: uniform(100ms 2s) }
services:
  s: { replicas: 2, loadBalancing: random, endpoints: { serve: [ wait: 1ms ], other: [ wait: 1ms ] } }
  front: { endpoints: { go: [ { call: s.serve, optional: true }, { call: s.other, optional: true } ] } }
workloads:
  users: { arrivals: { at: [ ${instants(50, 4000, 10, 'ms')} ] }, requests: [ { call: front } ] }
faults: [ { id: out, kind: crash, target: s, instances: [0], at: 1s, for: none } ]
`,
      '5s',
    );
    const lastOf = (part: string): number =>
      Math.max(
        ...traced
          .at(part)
          .filter(({ outcome }) => outcome === 'refused')
          .map((row) => row.sent),
      );
    expect(Math.abs(lastOf('s.serve') - lastOf('s.other'))).toBeLessThanOrEqual(20);
  });

  it('does not apply to callers with a static list of their own', () => {
    const traced = called('endpointPropagation: 600ms', 'loadBalancing: nginx, ');
    const told = called('', 'loadBalancing: nginx, ');
    expect(outcomes(traced.requests)).toEqual(outcomes(told.requests));
  });
});
