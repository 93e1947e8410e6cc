import { describe, expect, it } from 'vitest';
import { outcomeColumns } from '../../src/report/view/columns.js';
import { unseenColumns } from '../../src/report/view/columns-unseen.js';
import { chainOf } from '../../src/report/words/chain.js';
import { deadEstimate } from '../../src/report/families/unseen.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** 20 messages/s; those from 30 to 42 s fail. */
const failing = (queues: string): Result =>
  run(`
faultline: 1
title: Messages that fail for a time
run: { duration: 120s, replications: 1 }
queues:
${queues}
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults: [ { id: err, kind: error, target: worker.handle, share: 100%, at: 30s, for: 12s } ]
`).result;

const heads = (result: Result): readonly string[] =>
  unseenColumns(viewOf(result)).map(({ head }) => head);

const JOBS =
  'kind: rabbitmq, prefetch: 10, consumers: [ { call: worker.handle, retry: { attempts: 1 }, onPoison: deadLetter } ]';
const RETRIED = failing(`
  wait: { kind: rabbitmq, messageTtl: 5s, deadLetter: jobs }
  jobs: { ${JOBS}, deadLetter: wait }
`);
const BURIED = failing(`
  dead: { kind: rabbitmq }
  wait: { kind: rabbitmq, messageTtl: 5s, deadLetter: dead }
  jobs: { ${JOBS}, deadLetter: wait }
`);

describe('messages that a queue holds back and dead-letters to where they came from', () => {
  it('are passed on, and none is dead', () => {
    const { metered } = RETRIED.variants[0]!;
    expect(metered['wait']!.passesOn).toBe(true);
    expect(metered['jobs']!.passesOn).toBe(true);
    expect(deadEstimate(RETRIED.variants[0]!).value).toBeNull();
    expect(heads(RETRIED)).not.toContain('Dead');
  });
});

describe('messages that end behind two hops', () => {
  const [variant] = BURIED.variants;
  const { metered } = variant!;

  it('are dead once', () => {
    expect(metered['jobs']!.passesOn).toBe(true);
    expect(metered['wait']!.passesOn).toBeUndefined();
    expect(deadEstimate(variant!).value).toBe(240);
    const dead = outcomeColumns(viewOf(BURIED)).find(({ key }) => key === 'unseen.dead')!;
    expect(dead.pick(variant!).value).toBe(240);
  });

  it('wait for no consumer: the place where they rest has no backlog', () => {
    expect(metered['dead']!.drain).toBeUndefined();
    expect(variant!.cascade.events.filter(({ subject }) => subject === 'dead')).toEqual([]);
    const told = chainOf(viewOf(BURIED), variant!).map(({ subject }) => subject);
    expect(told.filter((subject) => subject.startsWith('dead'))).toEqual([]);
    const drained = outcomeColumns(viewOf(BURIED)).find(({ key }) => key === 'unseen.drain');
    expect(drained?.never?.(variant!) ?? 0).toBe(0);
  });
});

describe('a topic without readers', () => {
  it('is where dead letters rest, and one that is read is not', () => {
    const topics = (more: string): Result =>
      run(`
faultline: 1
title: Dead letters of a topic
run: { duration: 20s, replications: 1 }
topics:
  dead: { kind: kafka${more} }
  jobs:
    kind: kafka
    subscribers:
      - { group: workers, call: worker.handle, retry: { attempts: 1 }, onPoison: deadLetter, deadLetter: dead }
services:
  worker: { endpoints: { handle: [ work: 5ms ] } }
  clerk: { endpoints: { look: [ work: 5ms ] } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { name: put, steps: [ publish: jobs ] } ] }
faults: [ { id: err, kind: error, target: worker.handle, share: 100%, at: 5s, for: 2s } ]
`).result;
    expect(deadEstimate(topics('').variants[0]!).value).toBe(40);
    const read = topics(', subscribers: [ { group: clerks, call: clerk.look } ]').variants[0]!;
    expect(deadEstimate(read).value).toBeNull();
    expect(read.metered['jobs.workers']!.passesOn).toBe(true);
  });
});

describe('dead letters that are sent back', () => {
  it('rest no more', () => {
    const { result } = run(`
faultline: 1
title: Dead letters sent back
run: { duration: 60s, replications: 1 }
queues:
  dead: { kind: simple }
  jobs: { kind: simple, consumers: [ { call: worker.handle, retry: { attempts: 1 }, onPoison: deadLetter, deadLetter: dead } ] }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults:
  - { id: err, kind: error, target: worker.handle, share: 100%, at: 10s, for: 5s }
  - { id: again, kind: redrive, target: dead, rate: 20/s, at: 30s }
variants: [ { name: back }, { name: never, remove: [ 'faults[again]' ] } ]
`);
    expect(result.variants.map((variant) => deadEstimate(variant).value)).toEqual([0, 100]);
  });
});
