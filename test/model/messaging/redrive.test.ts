import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../theory/program.js';

const KINDS = {
  simple: 'kind: simple',
  rabbitmq: 'kind: rabbitmq, quorum: true, deliveryLimit: 2, consumerTimeout: 40ms',
  sqs: 'kind: sqs, waitTime: 20s, visibilityTimeout: 50ms, maxReceiveCount: 2',
  fifo: 'kind: sqs, fifo: true, waitTime: 20s, visibilityTimeout: 50ms, maxReceiveCount: 2',
  bounded: 'kind: simple, capacity: 3, overflow: dropTail',
} as const;

const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
  dead: fc.constantFrom('kind: simple', 'kind: sqs', 'kind: rabbitmq'),
  fails: fc.constantFrom(10, 60),
  attempts: fc.integer({ min: 1, max: 3 }),
  rate: fc.constantFrom('3/s', '40/s', '500/s'),
  repaired: fc.boolean(),
  times: fc.integer({ min: 1, max: 3 }),
  crash: fc.boolean(),
  share: fc.constantFrom(0, 50, 100),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const textOf = (c: Case): string => `
faultline: 1
title: Dead letters go back and forth
run: { duration: 5m, seed: ${c.seed} }
keys: { line: { kind: sequence, count: 3 } }
queues:
  jobs:
    ${KINDS[c.kind].split(', ').join('\n    ')}
    deadLetter: dead
    consumers:
      - call: worker.handle
        concurrency: 2
        retry: { attempts: ${c.attempts} }
        onPoison: deadLetter
        deadLetter: dead
  dead: { ${c.dead} }
services:
  worker: { endpoints: { handle: [ work: exponential(15ms), { fail: 500, probability: ${c.fails}% } ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: line } ] } }
workloads:
  users: { arrivals: poisson(30/s), stop: 4s, requests: [ { call: api.submit } ] }
faults:
  - { id: bad, kind: poison, target: jobs, share: 10%, at: 1s, for: 1s }
  - { id: again, kind: redrive, target: dead, rate: ${c.rate}, repaired: ${String(c.repaired)}, at: 2s, every: 2s, count: ${c.times} }
  ${c.crash ? '- { id: gone, kind: crash, target: worker, at: 3s, for: 700ms }' : ''}
  ${c.share > 0 ? `- { id: cut, kind: flush, target: dead, share: ${c.share}%, at: 5s }` : ''}
`;

/** Counts of a queue, and the messages that it holds at the end. */
function figures(c: Case): (queue: string, name: string) => number {
  const { plan, records } = runOf(c);
  return (queue, name) => {
    let sum = 0;
    for (const meter of records) {
      if (meter.name !== name || plan.components[meter.component]!.name !== queue) continue;
      if (meter.form === 'counter') for (const count of meter.counts) sum += count;
      if (meter.form === 'gauge') sum += meter.max.at(-1)!;
    }
    return sum;
  };
}

function runOf(c: Case): {
  plan: ReturnType<typeof run>['plans'][number];
  records: NonNullable<ReturnType<typeof run>['records'][number][number]>['meters'];
} {
  const { plans, records } = run(textOf(c));
  return { plan: plans[0]!, records: records[0]![0]!.meters };
}

describe('dead letters that go back', () => {
  it('are in one place at a time, or counted where they ended (G-7)', () => {
    let back = 0;
    fc.assert(
      fc.property(cases, (c) => {
        const of = figures(c);
        const came = of('dead', 'published');
        const moved = of('dead', 'redriven');
        expect(came).toBe(of('jobs', 'deadLettered'));
        expect(of('dead', 'lag')).toBe(came - moved - of('dead', 'purged'));
        back += moved;
      }),
      { numRuns: 150, seed: 20_261_120 },
    );
    expect(back).toBeGreaterThan(1000);
  });
});
