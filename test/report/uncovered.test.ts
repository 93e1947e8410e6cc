import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

/** Four workers of 100 ms serve 40/s of 80/s, so half of the orders fail; none of the other requests does. */
const half = (judged: string): string => `
faultline: 1
title: budgets beside requests that fail
run: { duration: 30s, seed: 3 }
services:
  api: { concurrency: 4, queue: { capacity: 4 }, endpoints: { order: [ wait: 100ms ] } }
  other: { endpoints: { get: [ wait: 1ms ] } }
workloads:
  users:
    arrivals: constant(160/s)
    requests: [ { name: order, call: api.order, weight: 1 }, { name: browse, call: other.get, weight: 1 } ]
${judged}
`;

const answerFor = (judged: string): { readonly act: string; readonly uncovered: string } => {
  const { act, notes } = answerOf(viewOf(run(half(judged)).result));
  return {
    act: act === null ? '' : plainWords(act),
    uncovered: notes.map((words) => plainWords(words)).join(' '),
  };
};

it.each(['users.successLatency.p99 < 1s', 'users.browse.success >= 99%', 'users.latency.p99 < 1s'])(
  'a budget that does not see the failures is said not to: %s',
  (budget) => {
    const { act, uncovered } = answerFor(`budgets: [ ${budget} ]`);
    expect(act).toMatch(
      /^Nothing: it holds every budget, but none covers order requests, of which [45]\d(\.\d)? % fail\.$/u,
    );
    expect(uncovered).toBe('');
  },
);

it.each([
  'users.success > 40%',
  'users.order.success > 40%',
  'api.success > 40%',
  'users.availability > 40%',
  'users.outcomes.ok > 10',
])('a budget that sees them is none of those: %s', (budget) => {
  const { act, uncovered } = answerFor(`budgets: [ ${budget} ]`);
  expect(act).toBe('Nothing: it holds every budget.');
  expect(uncovered).toBe('');
});

it('an expectation of it is as good, and a file without budgets has nothing to cover', () => {
  const both = 'budgets: [ users.latency.p99 < 1s ]\nexpect: [ users.order.success < 60% ]';
  expect(answerFor(both).act).toBe('Nothing: it holds every budget.');
  expect(answerFor('').uncovered).toBe('');
});

it('beside a broken budget it has a sentence of its own', () => {
  const { uncovered } = answerFor('budgets: [ users.browse.latency.p99 < 0.5ms ]');
  expect(uncovered).toMatch(/^No budget covers order requests, of which [45]\d(\.\d)? % fail\.$/u);
});
