import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from '../cli/harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** The words of `run`, with single spaces, and its document. */
const ran = (text: string): { readonly said: string; readonly result: Result } => {
  const json = folder.at('out.json');
  const args = ['run', folder.put('case.yaml', text), '--json', json, '--out', folder.at('out')];
  const said = faultline(args).stdout.replaceAll(/\s+/gu, ' ');
  return { said, result: JSON.parse(readFileSync(json, 'utf8')) as Result };
};

describe('a limit of a component that others operate', () => {
  const limited = (external: string): string => `
faultline: 1
title: a partner limits its callers
run: { duration: 60s, seed: 3 }
services:
  api: { runtime: async, endpoints: { ask: [ call: partner.complete ] } }
  partner:
    ${external}runtime: async
    middleware: [ { rateLimit: { kind: tokenBucket, rate: 60/s, burst: 60 } } ]
    endpoints: { complete: [ wait: 200ms ] }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: ask, call: api.ask } ] } }
budgets: [ users.success >= 99% ]
`;

  it('is a cause, and nothing to change', () => {
    const { said, result } = ran(limited('external: true, '.replace(', ', '\n    ')));
    expect(said).toContain('partner refuses requests above its rate limit');
    expect(said).toContain(
      'users.success is 100 % instead of 60.9 % without the limits of partner',
    );
    expect(said).toContain('do Not known: ');
    const [change] = result.variants[0]!.counterfactuals!.interventions;
    expect([change!.subject, change!.external]).toEqual(['partner', true]);
  });

  it('is one to change where it is ours', () => {
    expect(ran(limited('')).said).toContain('do Remove the limits of partner: ');
  });
});

it('a variant whose runs are those of the baseline is named, and no other one', () => {
  const { said } = ran(`
faultline: 1
title: a queue that nothing fills
run: { duration: 20s, seed: 3, replications: 2 }
services:
  api: { concurrency: 50, endpoints: { ask: [ call: db.q ] } }
  db: { concurrency: 4, queue: { capacity: 4 }, endpoints: { q: [ wait: 50ms ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { name: ask, call: api.ask } ] } }
variants:
  - { name: as-is }
  - { name: longer-queue, set: { services.api.queue.capacity: 500 } }
  - { name: better, set: { services.db.concurrency: 20 } }
budgets: [ users.success >= 99% ]
`);
  expect(said).toContain('longer-queue changes nothing in these runs.');
  expect(said).not.toContain('better changes nothing');
});

it('a budget that the runs do not decide has a line, with what would decide it', () => {
  const atLimit = (limit: string): string => `
faultline: 1
title: a budget at its limit
run: { duration: 20s, seed: 3, replications: 5 }
services: { api: { concurrency: 5, queue: { capacity: 4 }, endpoints: { ask: [ wait: exponential(50ms) ] } } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { name: ask, call: api.ask } ] } }
budgets: [ { expect: users.successLatency.mean < ${limit}, confidence: 95% } ]
`;
  const { value } = ran(atLimit('1s')).result.variants[0]!.budgets[0]!;
  const { said, result } = ran(atLimit(`${(value! * 1000).toFixed(2)}ms`));
  expect(result.variants[0]!.budgets[0]!.verdict).toBe('inconclusive');
  expect(said).toMatch(/\? users\.successLatency\.mean < \S+ .*base [\d.]+ ms \(/u);
});

it('a queue of SQS gives a message up by its maxReceiveCount, not by what its consumer does', () => {
  const { said } = ran(`
faultline: 1
title: a poison message in SQS
run: { duration: 90s, seed: 3 }
keys: { one: { kind: sequence, count: 1 } }
queues:
  orders: { kind: sqs, fifo: true, visibilityTimeout: 10s, consumers: [ { call: packer.pack, concurrency: 1 } ] }
services:
  packer: { endpoints: { pack: [ wait: 50ms ] } }
  api: { endpoints: { put: [ publish: { topic: orders, key: one } ] } }
workloads: { users: { arrivals: constant(5/s), requests: [ { call: api.put } ] } }
faults: [ { id: bad, kind: poison, target: orders, share: 5%, at: 20s, for: 20s } ]
budgets: [ orders.lag.max < 50 ]
`);
  expect(said).toContain(
    'that they cannot handle, with maxReceiveCount and a deadLetter queue: of',
  );
  expect(said).not.toContain('onPoison');
});
