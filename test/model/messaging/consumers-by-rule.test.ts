import { describe, expect, it } from 'vitest';
import { golden, metered } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';
import { dice } from '../../support/dice.js';
import { play } from '../../support/plain-consumers.js';
import type { ConsumerWorld } from '../../support/plain-consumers.js';

const FIGURES = [
  'consumed',
  'deadLettered',
  'redeliveries',
  'duplicateEffects',
  'lostEffects',
  'emptyReceives',
] as const;

function worldOf(seed: number, kind: ConsumerWorld['kind'], isHit: boolean): ConsumerWorld {
  const roll = dice(seed * 0x9e3779b1);
  const oneOf = <T>(...list: readonly T[]): T => list[roll(list.length)]!;
  const polled = kind === 'sqs';
  const commit = oneOf('before', 'afterEach', 'afterEach', polled ? 'afterBatch' : 'afterEach');
  const mode = oneOf(null, 'inProcess', 'requeue', 'delayed');
  const isElsewhere = mode === 'requeue' || mode === 'delayed';
  const onPoison = oneOf('skip', 'deadLetter', isElsewhere ? 'skip' : 'block');
  let at = 0;
  return {
    kind,
    replicas: 1 + roll(2),
    concurrency: 1 + roll(3),
    batch: oneOf(1, 1, 3),
    prefetch: polled ? oneOf(3, 4, 10) : oneOf(1, 2, 5),
    commit,
    retry:
      mode === null || (isElsewhere && commit === 'before')
        ? null
        : { mode, attempts: 2 + roll(2) },
    onPoison: onPoison === 'block' && kind !== 'sqs' && mode !== 'inProcess' ? 'skip' : onPoison,
    // Times that do not meet.
    there: oneOf(0, 2039),
    back: oneOf(0, 3_067),
    work: oneOf(7_919, 15_107),
    backoff: 5_003,
    arrivals: Array.from({ length: 25 }, () => (at += 1 + roll(oneOf(10, 9_973)))),
    hidden: oneOf(12_011, 40_009, 30_000_017),
    delay: polled ? oneOf(0, 0, 4_001) : 0,
    receives: polled ? oneOf(3, 100) : Infinity,
    waits: oneOf(true, true, false),
    limit: kind === 'quorum' ? oneOf(2, Infinity) : Infinity,
    crash: isHit && kind !== 'quorum' ? { at: 20_011 + roll(40_000), length: 10_103 } : null,
  };
}

const us = (time: number): string => `${time}us`;

function textOf(w: ConsumerWorld): string {
  const own = {
    simple: 'kind: simple',
    rabbitmq: `kind: rabbitmq, prefetch: ${w.prefetch}`,
    quorum: `kind: rabbitmq, quorum: true, prefetch: ${w.prefetch}, deliveryLimit: ${w.limit === Infinity ? 'unlimited' : w.limit}`,
    sqs: `kind: sqs, waitTime: ${w.waits ? '20s' : '0s, pollInterval: 1s'}, visibilityTimeout: ${us(w.hidden)}, delay: ${us(w.delay)}, maxReceiveCount: ${w.receives}`,
  }[w.kind];
  const consumer = [
    `call: worker.handle, concurrency: ${w.concurrency}, batch: ${w.batch}, commit: ${w.commit}`,
    ...(w.kind === 'sqs' ? [`maxNumberOfMessages: ${w.prefetch}`] : []),
    `onPoison: ${w.onPoison}`,
    ...(w.onPoison === 'deadLetter' ? ['deadLetter: dead'] : []),
    ...(w.retry === null
      ? []
      : [
          `retry: { mode: ${w.retry.mode}, attempts: ${w.retry.attempts}, backoff: { kind: constant, base: ${us(w.backoff)} } }`,
        ]),
  ];
  return `
network:
  links:
    - { between: [ jobs, worker ], oneWay: true, latency: ${us(w.there)} }
    - { between: [ worker, jobs ], oneWay: true, latency: ${us(w.back)} }
queues:
  jobs: { ${own}, deadLetter: dead, consumers: [ { ${consumer.join(', ')} } ] }
  dead: { kind: simple }
services:
  worker: { replicas: ${w.replicas}, endpoints: { handle: [ wait: ${us(w.work)}, { fail: 500, probability: 30% } ] } }
workloads:
  users: { arrivals: { at: [ ${w.arrivals.map(us).join(', ')} ] }, requests: [ { name: send, steps: [ publish: { topic: jobs, confirm: false } ] } ] }
faults: [ ${w.crash === null ? '' : `{ id: dies, kind: crash, target: 'worker[0]', at: ${us(w.crash.at)}, for: ${us(w.crash.length)} }`} ]
`;
}

/** Runs by their begin: message in front, process, begin in microseconds. */
function runsOf({ requests, at }: Traced): readonly (readonly [number, number, number])[] {
  const number = new Map(requests.map(({ root }, k) => [root, k]));
  return at('worker.handle').map((row) => [
    number.get(row.root)!,
    Number(/\d+/.exec(row.instance)![0]),
    Math.round(row.begun * 1000),
  ]);
}

const SEEDS = Array.from({ length: 9 }, (_, k) => k + 1);

describe.each(['simple', 'rabbitmq', 'quorum', 'sqs'] as const)('consumers of %s', (kind) => {
  const check = (seed: number, isHit: boolean): void => {
    const world = worldOf(seed, kind, isHit);
    const traced = golden(textOf(world), '1s');
    const ends = new Map<number, boolean[]>();
    const rows = traced.at('worker.handle');
    const seen = runsOf(traced);
    seen.forEach(([message], k) => {
      const own = ends.get(message) ?? [];
      ends.set(message, own);
      own.push(rows[k]!.outcome === 'ok');
    });
    // Only how a run ends is taken from the trace.
    const told = play(world, 1_000_000, (message) => ends.get(message)?.shift() ?? true);
    const byBegin = (runs: typeof seen): typeof seen =>
      [...runs].sort((x, y) => x[2] - y[2] || x[0] - y[0]);
    expect(byBegin(seen)).toEqual(byBegin(told.runs));
    const figures = FIGURES.map((name) => [name, metered(traced, name, 'jobs')]);
    expect(Object.fromEntries(figures)).toEqual(told.figures);
  };

  it.each(SEEDS)('handle each message when a plain rule says so (world %i)', (seed) =>
    check(seed, false),
  );

  it.each(SEEDS)('do so when a process dies (world %i)', (seed) => check(seed, true));
});
