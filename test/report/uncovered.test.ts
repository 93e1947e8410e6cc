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
      /^It holds every budget; no budget covers the [45]\d(\.\d)? % of order requests that fail\.$/u,
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

it('an expectation that limits it is as good, and a file without budgets has nothing to cover', () => {
  const both = 'budgets: [ users.latency.p99 < 1s ]\nexpect: [ users.order.success > 40% ]';
  expect(answerFor(both).act).toBe('Nothing: it holds every budget.');
  expect(answerFor('').uncovered).toBe('');
});

it.each([
  'users.order.success < 60%',
  'users.availability < 90%',
  'users.order.share.rejectedOverload > 10%',
  'users.outcomes.ok < 100000',
  'users.statuses.5xx >= 1',
  'users.order.success != 100%',
])('an expectation that asks for the failures limits none of them: %s', (expectation) => {
  const { act } = answerFor(`budgets: [ users.latency.p99 < 1s ]\nexpect: [ ${expectation} ]`);
  expect(act).toMatch(/no budget covers the [45]\d(\.\d)? % of order requests that fail/u);
});

it('beside a broken budget it has a sentence of its own', () => {
  const { uncovered } = answerFor('budgets: [ users.browse.latency.p99 < 0.5ms ]');
  expect(uncovered).toMatch(
    /^No budget covers the [45]\d(\.\d)? % of order requests that fail\.$/u,
  );
});

/** A third of 20 messages/s cannot be handled for 10 s; a fallback answers a tenth of all requests; half of the sagas break. */
const unseen = (judged: string): string => `
faultline: 1
title: harms that no request shows
run: { duration: 30s, seed: 3, drain: 5s }
queues:
  jobs: { kind: rabbitmq, deadLetter: buried, consumers: [ { call: worker.handle, retry: { attempts: 1 }, onPoison: deadLetter } ] }
  buried: { kind: rabbitmq }
services:
  api:
    endpoints:
      put: [ publish: jobs ]
      trip: [ saga: trip ]
      show: [ { call: other.get, policy: { timeout: 1s, fallback: { after: 1ms, status: 200, degraded: true } } } ]
  worker: { endpoints: { handle: [ work: 5ms ] } }
  other: { endpoints: { get: [ { fail: 500, probability: 10% } ], cancel: [ { fail: 500, probability: 100% } ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: api
    timeout: 2s
    steps: [ { name: fly, call: worker.handle, compensation: other.cancel }, { name: stay, call: other.get, compensation: other.cancel } ]
workloads:
  users: { arrivals: constant(60/s), requests: [ { call: api.put }, { call: api.trip }, { call: api.show } ] }
faults: [ { id: bad, kind: poison, target: jobs, share: 30%, effect: error, at: 10s, for: 10s } ]
${judged}
`;

/** What no budget covers beside one on the success of requests and others. */
function uncoveredBeside(...budgets: readonly string[]): string {
  const text = unseen(`budgets: ${JSON.stringify(['users.success >= 99%', ...budgets])}`);
  const { act, notes, badge } = answerOf(viewOf(run(text).result));
  const said = [act ?? [], ...notes].map((words) => plainWords(words)).join(' ');
  const harms = /no budget covers (?<harms>.+?)\.(?: |$)/iu.exec(said)?.groups?.['harms'] ?? '';
  // Degraded responses are what a fallback is for.
  const isLoss = /sagas|letters/u.test(harms);
  expect(badge).toEqual({
    text: isLoss ? 'holds its budgets, 1 run' : 'survives, 1 run',
    tone: isLoss ? 'open' : 'pass',
  });
  return harms;
}

const LETTERS = String.raw`\d+ dead letters of jobs(?:\.\S+)?`;
const SAGAS = String.raw`the \d+(?:\.\d+)? % of trip sagas that (?:end inconsistent|get stuck)`;
const DEGRADED = String.raw`the (?:9|1\d)(?:\.\d+)? % of show requests with degraded responses`;

it.each([
  [[], `${SAGAS}, and 2 other harms`],
  [['trip.stuck <= 100%', 'trip.inconsistent <= 100%'], `${LETTERS}, and ${DEGRADED}`],
  [['trip.stuck <= 100%', 'trip.inconsistent <= 100%', 'jobs.deadLettered < 1000'], DEGRADED],
  [['trip.stuck <= 100%', 'trip.inconsistent <= 100%', 'buried.lag.max < 1000'], DEGRADED],
  [['users.share.degraded < 50%'], `${SAGAS}, and ${LETTERS}`],
])('harms that no request shows are named until a budget covers them: %j', (budgets, harms) => {
  expect(uncoveredBeside(...budgets)).toMatch(new RegExp(`^${harms}$`, 'u'));
});
