import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { actsOf } from '../../src/exporting/acts.js';
import { formats } from '../../src/exporting/formats/index.js';
import { compile } from '../../src/plan/compile.js';
import { loadScenario } from '../../src/scenario/load.js';
import { imported, loaded } from '../importing/support.js';

/** A scenario as an import would leave it, with each policy that a format can write. */
const SCENARIO = `
faultline: 1
title: a shop and its bank
run: { duration: 10s, seed: 1 }
policies:
  pay:
    timeout: 2s
    retry: { kind: resilience4j, attempts: 3, backoff: { kind: constant, base: 500ms } }
    circuitBreaker: { kind: resilience4j, slidingWindowSize: 100, failureRateThreshold: 50% }
services:
  shop:
    replicas: 2
    concurrency: 200
    queue: { capacity: 100 }
    cpu: { cores: 4, quota: { limit: 1 } }
    memory: { limit: 1GiB, base: 256MiB, perRequest: 1MiB }
    resources: { requests: { cpu: 0.5 } }
    autoscaling: { min: 2, max: 8, metric: cpu, target: 70% }
    endpoints: { buy: [ query: orders.read, { call: bank.pay, policy: pay }, { publish: { topic: sold } } ] }
  bank: { endpoints: { pay: [ wait: 20ms ] } }
  mailer: { endpoints: { send: [ wait: 5ms ] } }
databases:
  orders: { pool: { kind: hikari, maximumPoolSize: 10 }, operations: { read: 2ms } }
topics:
  sold: { kind: kafka, partitions: 4, subscribers: [ { group: mail, call: mailer.send, concurrency: 2, maxPollRecords: 500 } ] }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] }
`;

/** Deployments and Services to which the written documents refer. */
const MANIFESTS = ['shop', 'bank']
  .map(
    (name) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 4
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: ${name}, image: x, resources: { requests: { cpu: 500m } } } ] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} } }`,
  )
  .join('\n---\n');

/** What a format writes of some changes. */
function written(name: string, changes: Readonly<Record<string, unknown>>) {
  const { file, texts, problems } = loadScenario('shop.yaml', () => ({ text: SCENARIO }));
  expect(problems).toEqual([]);
  const plan = compile(file!.variants[0]!, file!);
  const list = Object.entries(changes).map(([path, value]) => ({ path, value }));
  const acts = actsOf(list, texts.get('base')!.written, plan);
  return formats.find((one) => one.name === name)!.write(acts);
}

/** The scenario that the importer makes of the manifests and a text. */
function again(text: string, path = 'change.yaml') {
  const made = imported([
    { path: 'k8s.yaml', text: MANIFESTS },
    { path, text },
  ]);
  loaded(made);
  return parse(made.scenario) as Record<string, any>;
}

describe('a change as resilience4j', () => {
  it('is read by the importer with the same values', () => {
    const { text, unwritten } = written('resilience4j', {
      'policies.pay.circuitBreaker.waitDurationInOpenState': '7.5s',
      'policies.pay.circuitBreaker.failureRateThreshold': '30%',
      'policies.pay.retry.attempts': 2,
      'policies.pay.retry.backoff.base': '250ms',
      'policies.pay.timeout': '1s',
      'policies.pay.bulkhead': { maxConcurrent: 16 },
      'services.shop.concurrency': 64,
      'services.shop.queue.capacity': 20,
    });
    expect(unwritten).toEqual([]);
    const { services } = again(text);
    expect(services.shop.outbound.bank).toEqual({
      order: 'resilience4j',
      circuitBreaker: {
        kind: 'resilience4j',
        failureRateThreshold: '30%',
        waitDurationInOpenState: '7500ms',
      },
      retry: { kind: 'resilience4j', attempts: 2, backoff: { kind: 'constant', base: '250ms' } },
      timeout: { after: '1s' },
      bulkhead: { kind: 'resilience4j', maxConcurrentCalls: 16 },
    });
    expect([services.shop.concurrency, services.shop.queue]).toEqual([64, { capacity: 20 }]);
  });

  it('names what it cannot write', () => {
    const { text, unwritten } = written('resilience4j', {
      'policies.pay.circuitBreaker': null,
      'policies.pay.retry.budget': { ratio: '20%' },
      'services.shop.replicas': 4,
      'policies.pay.retry': null,
    });
    // A retry is off with one attempt; a breaker is an annotation.
    expect(text).toContain('maxAttempts: 1');
    expect(unwritten.map(({ path }) => path)).toEqual([
      'policies.pay.circuitBreaker',
      'policies.pay.retry.budget',
      'services.shop.replicas',
    ]);
  });
});

describe('a change as Istio', () => {
  it('is read by the importer with the same values', () => {
    const { text, unwritten } = written('istio', {
      'policies.pay.timeout': '250ms',
      'policies.pay.bulkhead': { maxConcurrent: 16 },
    });
    expect(unwritten).toEqual([]);
    const { mesh } = again(text);
    // The route has the time limit of a try and its retries: 3 tries are 2 after the first one.
    expect(mesh.outbound.bank).toMatchObject({
      timeout: '250ms',
      retry: { kind: 'istio', attempts: 3 },
      bulkhead: { kind: 'istio', http2MaxRequests: 16 },
    });
  });

  it('switches retries off, which Istio adds by itself', () => {
    const { text } = written('istio', { 'policies.pay.retry': null });
    // Without retries the limit of a try is that of the call.
    expect(again(text).mesh.outbound.bank).toEqual({
      deadline: '2s',
      retry: { kind: 'istio', attempts: 1 },
    });
  });

  it('names what it cannot write', () => {
    const { text, unwritten } = written('istio', {
      'policies.pay.circuitBreaker.waitDurationInOpenState': '5s',
      'policies.pay.retry.backoff.base': '1s',
      'services.shop.concurrency': 64,
    });
    expect([text, unwritten.map(({ reason }) => reason)]).toEqual([
      '',
      [
        'Istio has no circuitBreaker',
        'a VirtualService has no backoff.base of retries',
        'Istio configures calls only',
      ],
    ]);
  });
});

describe('a change as Kubernetes', () => {
  it('is read by the importer with the same values', () => {
    const { text, unwritten } = written('kubernetes', {
      'services.shop.autoscaling.min': 4,
      'services.shop.autoscaling.target': '50%',
    });
    expect(unwritten).toEqual([]);
    expect(again(text).services.shop.autoscaling).toEqual({
      min: 4,
      max: 8,
      metrics: [{ metric: 'cpu', target: '50%' }],
    });
  });

  it('patches the Deployment', () => {
    const { text } = written('kubernetes', {
      'services.bank.replicas': 5,
      'services.bank.cpu': 1.5,
      'services.bank.memory.limit': '768MiB',
      'services.bank.probes.liveness.period': '7.5s',
    });
    const made = loaded(imported([{ path: 'bank.yaml', text }]));
    expect(made.variants[0]!.scenario.services.get('bank')).toMatchObject({ replicas: 5 });
    expect(parse(text)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'bank' },
      spec: {
        replicas: 5,
        template: {
          spec: {
            containers: [
              {
                name: 'bank',
                resources: { limits: { cpu: '1500m', memory: '768Mi' } },
                livenessProbe: { periodSeconds: 8 },
              },
            ],
          },
        },
      },
    });
  });

  it('names what it cannot write', () => {
    const { unwritten } = written('kubernetes', {
      'services.shop.concurrency': 64,
      'policies.pay.timeout': '1s',
      'databases.orders.pool.maximumPoolSize': 20,
    });
    expect(unwritten.map(({ reason }) => reason)).toEqual([
      'a Deployment has no field for concurrency: it is a setting of the program',
      'Kubernetes has no policies of calls',
      'only services and gateways are Deployments',
    ]);
  });
});

describe('a change as HikariCP', () => {
  it('is read by the importer with the same values', () => {
    const { text, unwritten } = written('hikari', {
      'databases.orders.pool.maximumPoolSize': 21,
      'databases.orders.pool.connectionTimeout': '1.5s',
    });
    expect(unwritten).toEqual([]);
    const settings = parse(text) as Record<string, any>;
    settings.spring.datasource.url = 'jdbc:postgresql://orders:5432/orders';
    settings.spring.application = { name: 'shop' };
    const { databases } = again(JSON.stringify(settings), 'application.yml');
    expect(databases.orders.pools.shop).toEqual({
      kind: 'hikari',
      maximumPoolSize: 21,
      connectionTimeout: '1500ms',
    });
  });

  it('names what it cannot write', () => {
    const { unwritten } = written('hikari', {
      'databases.orders.cpu': 8,
      'services.shop.concurrency': 64,
    });
    expect(unwritten.map(({ path }) => path)).toEqual([
      'databases.orders.cpu',
      'services.shop.concurrency',
    ]);
  });
});

describe('a change as Kafka properties', () => {
  it('has the names of the Java client, in milliseconds', () => {
    const { text, unwritten } = written('kafka', {
      'topics.sold.subscribers[0].maxPollRecords': 50,
      'topics.sold.subscribers[mail].maxPollInterval': '2m',
      'topics.sold.partitions': 12,
      'topics.sold.subscribers[0].concurrency': 4,
    });
    // org.apache.kafka.clients.consumer.ConsumerConfig
    expect(text).toBe('# consumers of sold\nmax.poll.records=50\nmax.poll.interval.ms=120000\n');
    expect(unwritten.map(({ reason }) => reason)).toEqual([
      'partitions are no property: kafka-topics --alter --topic sold --partitions 12',
      'the number of consumers is one of the program, such as spring.kafka.listener.concurrency=4',
    ]);
  });
});

describe('a change as Envoy', () => {
  it('has the fields of its API, of routes and of clusters', () => {
    const { text, unwritten } = written('envoy', {
      'policies.pay.timeout': '250ms',
      'policies.pay.retry.attempts': 2,
      'policies.pay.retry.budget': { ratio: '20%' },
      'policies.pay.bulkhead': { maxConcurrent: 16 },
      'policies.pay.circuitBreaker.slidingWindowSize': 50,
    });
    const [route, cluster] = parseAllDocuments(text).map((one): unknown => one.toJS());
    // envoy.config.route.v3.RouteAction, where num_retries counts the tries after the first one.
    expect(route).toEqual({
      route: { cluster: 'bank', retry_policy: { per_try_timeout: '0.25s', num_retries: 1 } },
    });
    // envoy.config.cluster.v3.CircuitBreakers.Thresholds
    expect(cluster).toEqual({
      name: 'bank',
      circuit_breakers: {
        thresholds: [{ retry_budget: { budget_percent: { value: 20 } }, max_requests: 16 }],
      },
    });
    expect(unwritten.map(({ path }) => path)).toEqual([
      'policies.pay.circuitBreaker.slidingWindowSize',
    ]);
  });
});
