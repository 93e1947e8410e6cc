import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

function cascadeOf(rest: string): CascadeResult {
  return run(`
faultline: 1
title: Publishers wait
run: { duration: 30s, drain: 10s, seed: 5 }
services:
  worker: { endpoints: { handle: [ work: 20ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, size: 100KiB } ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: api.submit } ] } }
${rest}`).variant().cascade;
}

/** Events of the publishers that wait, in words. */
const wordsOf = ({ events }: CascadeResult): readonly string[] =>
  events
    .filter(({ kind, ends }) => kind === 'blocked' || ends === 'blocked')
    .map(({ subject, text }) => `${subject}: ${text}`);

const DOWN = 'faults: [ { id: down, kind: crash, target: worker, at: 5s, for: 10s } ]';

describe('publishers that wait', () => {
  it('wait for a full queue', () => {
    const cascade = cascadeOf(`
queues: { jobs: { kind: simple, capacity: 50, overflow: block, consumers: [ { call: worker.handle } ] } }
${DOWN}`);
    const [begins, ends] = wordsOf(cascade);
    expect(begins).toMatch(/^jobs: it is full \(50 messages\), and up to 1\d\d messages wait/u);
    expect(ends).toMatch(/^jobs: publishing again after \d/u);
    expect(cascade.sentence).toMatch(/jobs blocks publishers from [78]/u);
  });

  it('wait for the memory alarm of a broker', () => {
    const cascade = cascadeOf(`
brokers: { rabbit: { kind: rabbitmq, memoryLimit: 5MiB } }
queues: { jobs: { kind: rabbitmq, broker: rabbit, consumers: [ { call: worker.handle } ] } }
${DOWN}`);
    expect(wordsOf(cascade)[0]).toMatch(/^rabbit: its memory alarm is on, and up to/u);
  });

  it('do not wait for a queue with room', () => {
    const cascade = cascadeOf(`
queues: { jobs: { kind: simple, capacity: 500, overflow: block, consumers: [ { call: worker.handle } ] } }
${DOWN}`);
    expect(wordsOf(cascade)).toEqual([]);
  });
});
