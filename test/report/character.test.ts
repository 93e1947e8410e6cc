import { describe, expect, it } from 'vitest';
import { characterOf } from '../../src/report/words/character.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

function characterIn(scenario: string): string {
  const { result, variant } = run(`faultline: 1\ntitle: A run without a trigger\n${scenario}`);
  return characterOf(viewOf(result), variant());
}

describe('the character of a variant', () => {
  it('counts requests that are not answered where none fails', () => {
    expect(
      characterIn(`
run: { duration: 60s, warmup: 2s }
services: { api: { concurrency: 5, endpoints: { get: [ wait: 20ms ] } } }
workloads:
  users:
    arrivals: { kind: stages, start: 0/s, stages: [ { duration: 30s, target: 600/s }, { duration: 15s, target: 600/s }, { duration: 0s, target: 100/s } ] }
    requests: [ { call: api.get } ]
`),
    ).toMatch(/^\d+(\.\d)? % unanswered$/u);
  });

  it('names a backlog that has not ended, although it was more than twice as large', () => {
    expect(
      characterIn(`
run: { duration: 30s }
queues: { jobs: { kind: rabbitmq, prefetch: 2, backlog: 5000, consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: api.submit } ] } }
`),
    ).toBe('backlog remains');
  });

  it('is that of a run without faults if a fault lasts for the entire run', () => {
    expect(
      characterIn(`
run: { duration: 30s }
services: { api: { endpoints: { get: [ wait: 5ms ] } } }
workloads: { users: { arrivals: constant(50/s), requests: [ { call: api.get } ] } }
faults: [ { id: weak, kind: error, target: api, share: 20%, at: 0s, for: none } ]
`),
    ).toMatch(/^\d+(\.\d)? % fail$/u);
  });
});
