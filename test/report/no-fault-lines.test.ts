import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf, namedAnswers } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

const linesOf = (text: string): readonly string[] =>
  answerOf(viewOf(run(text).result)).also.map(plainWords);

it('a backlog of a load that rises has its trigger, and the time at which its consumer is full', () => {
  const lines = linesOf(`
faultline: 1
title: a backlog without a fault
run: { duration: 60s, warmup: 5s, seed: 3, timeline: 1s }
services:
  shop: { endpoints: { buy: [ publish: orders ] } }
  mail: { concurrency: 2, endpoints: { send: [ wait: 20ms ] } }
topics: { orders: { kind: kafka, partitions: 2, subscribers: [ { group: mailers, call: mail.send } ] } }
workloads:
  users:
    arrivals: { kind: stages, start: 40/s, stages: [ { duration: 20s, target: 40/s }, { duration: 1s, target: 300/s }, { duration: 39s, target: 300/s } ] }
    requests: [ { call: shop.buy } ]
`);
  expect(lines.find((line) => line.startsWith('Trigger'))).toMatch(
    /^Trigger: the load of users \w+ from 40\/s to 300\/s at 20 s \(\w+\)\.$/u,
  );
  expect(lines.find((line) => line.startsWith('Headroom'))).toMatch(
    /^Headroom: none, mail is full from \d+ to \d+ s\.$/u,
  );
});

it('a terminal has the job that fills a queue below why', () => {
  // 1,500 mails at 10 s, of which 2 consumers handle 100/s: 15 s later they are gone.
  const { result } = run(`
faultline: 1
title: a campaign
run: { duration: 40s, warmup: 5s, seed: 3, timeline: 1s }
services:
  shop: { endpoints: { buy: [ publish: mails ], mailing: [ loop: { times: 1500, steps: [ publish: mails ] } ] } }
  mail: { concurrency: 2, endpoints: { send: [ wait: 20ms ] } }
queues: { mails: { kind: sqs, consumers: [ { call: mail.send, concurrency: 2 } ] } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { call: shop.buy } ] }
  marketing: { arrivals: { at: [ 10s ] }, requests: [ { call: shop.mailing } ] }
`);
  const why = namedAnswers(answerOf(viewOf(result))).find(({ name }) => name === 'Why');
  expect(why?.beside.map(plainWords)).toEqual([
    'Trigger: the request of marketing at 10 s (guess).',
  ]);
});

it('failures without a fault and without a limit are said to have none', () => {
  const lines = linesOf(`
faultline: 1
title: errors of its own
run: { duration: 30s, seed: 3 }
services: { shop: { endpoints: { buy: [ wait: 5ms, { fail: 500, probability: 40% } ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
`);
  expect(lines).toContain('Headroom: no component has a limit.');
  expect(lines).toContain('Faults: none in this scenario.');
});

it('a rollout of the variant that the report is about that does not end is named', () => {
  const text = readFileSync('scenarios/patterns/rollout-heavier-version.yaml', 'utf8');
  expect(linesOf(text)).toContain('old-limit: cart does not get from v1 to v2 in this run.');
});
