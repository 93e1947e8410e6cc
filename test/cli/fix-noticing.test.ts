import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const answerFor = (text: string, ...args: readonly string[]): readonly (readonly unknown[])[] => {
  const json = folder.at('fixed.json');
  faultline(['fix', folder.put('case.yaml', text), '--quiet', '--json', json, ...args]);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  return (fixed.answer?.settings ?? []).map(({ path, from, to }) => [path, from, to]);
};

/** A zone of the three of stock is lost for a minute: without checks each third call waits for its limit. */
const lost = (targets: string, stock = ''): string => `
faultline: 1
title: a zone is lost
run: { duration: 60s, warmup: 5s, seed: 45, replications: 2 }
network: { zones: { a: {}, b: {}, c: {} } }
policies: { hop: { timeout: 200ms } }
services:
  shop: { runtime: async, outbound: hop, endpoints: { get: [ call: stock.get ] } }
  stock: { replicas: 3, concurrency: 20, ${stock}endpoints: { get: { readOnly: true, steps: [ wait: exponential(20ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.get } ] } }
faults: [ { id: down, kind: crash, target: ${targets}, at: 10s, for: none, blackhole: true } ]
budgets: [ users.success >= 80% ]
`;

describe('fix, where a zone is lost and no caller notices it', () => {
  it('adds health checks', () => {
    const found = answerFor(lost('stock, zone: a'), '--over', 'services.stock.healthChecks');
    expect(found.map(([path, from]) => [path, from])).toEqual([
      ['services.stock.healthChecks', null],
    ]);
    expect(found[0]![2]).toMatch(/^\{ interval: \d+s \}$/u);
  });

  it('takes the panic threshold away where too few are left for it', () => {
    const two = lost('["stock[0]", "stock[1]"]', 'healthChecks: { interval: 1s }, ');
    expect(answerFor(two, '--over', 'services.stock.loadBalancing')).toEqual([
      ['services.stock.loadBalancing', null, '{ kind: roundRobin, panicThreshold: 0% }'],
    ]);
  });
});

it('fix gives an event source as much concurrency as its function has', () => {
  // 100 jobs of 2 s, of which 5 may run at once: the pollers invoke more, and throttled jobs end as dead letters.
  const text = `
faultline: 1
title: an event source beyond its function
run: { duration: 200s, seed: 7 }
queues:
  jobs: { kind: sqs, waitTime: 20s, maxReceiveCount: 2, deadLetter: jobs-dead, consumers: [ { call: convert, batch: 1 } ] }
  jobs-dead: { kind: sqs }
functions: { convert: { kind: lambda, reserved: 5, steps: [ wait: 2s ] } }
services: { api: { endpoints: { submit: [ publish: { topic: jobs, count: 200 } ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: api.submit } ] } }
budgets: [ jobs.deadLettered == 0 ]
`;
  expect(answerFor(text, '--over', 'queues.jobs.consumers')).toEqual([
    ['queues.jobs.consumers[0].concurrency', null, '5'],
  ]);
});
