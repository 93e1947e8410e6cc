import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptBy } from '../../support/kept.js';

/** Messages arrive for four seconds, and all are handled long before the end. */
const cases = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  kind: fc.constantFrom('kafka', 'simple', 'rabbitmq', 'quorum', 'sqs', 'fifo', 'bus'),
  /** For the kinds that may have one. */
  broker: fc.boolean(),
  replicas: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  batch: fc.constantFrom(1, 1, 3),
  backlog: fc.constantFrom(0, 0, 7, 3000),
  room: fc.constantFrom('', 'reject', 'dropHead'),
  breaker: fc.boolean(),
  limit: fc.boolean(),
  dead: fc.boolean(),
  publish: fc.constantFrom('', 'confirm: false', 'via: outbox'),
  mishaps: fc.array(
    fc.record({
      what: fc.constantFrom('crash', 'pause', 'poison', 'duplicate', 'flush', 'node', 'redrive'),
      at: fc.integer({ min: 100, max: 5000 }),
      length: fc.integer({ min: 50, max: 6000 }),
    }),
    { maxLength: 3 },
  ),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const NODES: Readonly<Record<string, string>> = {
  kafka: '{ kind: kafka, nodes: 3, electionTime: 500ms, latency: 2ms }',
  rabbitmq: '{ kind: rabbitmq, nodes: 3 }',
  quorum: '{ kind: rabbitmq, nodes: 3 }',
};

function mishapsOf(c: Case): readonly string[] {
  const isLog = c.kind === 'kafka';
  return c.mishaps.flatMap(({ what, at, length }, k) => {
    const from = `id: m${k}, at: ${at}ms`;
    switch (what) {
      case 'crash':
      case 'pause':
        return [`{ ${from}, kind: ${what}, target: worker, instances: 1, for: ${length}ms }`];
      case 'poison':
        return [`{ ${from}, kind: poison, target: jobs, share: 30%, for: ${length}ms }`];
      case 'duplicate':
        return isLog
          ? []
          : [`{ ${from}, kind: duplicate, target: jobs, share: 30%, for: ${length}ms }`];
      case 'flush':
        return isLog ? [] : [`{ ${from}, kind: flush, target: jobs, share: 40% }`];
      case 'node':
        return hasBroker(c)
          ? [`{ ${from}, kind: crash, target: 'cluster[0]', for: ${length}ms }`]
          : [];
      case 'redrive':
        return c.dead && !isLog
          ? [`{ ${from}, kind: redrive, target: dead, rate: 50/s, repaired: true }`]
          : [];
    }
  });
}

const hasBroker = ({ broker, kind }: Case): boolean => broker && NODES[kind] !== undefined;

function textOf(c: Case): string {
  const isLog = c.kind === 'kafka';
  const isTopic = isLog || c.kind === 'bus';
  const kind = { quorum: 'rabbitmq', fifo: 'sqs' }[c.kind as string] ?? c.kind;
  const own = {
    kafka: 'partitions: 3',
    quorum: 'quorum: true, deliveryLimit: 4',
    sqs: 'visibilityTimeout: 2s',
    fifo: 'fifo: true, visibilityTimeout: 2s',
  }[c.kind as string];
  const consumer = [
    'call: worker.handle',
    `concurrency: ${c.concurrency}`,
    ...(c.batch > 1 && kind !== 'bus' ? [`batch: ${c.batch}`] : []),
    ...(isTopic ? ['group: g'] : []),
    ...(isLog ? ['autoOffsetReset: earliest'] : []),
    ...(kind !== 'sqs' && !c.dead ? ['onPoison: skip'] : []),
    ...(isLog || kind === 'simple' || kind === 'bus'
      ? ['retry: { attempts: 2, backoff: { kind: constant, base: 20ms } }']
      : []),
    ...(kind === 'sqs' || !c.dead ? [] : ['onPoison: deadLetter', 'deadLetter: dead']),
    ...(c.breaker || c.limit ? ['policy: guarded'] : []),
  ];
  const place = [
    `kind: ${kind}`,
    ...(own === undefined ? [] : [own]),
    ...(c.backlog > 0 ? [`backlog: ${c.backlog}`] : []),
    ...(c.room === '' || isLog || kind === 'sqs' || c.backlog > 5
      ? []
      : [
          `capacity: 5, overflow: ${kind === 'rabbitmq' && c.room === 'reject' ? 'rejectPublish' : c.room}`,
        ]),
    ...(hasBroker(c) ? ['broker: cluster'] : []),
    ...(isLog && hasBroker(c) ? ['replication: 3', 'minInsyncReplicas: 2'] : []),
    ...(kind === 'sqs' ? ['maxReceiveCount: 3', 'deadLetter: dead'] : []),
  ];
  const [section, readers] = isTopic ? ['topics', 'subscribers'] : ['queues', 'consumers'];
  const guards = [
    ...(c.breaker
      ? ['circuitBreaker: { kind: simple, failureThreshold: 2, openDuration: 300ms }']
      : []),
    ...(c.limit ? ['rateLimit: { kind: tokenBucket, rate: 60/s, burst: 5 }'] : []),
  ];
  const outbox = c.publish === 'via: outbox' && isLog;
  const publish = c.publish === 'confirm: false' ? ', confirm: false' : '';
  return `
faultline: 1
title: Nothing is kept of what is over
run: { duration: 15m, seed: ${c.seed} }
${guards.length > 0 ? `policies: { guarded: { ${guards.join(', ')} } }` : ''}
${hasBroker(c) ? `brokers: { cluster: ${NODES[c.kind]!} }` : ''}
${section}:
  jobs: { ${[...place, `${readers}: [ { ${consumer.join(', ')} } ]`].join(', ')} }
${section === 'queues' ? '' : 'queues:'}
  dead: { kind: simple, consumers: [ { call: worker.bury } ] }
services:
  worker: { replicas: ${c.replicas}, endpoints: { handle: [ work: exponential(8ms) ], bury: [ wait: 1ms ] } }
  shop:
    ${outbox ? 'outbox: { database: db, mode: polling, pollInterval: 50ms }' : ''}
    endpoints:
      buy:
        ${outbox ? '- transaction: { database: db, steps: [ { publish: { topic: jobs, count: uniform(1 3), via: outbox } } ] }' : `- publish: { topic: jobs, count: uniform(1 3)${publish} }`}
${outbox ? 'databases: { db: { operations: { look: 0ms } } }' : ''}
workloads:
  users:
    arrivals: { at: [ ${Array.from({ length: 100 }, (_, k) => `${k * 40}ms`).join(', ')} ] }
    requests: [ { call: shop.buy } ]
faults: [ ${mishapsOf(c).join(', ')} ]
`;
}

describe('a run whose messages are all settled', () => {
  it('keeps none of them, whatever has happened to them', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const kept = keptBy(textOf(c));
        expect(kept.get('messages')).toBe(0);
        expect(kept.get('shop.rows') ?? 0).toBe(0);
        for (const [name, count] of kept) if (name.startsWith('requests.')) expect(count).toBe(0);
      }),
      { numRuns: Number(process.env['FAULTLINE_WORLDS'] ?? 40), seed: 20_261_125 },
    );
  }, 600_000);
});
