import { describe, expect, it } from 'vitest';
import type { MeterResult } from '../../src/contracts/result/meters.js';
import { run } from '../theory/program.js';

/** Eight messages at 0 ms for two partitions and one consumer, which handles one in 10 ms. */
const jobs = (keys: number): string => `
faultline: 1
title: Eight messages at once
run: { duration: 1s, timeline: 100ms }
keys: { item: { kind: sequence, count: ${keys} } }
topics:
  jobs:
    kind: kafka
    partitions: 2
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach } ]
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
workloads:
  users:
    arrivals: { at: [ ${Array(8).fill('0ms').join(', ')} ] }
    requests: [ { name: submit, steps: [ publish: { topic: jobs, key: item } ] } ]
budgets: [ jobs.workers.partitionLag.max <= 8, jobs.workers.partitionLag.mean <= 8 ]
`;

const figures = (keys: number) => {
  const variant = run(jobs(keys)).variant();
  const gauge = (name: string): MeterResult & { form: 'gauge' } => {
    const meter = variant.metered['jobs.workers']!.meters[name];
    if (meter?.form !== 'gauge') throw new Error(`no gauge ${name}`);
    return meter;
  };
  return { lag: gauge('lag'), hottest: gauge('partitionLag'), budgets: variant.budgets };
};

describe('what waits in the partition that holds most', () => {
  it('is all there is where one key has every message', () => {
    const { lag, hottest, budgets } = figures(1);
    expect(hottest.max).toBe(8);
    // One less every 10 ms: 8 + 7 + ... + 1 = 36 times 10 ms of a second.
    expect(hottest.mean).toBeCloseTo(0.36, 12);
    expect(hottest).toEqual(lag);
    expect(budgets.map(({ value }) => value)).toEqual([8, hottest.mean]);
  });

  it('is half of it where four keys have two partitions, and changes place as they are worked off', () => {
    // The hash puts keys 0 and 1 into the first partition, 2 and 3 into the second.
    const { lag, hottest } = figures(4);
    expect(lag.max).toBe(8);
    expect(hottest.max).toBe(4);
    expect(lag.mean).toBeCloseTo(0.36, 12);
    // One of the first, the four of the second, the other three: 4 + 4 + 3 + 3 + 3 + 3 + 2 + 1 times 10 ms of a second.
    expect(hottest.mean).toBeCloseTo(0.23, 12);
    expect(hottest.steps[9]).toBe(0);
  });
});
