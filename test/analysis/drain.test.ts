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
});
