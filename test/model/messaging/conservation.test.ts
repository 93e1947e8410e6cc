import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../theory/program.js';

/** Cases; `npm run swarm:messages` tries many more. */
const WORLDS = Number(process.env['FAULTLINE_WORLDS'] ?? 90);
const SEED = Number(process.env['FAULTLINE_SEED'] ?? 20_261_120);
const TIMEOUT = Math.max(600_000, 1000 * WORLDS);

const COMMITS = ['auto', 'before', 'afterBatch', 'afterEach', 'transactional'] as const;

/** A topic with a group under crashes, pauses and poison; everything is over long before the end. */
const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  partitions: fc.integer({ min: 1, max: 7 }),
  replicas: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  records: fc.constantFrom(1, 3, 50),
  batch: fc.constantFrom(1, 1, 4),
  commit: fc.constantFrom(...COMMITS),
  protocol: fc.constantFrom('classic', 'cooperative', 'consumer'),
  isStatic: fc.boolean(),
  inbox: fc.boolean(),
  maxPoll: fc.constantFrom('1s', '5m'),
  mode: fc.constantFrom('inProcess', 'requeue', 'delayed'),
  onPoison: fc.constantFrom('skip', 'deadLetter'),
  poison: fc.constantFrom('error', 'none'),
  fault: fc.constantFrom('crash', 'pause', 'rebalance', 'none'),
  at: fc.integer({ min: 100, max: 4000 }),
  length: fc.integer({ min: 50, max: 8000 }),
  broker: fc.constantFrom('none', 'clean', 'unclean'),
  acks: fc.constantFrom('all', '1', '0'),
  /** Nodes of the broker that are away. */
  away: fc.array(
    fc.record({
      kind: fc.constantFrom('crash', 'pause'),
      node: fc.integer({ min: 0, max: 2 }),
      at: fc.integer({ min: 1, max: 4000 }),
      length: fc.integer({ min: 1, max: 3000 }),
    }),
    { maxLength: 3 },
  ),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function textOf(c: Case): string {
  const fault = {
    crash: `{ id: f, kind: crash, target: worker, instances: 1, at: ${c.at}ms, for: ${c.length}ms }`,
    pause: `{ id: f, kind: pause, target: worker, instances: 1, at: ${c.at}ms, for: ${c.length}ms }`,
    rebalance: `{ id: f, kind: rebalance, target: jobs.workers, at: ${c.at}ms }`,
    none: '',
  }[c.fault];
  const poison =
    c.poison === 'none'
      ? ''
      : '{ id: p, kind: poison, target: jobs, share: 5%, at: 500ms, for: 1s }';
  const isOn = c.broker !== 'none';
  const broker = `brokers: { cluster: { kind: kafka, nodes: 3, electionTime: 500ms, latency: 2ms, uncleanElection: ${c.broker === 'unclean'} } }`;
  const place = `broker: cluster
    replication: 3
    minInsyncReplicas: 2
    producer: { acks: ${c.acks}, requestTimeout: 1s }`;
  const away = c.away.map(
    ({ kind, node, at, length }, k) =>
      `{ id: n${k}, kind: ${kind}, target: 'cluster[${node}]', at: ${at}ms, for: ${length}ms }`,
  );
  return `
faultline: 1
title: Nothing is lost on the way
run: { duration: 10m, seed: ${c.seed} }
${isOn ? broker : ''}
topics:
  jobs:
    kind: kafka
    ${isOn ? place : ''}
    partitions: ${c.partitions}
    subscribers:
      - group: workers
        call: worker.handle
        concurrency: ${c.concurrency}
        maxPollRecords: ${c.records}
        batch: ${Math.min(c.batch, c.records)}
        commit: ${c.commit}
        maxPollInterval: ${c.maxPoll}
        sessionTimeout: 6s
        heartbeatInterval: 1s
        rebalance: { protocol: ${c.protocol}, staticMembership: ${c.isStatic}, pause: 200ms, initialDelay: 500ms }
        retry: { attempts: 3, mode: ${c.mode}, backoff: { kind: constant, base: 20ms } }
        onPoison: ${c.onPoison}
        ${c.onPoison === 'deadLetter' ? 'deadLetter: dead' : ''}
        ${c.inbox ? 'inbox: {}' : ''}
  dead: { kind: kafka }
services:
  worker: { replicas: ${c.replicas}, endpoints: { handle: [ work: exponential(8ms) ] } }
workloads:
  users:
    arrivals: { at: [ ${Array.from({ length: 200 }, (_, k) => `${k * 20}ms`).join(', ')} ] }
    requests: [ { name: send, steps: [ publish: { topic: jobs, count: uniform(1 3) } ] } ]
faults: [ ${[fault, poison, ...(isOn ? away : [])].filter((one) => one !== '').join(', ')} ]
`;
}

/** Counts of the run, by name, and the lag at its end. */
function figures(c: Case): ReadonlyMap<string, number> {
  const { records } = run(textOf(c));
  const sums = new Map<string, number>();
  for (const meter of records[0]![0]!.meters) {
    if (meter.form === 'counter') {
      sums.set(
        meter.name,
        (sums.get(meter.name) ?? 0) + meter.counts.reduce((sum, count) => sum + count, 0),
      );
    } else if (meter.form === 'gauge' && meter.name === 'lag') {
      sums.set('lag', meter.max[meter.max.length - 1]!);
    }
  }
  return sums;
}

describe('messages', () => {
  it(
    'are each handled, given up or lost, and nothing more often than its commit mode allows (G-7)',
    () => {
      fc.assert(
        fc.property(cases, (c) => {
          const found = figures(c);
          const of = (name: string): number => found.get(name) ?? 0;
          const published = of('published') - of('deadLettered');
          const effects = of('consumed') - of('duplicateEffects');
          expect(of('lag')).toBe(0);
          // An aborted transaction has handled its messages without effect.
          if (c.commit !== 'transactional') {
            expect(effects + of('lostEffects') + of('deadLettered')).toBeGreaterThanOrEqual(
              published,
            );
          } else {
            expect(of('duplicateEffects')).toBe(0);
          }
          if (c.inbox) expect(of('duplicateEffects')).toBe(0);
          const isAway = c.broker !== 'none' && c.away.length > 0;
          const keeps = !isAway || (c.broker === 'clean' && c.acks === 'all');
          const isCalm = !isAway && c.fault === 'none' && c.maxPoll === '5m';
          if (isCalm) {
            expect(effects + of('lostEffects') + of('deadLettered')).toBe(published);
            expect(of('duplicateEffects')).toBe(0);
          }
          if (keeps && c.poison === 'none' && c.commit !== 'before') {
            expect(of('lostEffects')).toBe(0);
          }
        }),
        { numRuns: WORLDS, seed: SEED },
      );
    },
    TIMEOUT,
  );
});
