// How much work does importance splitting save? `npm run bench:rare`. Queues with a known share of refusals: the value of
// theory, the estimate with its interval, and how many times as many events plain runs need for the same error. Options:
// --repetitions 20, --only NAME.
import { parseArgs } from 'node:util';
import { RareRuns } from '../dist/api/rare/trials.js';
import { splitOnce, stagesOf } from '../dist/api/rare/splitting.js';
import { load } from '../dist/api/load.js';
import { questionsOf } from '../dist/api/questions.js';
import { runPlan } from '../dist/run/run.js';
import { differenceInterval } from '../dist/stats/difference.js';

const { values: options } = parseArgs({
  options: { repetitions: { type: 'string', default: '20' }, only: { type: 'string' } },
});
const REPETITIONS = Number(options.repetitions);

/** M/M/c/K: `room` is the requests in service and in the queue, rates are per second, times in seconds. */
const CASES = {
  'M/M/1/7, 30 %': { servers: 1, room: 7, arrives: 30, serves: 100, warmup: 0.2, lasts: 0.4 },
  'M/M/1/11, 30 %': { servers: 1, room: 11, arrives: 30, serves: 100, warmup: 0.2, lasts: 0.4 },
  'M/M/4/14, 40 %': { servers: 4, room: 14, arrives: 160, serves: 100, warmup: 0.2, lasts: 0.4 },
  'M/M/4/18, 40 %': { servers: 4, room: 18, arrives: 160, serves: 100, warmup: 0.2, lasts: 0.4 },
};

const rows = [];
for (const [name, queue] of Object.entries(CASES)) {
  if (options.only === undefined || name.includes(options.only))
    rows.push(await measured(name, queue));
}
console.log(
  `\n| queue | theory | splitting, ${REPETITIONS} repetitions | off by | events | saves |`,
);
console.log('|---|---|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

async function measured(name, queue) {
  const text = scenarioOf(queue);
  const prepared = load(text);
  const [question] = questionsOf(prepared, ['users.share.rejectedOverload']);
  const variant = prepared.file.variants[0];
  const runs = new RareRuns({ variant, file: prepared.file }, question.measure.metric, 'desk');
  let events = 0;
  const make = (ways) =>
    Promise.resolve(
      ways.map((way) => {
        const record = runPlan(runs.planOf(way), way.replication);
        events += record.totals.events;
        return runs.trialOf(record);
      }),
    );
  const key = { a: 4711, b: 1147 };
  const stages = await stagesOf(make, key, runs.cells);
  if (typeof stages === 'string') return [name, stages];
  const shares = [];
  let requests = 0;
  for (let number = 0; number < REPETITIONS; number++) {
    const { hits, trials } = await splitOnce(make, stages, { key, number, cells: runs.cells });
    shares.push(hits / trials);
    requests += trials / REPETITIONS;
  }
  const truth = refusedOf(queue);
  const mean = shares.reduce((sum, one) => sum + one, 0) / REPETITIONS;
  const { low, high } = differenceInterval(mean, shares);
  // Around theory: the spread of the repetitions alone hides that most miss a part of the rare ways to the event.
  const squares = shares.reduce((sum, one) => sum + (one - truth) ** 2, 0);
  const error = Math.sqrt(squares) / REPETITIONS;
  // Plain runs in which requests are refused independently: the least that they need.
  const plainRuns = truth / error ** 2 / requests;
  const whole = runPlan(runs.plan, 1).totals.events;
  return [
    name,
    truth.toExponential(2),
    `${mean.toExponential(2)} [${low.toExponential(1)}, ${high.toExponential(1)}]`,
    `${(100 * (mean / truth - 1)).toFixed(0)} %`,
    `${(events / 1e6).toFixed(1)} million`,
    `${((plainRuns * whole) / events).toFixed(0)} times`,
  ];
}

function scenarioOf({ servers, room, arrives, serves, warmup, lasts }) {
  return `faultline: 1
title: A queue
run: { duration: ${lasts * 1000}ms, warmup: ${warmup * 1000}ms, seed: 3 }
services: { desk: { concurrency: ${servers}, queue: { capacity: ${room - servers} }, endpoints: { ask: [ wait: exponential(${1000 / serves}ms) ] } } }
workloads: { users: { arrivals: poisson(${arrives}/s), requests: [ { call: desk.ask } ] } }
`;
}

/** The share of the arrivals that find the queue full, by the forward equations from an empty queue. */
function refusedOf({ servers, room, arrives, serves, warmup, lasts }) {
  const step = 1e-5;
  let now = Array.from({ length: room + 1 }, (_, i) => (i === 0 ? 1 : 0));
  let [full, time] = [0, 0];
  const steps = Math.round((warmup + lasts) / step);
  for (let k = 0; k < steps; k++) {
    const next = now.slice();
    now.forEach((p, i) => {
      const [up, down] = [i < room ? arrives * step : 0, Math.min(i, servers) * serves * step];
      next[i] -= p * (up + down);
      if (i < room) next[i + 1] += p * up;
      if (i > 0) next[i - 1] += p * down;
    });
    now = next;
    time += step;
    if (time > warmup) full += now[room] * step;
  }
  return full / lasts;
}
