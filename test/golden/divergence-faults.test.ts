import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/model/simulate.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import type { Row } from '../theory/program.js';
import { load, run } from '../theory/program.js';
import { golden, instants, latencies, outcomes, sent, single } from './tracing.js';

/** Places where simulators go wrong, numbered as in a checklist: those of networks, faults and the order of events. */

describe('the network', () => {
  it('divergence 39: loss is a delay by the retransmission time-out and no failure', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 1ms',
        instants(1, 200, 1, 'm').replaceAll('m', '0s'),
        '{}',
        'network: { latency: 10ms, loss: 30%, rto: 200ms }\n',
      ),
    );
    expect(requests.every(({ outcome }) => outcome === 'ok')).toBe(true);
    // 200 ms, then 400, 800 ...: each way loses 200 (2^n - 1) ms.
    const extra = new Set(latencies(requests).map((latency) => (latency - 21) / 200));
    expect(extra.has(0)).toBe(true);
    expect(extra.has(1)).toBe(true);
    expect(extra.has(3)).toBe(true);
    expect([...extra].every((turns) => Number.isInteger(turns))).toBe(true);
    const lost = latencies(requests).filter((latency) => latency > 21).length;
    // 1 - 0.7^2 = 51 % of 200, plus or minus four standard deviations.
    expect(Math.abs(lost - 102)).toBeLessThanOrEqual(28);
  });

  const dead = (fault: string): string =>
    single(
      '',
      'wait: 100ms',
      '2s',
      '{ timeout: 1s }',
      `network: { latency: 10ms }
faults: [ { id: f, ${fault}, at: 1s, for: 10s } ]
`,
    );

  it('divergence 40: a refused connection costs one round trip, silence costs the whole time limit', () => {
    const refused = golden(dead('kind: crash, target: s'));
    expect(outcomes(refused.requests)).toEqual(['refused']);
    expect(latencies(refused.requests)).toEqual([20]);
    const silent = golden(dead('kind: crash, target: s, blackhole: true'));
    expect(outcomes(silent.requests)).toEqual(['timeout']);
    expect(latencies(silent.requests)).toEqual([1000]);
  });
});

describe('work that is under way when a fault begins', () => {
  const hit = (
    fault: string,
    own: { readonly step?: string; readonly timeout?: string; readonly at?: string } = {},
  ): Row & { readonly work: Row } => {
    const { requests, at } = golden(
      single(
        '',
        own.step ?? 'work: 400ms',
        own.at ?? '800ms',
        `{ timeout: ${own.timeout ?? '10s'} }`,
        `network: { latency: 10ms }
faults: [ { id: f, ${fault}, at: 1s, for: 1s } ]
`,
      ),
    );
    return { ...requests[0], work: at('s.serve')[0] };
  };

  it('divergence 50: is reset by a crash, half a round trip later', () => {
    const { answered, outcome } = hit('kind: crash, target: s');
    expect([answered, outcome]).toEqual([1010, 'reset']);
  });

  it.each(['hang', 'pause'])('divergence 50: stops at a %s and continues after it', (kind) => {
    // 190 ms of work were done at 1 s; the other 210 follow from 2 s on.
    expect(hit(`kind: ${kind}, target: s`).work.ended).toBe(2210);
    // An external response arrives anyway, and is seen when the process runs again.
    expect(hit(`kind: ${kind}, target: s`, { step: 'wait: 400ms' }).work.ended).toBe(2000);
  });

  it.each(['work', 'wait'])(
    'divergence 50: takes longer from then on when its instance is slow: %s',
    (verb) => {
      // 190 ms were done at 1 s; the other 210 take twice as long.
      const step = `${verb}: 400ms`;
      expect(hit('kind: slow, target: s, factor: 2', { step }).work.ended).toBe(1420);
    },
  );

  it('divergence 50: is done in vain behind a partition', () => {
    const { answered, outcome, work } = hit('kind: partition, between: [ users, s ]', {
      timeout: '900ms',
    });
    expect([answered, outcome]).toEqual([1700, 'timeout']);
    expect(work.ended).toBe(1210);
  });

  it('divergence 50: is no more hit by errors, which hit what arrives while they last', () => {
    const before = hit('kind: error, target: s, afterWork: true');
    expect([before.work.ended, before.outcome]).toEqual([1210, 'ok']);
    const later = hit('kind: error, target: s, afterWork: true', { at: '1900ms' });
    expect([later.work.ended, later.outcome]).toEqual([2310, 'serverError']);
    const atOnce = hit('kind: error, target: s', { at: '1900ms' });
    expect([atOnce.answered, atOnce.outcome]).toEqual([1920, 'serverError']);
  });
});

describe('order and figures', () => {
  it('divergence 43: a fan-out takes as long as its slowest branch', () => {
    const { requests } = golden(`
services:
  front: { endpoints: { ask: [ { parallel: [ call: a, call: b ] } ] } }
  a: { endpoints: { serve: [ wait: 10ms ] } }
  b: { endpoints: { serve: [ wait: 90ms ] } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: front } ] } }
`);
    expect(latencies(requests)).toEqual([90]);
  });

  it('divergence 44: percentiles of several instances are those of all requests together', () => {
    const { ran } = golden(
      `
services:
  s: { replicas: 2, endpoints: { serve: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: s } ] } }
faults: [ { id: slow, kind: slow, target: 's[1]', factor: 10, at: 0s, for: 10s } ]
`,
      '10s',
    );
    const { latency } = ran.variant().components['s']!;
    // One in two takes 10 ms, the other 100: an average of the two medians would be 55 ms.
    expect(latency.p50).toBeCloseTo(0.01, 3);
    expect(latency.p90).toBeCloseTo(0.1, 2);
    expect(latency.mean).toBeCloseTo(0.055, 3);
  });

  it('divergence 46: open arrivals continue while the service is paused', () => {
    const { requests } = golden(
      single(
        'concurrency: 1, ',
        'wait: 1ms',
        instants(1, 10, 1, 's'),
        '{}',
        'faults: [ { id: f, kind: hang, target: s, at: 1500ms, for: 8s } ]\n',
      ),
    );
    expect(sent(requests)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => s * 1000));
    expect(latencies(requests).slice(0, 3)).toEqual([1, 7501, 6502]);
  });

  it('divergence 47: what arrives in the warm-up is not in the figures', () => {
    const ran = run(`
faultline: 1
title: A warm-up
run: { duration: 10s, warmup: 5s }
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
`);
    expect(ran.records[0][0].totals.attempts).toBe(149);
    expect(ran.variant().components['users'].latency.count).toBe(100);
  });

  it('divergence 48: an answer at the instant of the time limit is in time', () => {
    const { requests } = golden(single('', 'wait: 70ms', '0ms', '{ timeout: 70ms }'));
    expect(outcomes(requests)).toEqual(['ok']);
  });

  it('divergence 48: a worker that is free at an instant is free for an arrival at that instant', () => {
    const { requests } = golden(
      single('concurrency: 1, queue: { capacity: 0 }, ', 'wait: 100ms', '0ms, 100ms', '{}'),
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
  });

  it('divergence 48: a fault hits work that would end at the instant of its beginning', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 100ms',
        '900ms',
        '{}',
        'faults: [ { id: f, kind: crash, target: s, at: 1s, for: 1s } ]\n',
      ),
    );
    expect(outcomes(requests)).toEqual(['reset']);
  });

  it('divergence 49: all times are whole nanoseconds', () => {
    const file = load(`
faultline: 1
title: Random times
run: { duration: 20s }
network: { latency: lognormal(p50=0.3ms p99=2ms) }
services: { s: { cpu: 2, endpoints: { serve: [ work: exponential(3.3ms) ] } } }
workloads: { users: { arrivals: poisson(400/s), requests: [ { call: s } ] } }
`);
    const plan = compile(file.variants[0], file, { traceShare: 1 });
    const { traces } = simulate(plan, 0, registry);
    for (const column of ['sent', 'arrived', 'begun', 'ended', 'answered'] as const) {
      expect(traces[column].every((ns) => Number.isSafeInteger(ns))).toBe(true);
    }
  });
});
