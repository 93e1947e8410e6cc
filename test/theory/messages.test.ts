import { describe } from 'vitest';
import { theory } from './case.js';
import { budgetValue, inMs } from './measures.js';
import type { Ran } from './program.js';
import { run } from './program.js';

/** Sum of a counter over the first run. */
function counted(ran: Ran, name: string): number {
  let sum = 0;
  for (const meter of ran.records[0]![0]!.meters) {
    if (meter.name !== name || meter.form !== 'counter') continue;
    for (const count of meter.counts) sum += count;
  }
  return sum;
}

const outage = (p: Readonly<Record<string, number>>): Ran => {
  const resumed = 10 + p['outage_s']!;
  const drained = (p['produce_rps']! * p['outage_s']!) / (p['consume_rps']! - p['produce_rps']!);
  return run(`
faultline: 1
title: A consumer that was away
run: { duration: ${Math.ceil(resumed + drained * 1.2)}s, timeline: 1s }
topics:
  jobs:
    kind: kafka
    subscribers:
      - { group: workers, call: worker.handle, commit: afterEach, rebalance: { staticMembership: true }, sessionTimeout: 30m }
services:
  worker: { endpoints: { handle: [ work: ${1e9 / p['consume_rps']!}ns ] } }
workloads:
  users:
    arrivals: constant(${p['produce_rps']}/s)
    requests: [ { name: submit, steps: [ publish: jobs ] } ]
faults: [ { id: away, kind: pause, target: worker, at: 10s, for: ${p['outage_s']}s } ]
budgets:
  - jobs.workers.lag.max >= 0
  - jobs.workers.drain < 1h after away
  - jobs.workers.delay.max < 1h
`);
};

describe('a consumer that catches up', () => {
  for (const id of ['lag-drain', 'lag-drain-slow']) {
    theory(id, ({ p }) => {
      const ran = outage(p);
      return {
        peak_lag: budgetValue(ran, 'jobs.workers.lag.max'),
        drain_time_after_resume_s: budgetValue(ran, 'jobs.workers.drain'),
        max_message_delay_s: budgetValue(ran, 'jobs.workers.delay.max'),
      };
    });
  }
});

describe('a producer that waits for more', () => {
  for (const id of ['linger-batch', 'linger-batch-5ms']) {
    theory(
      id,
      ({ p }) => {
        const ran = run(`
faultline: 1
title: Batches
run: { duration: ${p.duration}s, seed: 3 }
brokers: { log: { kind: kafka } }
topics:
  jobs:
    kind: kafka
    broker: log
    producer: { linger: ${p['linger_ms']}ms, batchSize: 1GiB, bufferMemory: 8GiB }
services:
  api: { runtime: async, endpoints: { submit: [ publish: { topic: jobs } ] } }
workloads:
  users: { arrivals: poisson(${p['arrival_rps']}/s), requests: [ { call: api.submit } ] }
`);
        const { latency } = ran.variant().components['api']!;
        const size = 1 + (p['arrival_rps']! * p['linger_ms']!) / 1000;
        // The size of a batch is the number of messages that arrived while its first message waited.
        const mean = inMs(latency.mean);
        const perSecond = counted(ran, 'published') / p.duration;
        const batch = batchSizeOf(mean, p['linger_ms']!);
        return {
          added_wait_mean_ms: mean,
          batch_size_mean: Math.abs(batch - size) / size < 0.05 ? batch : NaN,
          batches_per_s: perSecond / batch,
        };
      },
      { share: 0.1 },
    );
  }
});

/** Mean wait = linger (1 + (n - 1) / 2) / n, solved for n. */
function batchSizeOf(waitMs: number, lingerMs: number): number {
  return 0.5 / (waitMs / lingerMs - 0.5);
}

describe('messages that cannot be handled', () => {
  theory(
    'poison-dlq',
    ({ p }) => {
      const seconds = Math.round((p['messages']! * 0.1) / 1000);
      const ran = run(`
faultline: 1
title: Poison
run: { duration: ${seconds}s, drain: 60s, seed: 5 }
topics:
  jobs:
    kind: kafka
    partitions: 50
    subscribers:
      - { group: workers, call: worker.handle, retry: { attempts: ${p['max_deliveries']} }, onPoison: deadLetter, deadLetter: dead }
  dead: { kind: kafka }
services:
  worker:
    replicas: 50
    endpoints: { handle: [ { fail: 500, probability: ${p['transient_fail_probability']! * 100}% } ] }
workloads:
  users: { arrivals: constant(1000/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults:
  - { id: bad, kind: poison, target: jobs, share: ${p['poison_fraction']! * 100}%, at: 0s, for: none }
`);
      const published = counted(ran, 'published') - counted(ran, 'deadLettered');
      return {
        deliveries_per_message: 1 + counted(ran, 'redeliveries') / published,
        dlq_fraction: counted(ran, 'deadLettered') / published,
      };
    },
    { share: 0.1 },
  );
});

describe('sagas whose steps fail', () => {
  for (const id of ['saga-5', 'saga-uneven']) {
    theory(
      id,
      ({ p }) => {
        const chances = p['step_success'] as unknown as readonly number[];
        const services = chances
          .map(
            (chance, k) =>
              `  s${k}: { runtime: async, endpoints: { do: [ wait: ${p['step_ms']}ms, { fail: 409, probability: ${((1 - chance) * 100).toFixed(4)}% } ], undo: [ wait: ${p['compensation_ms']}ms ] } }`,
          )
          .join('\n');
        const steps = chances
          .map((_, k) => `      - { name: s${k}, call: s${k}.do, compensation: s${k}.undo }`)
          .join('\n');
        const seconds = Math.round((p['requests']! * 0.1) / 500);
        const ran = run(`
faultline: 1
title: Steps that fail
run: { duration: ${seconds}s, drain: 10s, seed: 7 }
services:
  orders: { runtime: async, endpoints: { place: [ saga: { start: order, await: true } ] } }
${services}
sagas:
  order:
    kind: orchestrated
    orchestrator: orders
    steps:
${steps}
workloads:
  users: { arrivals: poisson(500/s), requests: [ { call: orders.place } ] }
budgets: [ order.completed >= 0%, order.duration.mean < 1h ]
`);
        const begun = counted(ran, 'accepted');
        const calls = chances.reduce((sum, _, k) => sum + partCount(ran, `s${k}`, 'do'), 0);
        return {
          success_fraction: budgetValue(ran, 'order.completed'),
          compensations_per_saga: counted(ran, 'compensations') / begun,
          steps_per_saga: calls / begun,
          latency_mean_ms: inMs(budgetValue(ran, 'order.duration.mean')),
        };
      },
      { share: 0.1 },
    );
  }
});

function partCount(ran: Ran, component: string, part: string): number {
  const { outcomes } = ran.variant().components[component]!.parts[part]!;
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}
