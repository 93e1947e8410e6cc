import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** 100 messages/s for a consumer good for 200, which is away at two times: [from, seconds]. */
const twice = (...times: readonly (readonly [number, number])[]) =>
  run(`
faultline: 1
title: A consumer that is away twice
run: { duration: 300s }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults:
${times.map(([at, seconds], i) => `  - { id: f${i}, kind: crash, target: worker, at: ${at}s, for: ${seconds}s }`).join('\n')}
`).variant().metered['jobs']!.drain!;

describe('the time that a backlog lives', () => {
  it('is held against the usual level, not against the backlog of the fault before', () => {
    const { f0, f1 } = twice([60, 10], [150, 40]);
    // 1,000 messages at a gain of 100/s, then 4,000.
    expect(f0!.value).toBeCloseTo(10, 0);
    expect(f1!.value).toBeCloseTo(40, 0);
  });

  it('is not none where the backlog before was larger', () => {
    expect(twice([60, 10], [150, 5]).f1!.value).toBeCloseTo(5, 0);
  });

  it('continues if the next fault begins before it is over', () => {
    // 4,000 messages, 1,000 of them handled before the second fault; then 3,000, and the 500 of its 5 s: 35 s more.
    const { f0, f1 } = twice([60, 40], [110, 5]);
    expect(f1!.value).toBeGreaterThan(33);
    expect(f1!.value).toBeLessThan(38);
    expect(f0!.value! - f1!.value!).toBeCloseTo(15, 0);
  });

  it('is held against the seconds before it where the run begins with a fault', () => {
    const { f0, f1 } = twice([0, 10], [150, 5]);
    // Nothing is known of the time before the first.
    expect(f0).toBeUndefined();
    expect(f1!.value).toBeCloseTo(5, 0);
  });

  it('has no end while messages of the fault wait that no consumer can handle', () => {
    // 50 messages in service on average, with a spread of 7, so that ten more are soon within the usual level.
    const drainOf = (kind: string, onPoison: string) =>
      run(`
faultline: 1
title: Poison messages that are redelivered
run: { duration: 120s, seed: 3 }
queues:
  jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 100${onPoison} } ] }
services: { worker: { endpoints: { handle: [ wait: 500ms ] } } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults:
  - { id: bad, kind: ${kind}, target: jobs, at: 60s, for: 100ms }
`).variant().metered['jobs']!.drain!['bad']!;
    expect(drainOf('poison', '')).toMatchObject({ value: null, never: 1 });
    expect(drainOf('poison', ', onPoison: skip, retry: { attempts: 2 }')).toMatchObject({
      never: 0,
    });
    expect(drainOf('duplicate', '').value).toBeLessThan(2);
  });
});

describe('messages whose workers die', () => {
  it('drain when the last one is handled again, not when a slot shorter than a cell is empty', () => {
    // 40 of 60 workers are busy for 4 min, 20 of them die: visible again 15 min after their receive, handled 19 min after the fault.
    const jobs = run(`
faultline: 1
title: Jobs of minutes
run: { duration: 1h, warmup: 10m }
queues: { jobs: { kind: sqs, visibilityTimeout: 15m, consumers: [ { call: worker.handle, concurrency: 1 } ] } }
services: { worker: { replicas: 60, lifecycle: { startup: 10s }, endpoints: { handle: [ wait: 4m ] } } }
workloads: { users: { arrivals: constant(10/min), requests: [ { name: send, steps: [ publish: jobs ] } ] } }
faults: [ { id: gone, kind: crash, target: worker, instances: 30, at: 20m, for: 0s } ]
`).variant();
    const drained = jobs.metered['jobs']!.drain!['gone']!.value!;
    const caughtUp = jobs.cascade.events.find(({ kind }) => kind === 'recovered')!.at;
    expect(caughtUp).toBe(2340);
    // Cells of 18 s, slots of 5 s.
    expect(Math.abs(1200 + drained - caughtUp)).toBeLessThanOrEqual(23);
  });
});
