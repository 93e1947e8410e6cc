import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

it('of two variants with one change each, the one with less of the harm is advised', () => {
  // A group of static members has no backlog; one that rebalances cooperatively has half of it, for as long.
  const text = readFileSync('scenarios/patterns/consumer-crash.yaml', 'utf8');
  const { act, also } = answerOf(viewOf(run(text).result));
  expect(plainWords(act!)).toMatch(/^Use static: it holds the budget with .+; cooperative too\.$/u);
  expect(also.map(plainWords).join(' ')).toMatch(
    /Difference of static from classic: the backlog is gone after \S+ ms instead of 52\.5 s/u,
  );
});

it('where nothing goes wrong, a variant that holds a budget of its own is no advice', () => {
  const text = readFileSync('scenarios/patterns/gc-pauses.yaml', 'utf8');
  const { what, act } = answerOf(viewOf(run(text).result));
  expect(plainWords(what)).toBe('Nothing broke: every request succeeds.');
  expect(plainWords(act!)).toBe('Nothing: every variant holds every budget.');
});

it('work that waits for a component that is full has that as its reason', () => {
  const text = readFileSync('scenarios/patterns/projection-lag.yaml', 'utf8');
  const { why } = answerOf(viewOf(run(text).result));
  expect(plainWords(why!)).toBe('list is saturated: 1 of 1 cores in use (measured).');
});

it('requests that are slow from the start have what is full as their reason, where no cause is known', () => {
  // 20 / 1 s = 20/s.
  const text = `
faultline: 1
title: A bulkhead that is too small
run: { duration: 40s, warmup: 2s }
services:
  edge: { runtime: async, outbound: { a: { bulkhead: { maxConcurrent: 20, maxQueue: unbounded } } }, endpoints: { get: [ call: a.get ] } }
  a: { runtime: async, endpoints: { get: [ wait: 1s ] } }
workloads: { users: { arrivals: constant(25/s), requests: [ call: edge.get ] } }
`;
  const { why } = answerOf(viewOf(run(text).result));
  expect(plainWords(why!)).toBe(
    'edge is saturated: its bulkhead of 20 on calls to a holds 20/s of 25/s (measured).',
  );
});

it('messages that wait for what their handlers use have that as their reason', () => {
  // 12/s of 1 s and 6/s of 400 ms need 14.4 of 8 cores: 18/s x 8 / 14.4 = 10/s. The consumers have room.
  const text = `
faultline: 1
title: Free and paid videos share one farm
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  upload: { runtime: async, endpoints: { paid: [ publish: paid ], free: [ publish: free ] } }
  farm: { replicas: 4, cpu: 2, endpoints: { short: [ work: 400ms ], long: [ work: 1s ] } }
queues:
  paid: { kind: rabbitmq, consumers: [ { call: farm.short, concurrency: 20 } ] }
  free: { kind: rabbitmq, consumers: [ { call: farm.long, concurrency: 20 } ] }
workloads:
  payers: { arrivals: poisson(6/s), requests: [ { call: upload.paid } ] }
  others: { arrivals: poisson(12/s), requests: [ { call: upload.free } ] }
`;
  const { why } = answerOf(viewOf(run(text).result));
  expect(plainWords(why!)).toMatch(
    /^farm is saturated: its 8 cores hold (?:9\.[5-9]|10(?:\.[0-5])?)\d?\/s of 1[78](?:\.\d+)?\/s \(measured\)\.$/u,
  );
});
