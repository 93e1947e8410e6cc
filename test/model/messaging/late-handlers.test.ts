import { describe, expect, it } from 'vitest';
import { run } from '../../theory/program.js';

/** A worker with one handler that takes a second, longer than the queue waits for an answer. */
const TEXT = `
faultline: 1
title: A handler that outlasts its delivery
run: { duration: 30s, seed: 1 }
queues:
  jobs:
    kind: rabbitmq
    consumerTimeout: 500ms
    prefetch: 1
    consumers: [ { call: worker.handle, concurrency: 1 } ]
services:
  worker: { endpoints: { handle: [ work: 1s ] } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads:
  users: { arrivals: constant(5/s), requests: [ { call: api.submit } ] }
faults:
  - { id: gone, kind: crash, target: worker, at: 3700ms, for: 1s }
`;

describe('a process that dies with a handler whose message the queue has taken back', () => {
  it('runs no more handlers after its restart than before', () => {
    const { plans, records } = run(TEXT);
    const jobs = plans[0]!.components.findIndex(({ name }) => name === 'jobs');
    const consumed = records[0]![0]!.meters.find(
      ({ name, component }) => name === 'consumed' && component === jobs,
    );
    const counts = consumed?.form === 'counter' ? [...consumed.counts] : [];
    // It handles for 3.5 s before the crash and for 25.3 s after it, a message a second.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3 + 25);
  });
});
