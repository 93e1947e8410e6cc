import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** 7.5 messages are handled at once at 150/s, and one instance handles two. */
const SMALL = `
faultline: 1
title: consumers that begin at min
run: { duration: 2m, warmup: 0s, seed: 3, replications: 1 }
services:
  api: { endpoints: { up: [ publish: jobs ] } }
  worker:
    replicas: 1
    autoscaling: { kind: keda, metric: lag, of: jobs, target: 50, min: 1, max: 12 }
    lifecycle: { startup: 15s }
    endpoints: { handle: [ wait: exponential(50ms) ] }
queues: { jobs: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 2 } ] } }
workloads: { users: { arrivals: poisson(150/s), requests: [ { call: api.up } ] } }
budgets: [ jobs.lag.max <= 500 ]
`;

it('blames a backlog at the start on the few instances of the consumers, and advises more', () => {
  const file = folder.put('small.yaml', SMALL);
  const args = ['--out', folder.at('out'), '--format', 'json'];
  const { stdout } = faultline(['run', file, ...args]);
  expect(stdout).toMatch(/worker starts with 1 instance, too few for the load \(proved\)/u);
  const advice = /Set (services\.worker\.replicas) to (\d+) \(now 1\)/u.exec(stdout);
  expect(advice).not.toBeNull();
  // The advice holds the budget.
  const set = `${advice![1]!}=${advice![2]!}`;
  expect(faultline(['run', file, ...args, '--set', set]).stdout).toContain('1/1 pass');
});
