import { describe, expect, it } from 'vitest';
import { measureIn } from '../../src/analysis/verdicts/study.js';
import type { Study } from '../../src/analysis/verdicts/study.js';
import { storiesOf } from '../../src/analysis/story/cascade.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import type { SubjectKind } from '../../src/language/metrics/entry.js';
import { compile } from '../../src/plan/compile.js';
import { parseMetric } from '../../src/language/expression.js';
import { METRICS } from '../../src/language/metrics.js';
import type { Metric } from '../../src/language/metrics.js';
import { runHere } from '../support/built.js';
import { load } from '../theory/program.js';

/** One of every kind of component, busy for four seconds. */
const EVERYTHING = `
faultline: 1
title: One of every kind
run: { duration: 4s }
keys: { order: uniform(count=20) }
gateways: { edge: { routes: [ { name: all, to: shop } ] } }
brokers: { cluster: { kind: kafka, nodes: 3 } }
registries: { names: { kind: dns } }
topics:
  sold: { kind: kafka, broker: cluster, replication: 3, partitions: 2, subscribers: [ { group: mails, call: mailer.send } ] }
queues: { jobs: { kind: simple, consumers: [ { name: crew, call: mailer.send } ] } }
caches: { items: { keys: order, levels: [ { name: near, kind: local, capacity: 10, ttl: 1s } ] } }
databases:
  db: { kind: postgres, maxConnections: 10, operations: { read: 1ms, write: 2ms } }
eventStores: { ledger: { stream: { key: order }, append: 1ms } }
projections: { list: { from: ledger, batchSize: 10 } }
services:
  shop:
    replicas: 2
    discovery: names
    cpu: 2
    memory: { limit: 1GiB, perRequest: 1MiB }
    outbound: { default: { retry: { attempts: 2 }, circuitBreaker: {}, timeout: 1s } }
    endpoints:
      buy:
        - call: bank.charge
        - query: db.read
        - append: ledger
        - publish: sold
        - publish: jobs
        - saga: trip
  bank:
    replicas: { v1: 1, v2: 1 }
    versions: { v1: {}, v2: {} }
    endpoints: { charge: [ wait: 5ms ], refund: [ wait: 5ms ] }
  mailer: { endpoints: { send: [ wait: 2ms ] } }
sagas: { trip: { kind: orchestrated, orchestrator: shop, steps: [ { name: pay, call: bank.charge, compensation: bank.refund } ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { name: buy, call: edge } ] } }
faults: [ { id: slow, kind: slow, target: bank, factor: 2, at: 1s, for: 1s } ]
alerts: { scrape: 1s, evaluate: 1s, rules: { slow: { when: users.latency.mean > 1ms, over: 2s } } }
`;

/** How to refer to a metric of each kind of subject. */
const SUBJECTS: Readonly<Record<SubjectKind, string>> = {
  workload: 'users',
  request: 'users.buy',
  gateway: 'edge',
  route: 'edge.all',
  service: 'shop',
  endpoint: 'shop.buy',
  version: 'bank@v2',
  versionEndpoint: 'bank@v2.charge',
  instance: 'shop[0]',
  database: 'db',
  operation: 'db.read',
  topic: 'sold',
  group: 'sold.mails',
  broker: 'cluster',
  registry: 'names',
  queue: 'jobs',
  consumer: 'jobs.crew',
  saga: 'trip',
  step: 'trip.pay',
  cache: 'items',
  level: 'items.near',
  eventStore: 'ledger',
  projection: 'list',
  batch: 'list.batch',
  edge: 'shop->bank',
  cascade: 'cascade',
  run: 'run',
  alert: 'alerts.slow',
};

const ENDINGS: Readonly<Record<Metric['ending'], string>> = {
  none: '',
  required: '.mean',
  gauge: '.mean',
  level: '.end',
  outcome: '.timeout',
  status: '.200',
};

function study(): Study {
  const file = load(EVERYTHING);
  const plans = file.variants.map((variant) => compile(variant, file));
  const records = runHere(plans, file.variants[0]!.scenario.run.replications);
  const data = variantData(file.variants[0]!, plans[0]!, records[0]!, wholeRun(plans[0]!));
  return {
    variants: [data],
    stories: new Map([[data.variant.name, storiesOf(data)]]),
    saved: null,
  };
}

describe('every metric of the language', () => {
  const all = study();
  const cases = METRICS.flatMap((metric) => metric.subjects.map((kind) => ({ metric, kind })));

  it('has a rule: asked of each kind that has it, it is measured or said not to be', () => {
    const without: string[] = [];
    let measured = 0;
    for (const { metric, kind } of cases) {
      const text = `${SUBJECTS[kind]}.${metric.name}${ENDINGS[metric.ending]}`;
      const path = parseMetric(text);
      expect(path.ok, text).toBe(true);
      if (!path.ok) continue;
      try {
        const found = measureIn(all, all.variants[0]!, path.metric, null);
        expect(found.each.length, text).toBe(1);
        if (found.value !== null) measured++;
      } catch (error) {
        without.push(`${text}: ${String(error)}`);
      }
    }
    expect(without).toEqual([]);
    // The others need a fault, a rollout, replicas and the like, which this file has not.
    expect(measured).toBeGreaterThan(cases.length / 2);
  });
});
