import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { golden } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';

/** Scenarios that are equal by the invariants of 10.1. */

const jobs = fc.array(
  fc.record({ gap: fc.integer({ min: 0, max: 30 }), work: fc.integer({ min: 1, max: 40 }) }),
  { minLength: 1, maxLength: 25 },
);

/** Jobs of several lengths on one core; the kth has its own endpoint. */
function oneCore(list: readonly { gap: number; work: number }[], service: string): Traced {
  let at = 0;
  const users = list.map(({ gap }, k) => {
    at += gap;
    return `  u${k}: { arrivals: { at: [ ${at}ms ] }, requests: [ { call: s.e${k} } ] }`;
  });
  const endpoints = list.map(({ work }, k) => `e${k}: [ work: ${work}ms ]`);
  return golden(
    `
services: { s: { ${service}, cpu: 1, endpoints: { ${endpoints.join(', ')} } } }
workloads:
${users.join('\n')}`,
    '1h',
  );
}

/** Periods in ms in which a request is in the system, as pairs. */
function busyPeriods({ requests }: Traced): number[][] {
  const spans = requests.map((row) => [row.sent, row.answered] as const);
  const periods: number[][] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = periods.at(-1);
    if (last === undefined || from > last[1]!) periods.push([from, to]);
    else last[1] = Math.max(last[1]!, to);
  }
  return periods;
}

describe('10.1.7: work is conserved', () => {
  it('a core is busy at the same times whether jobs share it or take turns', () => {
    fc.assert(
      fc.property(jobs, (list) => {
        const shared = busyPeriods(oneCore(list, 'runtime: async'));
        const inTurn = busyPeriods(oneCore(list, 'concurrency: 1'));
        const lastFirst = busyPeriods(oneCore(list, 'concurrency: 1, queue: { discipline: lifo }'));
        // Requests that share a core end at whole nanoseconds.
        const near = (periods: number[][]): number[][] =>
          periods.map((ends) => ends.map((ms) => Math.round(ms * 1e3) / 1e3));
        expect(near(shared)).toEqual(inTurn);
        expect(lastFirst).toEqual(inTurn);
      }),
      { numRuns: 60, seed: 107 },
    );
  });
});

describe('10.1.9: what limits nothing is as if it were not there', () => {
  const LIMITLESS = [
    'timeout: 2h',
    'deadline: 3h',
    'retry: { attempts: 1 }',
    'bulkhead: { maxConcurrent: 1000000 }',
    'bulkhead: { kind: threadPool, coreThreads: 100000, maxThreads: 100000, queueCapacity: 0 }',
    'rateLimit: { rate: 1000000/s, burst: 1000000 }',
    'circuitBreaker: { failureThreshold: 1000000 }',
    'circuitBreaker: { kind: gobreaker, tripAfter: { consecutiveFailures: 1000000 } }',
    'circuitBreaker: { kind: polly, minimumThroughput: 1000000 }',
    'hedge: { after: 1h, attempts: 2 }',
    'hedge: { after: 1ms, attempts: 1 }',
    'concurrencyLimit: { kind: aimd, initial: 200, min: 200, max: 200 }',
  ];

  const world = (policy: string): Traced =>
    golden(
      `
services:
  s: { concurrency: 4, queue: { capacity: 6 }, endpoints: { serve: [ wait: exponential(40ms), { fail: 503, probability: 10% } ] } }
workloads: { users: { arrivals: poisson(110/s), requests: [ { call: s } ], policy: { ${policy} } } }
faults: [ { id: f, kind: crash, target: s, at: 4s, for: 1s } ]
`,
      '8s',
    );
  const story = (traced: Traced): readonly unknown[] =>
    traced.requests.map(({ sent, answered, outcome }) => [sent, answered, outcome]);
  const bare = story(world(''));

  it('has a queue that is full and a process that dies in it', () => {
    const found = new Set(bare.map((row) => (row as readonly unknown[])[2]));
    expect([...found].sort()).toEqual([
      'ok',
      'refused',
      'rejectedOverload',
      'reset',
      'serverError',
    ]);
    expect(bare.length).toBeGreaterThan(700);
  });

  it.each(LIMITLESS)('%s', (policy) => {
    expect(story(world(policy))).toEqual(bare);
  });

  it('nor does a bundle of all of them, in any order', () => {
    const each = LIMITLESS.filter((_, k) => ![4, 7, 8, 10].includes(k));
    const names = each.map((one) => one.split(':')[0]!).filter((name) => name !== 'deadline');
    for (const order of [names, [...names].reverse()]) {
      expect(story(world(`${each.join(', ')}, order: [ ${order.join(', ')} ]`))).toEqual(bare);
    }
  });

  it('but a limit that is reached is seen', () => {
    expect(story(world('timeout: 100ms'))).not.toEqual(bare);
    expect(story(world('bulkhead: { maxConcurrent: 3 }'))).not.toEqual(bare);
  });
});
