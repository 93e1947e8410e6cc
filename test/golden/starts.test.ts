import { describe, expect, it } from 'vitest';
import { INSTANCE_STATE, JOURNAL } from '../../src/contracts/record/record.js';
import { streamKey, unit } from '../../src/kernel/rng.js';
import { answered, golden, instants, latencies, outcomes, times } from './tracing.js';

/** When the first pause of the only replica of `s` begins, in ms: a random part of `every`. */
function firstPause(everyMs: number): number {
  const key = streamKey(1, 0, 's/gc/0/every');
  return Math.round(unit(key.a, key.b, 0, 0, 1) * everyMs * 1e6) / 1e6;
}

const collected = (gc: string, steps: string, at: string, more = ''): string => `
services:
  s: { cpu: 1, runtime: { kind: threads, gc: ${gc} }, endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
${more}`;

describe('runtime.gc', () => {
  const gc = '{ every: 1s, pause: 200ms }';
  const first = firstPause(1000);

  it('stops work under way for as long as it takes, and again so long after its end', () => {
    const { requests } = golden(collected(gc, 'work: 3s', '0ms'));
    // 3 s of work in pieces of `first`, 1 s, 1 s and the rest: three pauses.
    expect(latencies(requests)[0]).toBeCloseTo(3000 + 3 * 200, 5);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(1000);
  });

  it('takes what has come meanwhile all at once, at its end', () => {
    const during = [10, 20, 150].map((ms) => `${(first + ms).toFixed(3)}ms`).join(', ');
    const { requests, at } = golden(collected(gc, 'wait: 5ms', during));
    for (const row of at('s.serve')) expect(row.begun).toBeCloseTo(first + 200, 3);
    expect(latencies(requests).map(Math.round)).toEqual([195, 185, 55]);
  });

  it('does not stop the clocks of its callers', () => {
    const during = `${(first + 10).toFixed(3)}ms`;
    const { requests } = golden(
      collected(gc, 'wait: 5ms', during).replace(
        'call: s }',
        'call: s, policy: { timeout: 50ms } }',
      ),
    );
    expect(outcomes(requests)).toEqual(['timeout']);
    expect(latencies(requests).map(Math.round)).toEqual([50]);
  });

  it('lets what it waits for go on, and goes on with it at the end of the pause', () => {
    const before = `${(first - 10).toFixed(3)}ms`;
    const { requests } = golden(collected(gc, 'wait: 50ms', before));
    expect(latencies(requests).map(Math.round)).toEqual([210]);
  });

  it('ends with the process, which begins again with a whole gap', () => {
    const crash = `faults: [ { id: c, kind: crash, target: s, at: ${(first + 50).toFixed(3)}ms, for: 10ms } ]\n`;
    const at = [61, 61 + 990].map((ms) => `${(first + ms).toFixed(3)}ms`).join(', ');
    const { requests } = golden(collected(gc, 'work: 20ms', at, crash));
    // Back at 60: the next pause is 1000 later, at 1060, in the middle of the second.
    expect(latencies(requests).map(Math.round)).toEqual([20, 220]);
  });

  it('is undone by no pause of a fault, nor the other way round', () => {
    const pause = `faults: [ { id: p, kind: pause, target: s, at: ${(first + 100).toFixed(3)}ms, for: 300ms } ]\n`;
    const during = [10, 350].map((ms) => `${(first + ms).toFixed(3)}ms`).join(', ');
    const { requests } = golden(collected(gc, 'wait: 5ms', during, pause));
    expect(answered(requests).map((ms) => Math.round(ms - first))).toEqual([405, 405]);
  });

  it('ends into a hang: what came in the pause is taken or refused, and nothing is answered', () => {
    const hang = `faults: [ { id: h, kind: hang, target: s, at: 0ms, for: 3s } ]\n`;
    const during = [10, 20].map((ms) => `${(first + ms).toFixed(3)}ms`).join(', ');
    const { requests } = golden(
      collected(gc, 'wait: 5ms', during, hang).replace(
        'cpu: 1',
        'cpu: 1, concurrency: 1, queue: { capacity: 0 }',
      ),
    );
    expect(outcomes(requests)).toEqual(['ok', 'rejectedOverload']);
    expect(Math.round(answered(requests)[1] - first)).toBe(200);
    expect(answered(requests)[0]).toBeGreaterThan(3000);
  });

  it('has replicas out of step', () => {
    const body = collected('{ every: 1s, pause: 200ms }', 'work: 900ms', times(8, '0ms')).replace(
      'cpu: 1',
      'cpu: 1, replicas: 8',
    );
    const { requests } = golden(body);
    // Each has 0.9 s of work and meets its first pause before that, or after.
    const kinds = new Set(latencies(requests).map(Math.round));
    expect([...kinds].sort((a, b) => a - b)).toEqual([900, 1100]);
  });
});

describe('lifecycle', () => {
  const started = (lifecycle: string, at: string, more = '', steps = 'work: 10ms'): string => `
services:
  s: { ${more}lifecycle: ${lifecycle}, endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
faults: [ { id: c, kind: crash, target: s, instances: [0], at: 100ms, for: 50ms } ]
`;

  it('keeps local caches over a crash where coldCaches says so', () => {
    const loads = (own: string): number =>
      golden(`
keys: { item: { kind: sequence, count: 1 } }
caches: { items: { keys: item, levels: [ { name: near, kind: local } ] } }
databases: { store: { operations: { read: 1ms } } }
services:
  s:
    ${own}
    endpoints: { serve: [ cache: { get: items, onMiss: [ query: store.read ] } ] }
workloads:
  users: { arrivals: { at: [ 10ms, 20ms, 200ms, 210ms ] }, requests: [ { call: s } ] }
faults: [ { id: c, kind: crash, target: s, at: 100ms, for: 50ms } ]`).at('store.read').length;
    expect([loads(''), loads('lifecycle: {}')]).toEqual([2, 2]);
    expect(loads('lifecycle: { coldCaches: false }')).toBe(1);
  });

  it('startup refuses until the process answers, at the very end no longer', () => {
    const at = '50ms, 95ms, 120ms, 150ms, 349ms, 350ms';
    const { requests } = golden(started('{ startup: 200ms }', at));
    expect(outcomes(requests)).toEqual(['ok', 'reset', 'refused', 'refused', 'refused', 'ok']);
    expect(latencies(requests)[5]).toBe(10);
  });

  it('is not routed while it starts', () => {
    const at = instants(0, 600, 20, 'ms');
    const { requests, at: rows } = golden(started('{ startup: 200ms }', at, 'replicas: 2, '));
    expect(new Set(outcomes(requests))).toEqual(new Set(['ok']));
    const first = rows('s.serve').filter(({ sent }) => sent >= 100 && sent < 350);
    expect(first).toHaveLength(13);
    expect(new Set(first.map(({ instance }) => instance)).size).toBe(1);
    const later = rows('s.serve').filter(({ sent }) => sent >= 350);
    expect(new Set(later.map(({ instance }) => instance)).size).toBe(2);
  });

  it('startup restarts when the process ends again meanwhile', () => {
    const body = started('{ startup: 200ms }', '349ms, 350ms, 599ms, 600ms').replace(
      'for: 50ms }',
      'for: 50ms }, { id: d, kind: crash, target: s, at: 200ms, for: 200ms }',
    );
    expect(outcomes(golden(body).requests)).toEqual(['refused', 'refused', 'refused', 'ok']);
  });

  it('a host that has vanished is known to be down once it starts', () => {
    const body = started('{ startup: 200ms }', '160ms, 170ms', 'replicas: 2, ').replace(
      'for: 50ms',
      'blackhole: true, for: 50ms',
    );
    expect(outcomes(golden(body).requests)).toEqual(['ok', 'ok']);
  });

  it('warmup stretches work and waits from the factor down to nothing, in a straight line', () => {
    const lifecycle = '{ warmup: { duration: 100ms, factor: 3 } }';
    const at = '10ms, 150ms, 200ms, 225ms, 245ms, 250ms';
    // Back at 150: 3 times as long, 2 times after half of it, 1.5 after three quarters, 1.1, 1.
    for (const step of ['work', 'wait']) {
      const { requests } = golden(started(lifecycle, at, '', `${step}: 10ms`));
      expect(latencies(requests)).toEqual([10, 30, 20, 15, 11, 10]);
    }
  });

  it('the first start is warm, and a warm-up begins when the start-up ends', () => {
    const lifecycle = '{ startup: 50ms, warmup: { duration: 100ms, factor: 2 } }';
    const { requests } = golden(started(lifecycle, '0ms, 200ms, 250ms, 300ms'));
    expect(latencies(requests)).toEqual([10, 20, 15, 10]);
  });
});

describe('runtime.gc by what is allocated', () => {
  const key = streamKey(1, 0, 's/gc/0/every');
  const part = unit(key.a, key.b, 0, 0, 1);
  // The heap is filled to a random part at first: this number of 1 KiB allocations fit into the rest of 10 KiB.
  const first = Math.ceil(10 * (1 - part));
  const gc = '{ allocated: 10KiB, pause: 200ms }';
  const at = (count: number): string =>
    Array.from({ length: count }, (_, k) => `${k * 300}ms`).join(', ');
  const paused = (rows: readonly { sent: number; answered: number }[]): number[] =>
    rows.flatMap(({ sent, answered: end }, k) => (end - sent > 100 ? [k] : []));

  it('stops the process with the request that fills the heap, and again after the same number of bytes', () => {
    const body = collected(gc, 'wait: 5ms', at(30)).replace(
      'cpu: 1',
      'memory: { perRequest: 1KiB }',
    );
    const { requests } = golden(body);
    expect(paused(requests)).toEqual([first - 1, first + 9, first + 19].filter((k) => k < 30));
    expect(Math.round(latencies(requests)[first - 1])).toBe(200);
  });

  it('begins again with an empty heap', () => {
    const crash = 'faults: [ { id: c, kind: crash, target: s, at: 310ms, for: 10ms } ]\n';
    const body = collected(gc, 'wait: 5ms', at(14), crash).replace(
      'cpu: 1',
      'memory: { perRequest: 1KiB }',
    );
    // Two are forgotten with the process: the tenth after it is number 11, counted from 0.
    const before = first <= 2 ? [first - 1] : [];
    expect(paused(golden(body).requests)).toEqual([...before, 11]);
  });
});

describe('memory', () => {
  const held = (own: string, at: string, more = ''): string => `
services:
  s: { memory: { limit: 5KiB, base: 1KiB, perRequest: 1KiB }, ${own} endpoints: { serve: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
${more}`;

  it('kills the process with the request that exceeds the limit, and starts it again at once', () => {
    // Four hold 5 KiB, which is the limit; the fifth is too much.
    const { requests } = golden(held('', '0ms, 10ms, 20ms, 30ms, 40ms, 50ms'));
    expect(outcomes(requests)).toEqual([...Array.from({ length: 5 }, () => 'reset'), 'ok']);
    expect(answered(requests)).toEqual([40, 40, 40, 40, 40, 150]);
    const fewer = golden(held('', '0ms, 10ms, 20ms, 30ms, 100ms'));
    expect(new Set(outcomes(fewer.requests))).toEqual(new Set(['ok']));
  });

  it('dies once of all that come at one instant', () => {
    // Four are in memory; one too many comes from each of two sides, before the first one has killed the process.
    const other = '  others: { arrivals: { at: [ 10ms ] }, requests: [ { call: s } ] }';
    const { ran } = golden(held('', `${times(4, '5ms')}, 10ms, 20ms`, other));
    const { kind, value } = ran.records[0]![0]!.journal;
    const deaths = kind.filter(
      (what, k) => what === JOURNAL.instance && value[k] === INSTANCE_STATE.down,
    );
    expect(deaths).toHaveLength(1);
  });

  it('counts those that wait for a worker, and no more those that have given up there', () => {
    const own = 'concurrency: 1,';
    const { requests } = golden(held(own, '0ms, 10ms, 20ms, 30ms, 40ms'));
    expect(new Set(outcomes(requests))).toEqual(new Set(['reset']));
    const queue = 'concurrency: 1, queue: { maxWait: 15ms },';
    const { requests: impatient } = golden(held(queue, '0ms, 10ms, 20ms, 30ms, 40ms'));
    expect(outcomes(impatient)[0]).toBe('ok');
  });

  it('comes back as the lifecycle says, and another crash on the way restarts that', () => {
    const own = 'lifecycle: { startup: 50ms },';
    const five = times(5, '0ms');
    const { requests } = golden(held(own, `${five}, 49ms, 50ms`));
    expect(outcomes(requests).slice(5)).toEqual(['refused', 'ok']);
    const crash = 'faults: [ { id: c, kind: crash, target: s, at: 20ms, for: 10ms } ]\n';
    const again = golden(held(own, `${five}, 50ms, 79ms, 80ms`, crash));
    expect(outcomes(again.requests).slice(5)).toEqual(['refused', 'refused', 'ok']);
  });
});
