import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded, source } from './support.js';

function web(resources: string, replicas = ''): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: main, image: x, resources: ${resources} } ] }
---`;
}

function read(text: string): {
  web: any;
  reasons: readonly string[];
  questions: readonly string[];
  text: string;
} {
  const result = imported(source(text));
  loaded(result);
  return {
    web: parse(result.scenario).services.web,
    reasons: result.account.listed.map(({ reason }) => reason),
    questions: result.questions,
    text: result.scenario,
  };
}

const REQUESTS = '{ requests: { cpu: 500m } }';
const hpa = (metrics: string, version = 'v2', name = 'web'): string => `
apiVersion: autoscaling/${version}
kind: HorizontalPodAutoscaler
metadata: { name: ${name} }
spec:
  scaleTargetRef: { kind: Deployment, name: ${name} }
  minReplicas: 2
  maxReplicas: 10
  metrics: [ ${metrics} ]`;
const cpu = (target: string): string => `{ type: Resource, resource: { name: cpu, ${target} } }`;

describe('an HPA', () => {
  it.each([
    ['target: { type: Utilization, averageUtilization: 60 }', 'v2', '60%'],
    ['targetAverageUtilization: 60', 'v2beta1', '60%'],
    ['target: { type: AverageValue, averageValue: 250m }', 'v2', '50%'],
    ['targetAverageValue: 400m', 'v2beta1', '80%'],
  ])('scales on CPU by %s of %s', (target, version, expected) => {
    const { autoscaling } = read(web(REQUESTS) + hpa(cpu(target), version)).web;
    expect(autoscaling.metrics).toEqual([{ metric: 'cpu', target: expected }]);
  });

  it.each([
    ['livenessProbe: { httpGet: { path: / }, periodSeconds: 3 }', '4.5s'],
    ['livenessProbe: { httpGet: { path: / }, initialDelaySeconds: 20 }', '10s'],
    ['startupProbe: { httpGet: { path: / }, periodSeconds: 1, failureThreshold: 8 }', '4s'],
    ['readinessProbe: { httpGet: { path: / }, periodSeconds: 1 }', '10s'],
  ])('guesses a start that the probes admit: %s', (probe, startup) => {
    const target = 'target: { type: Utilization, averageUtilization: 60 }';
    const pods = web(REQUESTS).replace('image: x', `image: x, ${probe}`);
    expect(read(pods + hpa(cpu(target))).web.lifecycle.startup).toBe(startup);
  });

  it('scales on the CPU of one container, beside metrics that have no counterpart', () => {
    const metrics =
      '{ type: ContainerResource, containerResource: { name: cpu, container: main, target: { type: Utilization, averageUtilization: 70 } } }, ' +
      '{ type: Resource, resource: { name: memory, target: { type: Utilization, averageUtilization: 80 } } }';
    const { web: own, reasons } = read(web(REQUESTS) + hpa(metrics));
    expect(own.autoscaling.metrics).toEqual([{ metric: 'cpu', target: '70%' }]);
    expect(reasons).toContain(
      'the language scales on cpu, concurrency, queue, rate, lag and latency',
    );
  });

  it('takes the limit for a request that is missing, as the API server sets it', () => {
    const limits = '{ limits: { cpu: 500m, memory: 256Mi } }';
    const target = 'target: { type: Utilization, averageUtilization: 60 }';
    const { web: own } = read(web(limits) + hpa(cpu(target)));
    expect(own.resources.requests).toEqual({ cpu: 0.5, memory: '256MiB' });
    expect(own.autoscaling.metrics).toEqual([{ metric: 'cpu', target: '60%' }]);
    expect(read(web('{}') + hpa(cpu(target))).reasons).toContain(
      'without a CPU request or limit Kubernetes cannot compute this share',
    );
  });

  it('keeps the replicas within its bounds from the start, so that the scenario loads', () => {
    const target = cpu('target: { type: Utilization, averageUtilization: 60 }');
    const replicas = (count: number) =>
      read(web(REQUESTS, `replicas: ${count}`) + hpa(target)).web.replicas;
    expect([replicas(1), replicas(5), replicas(12)]).toEqual([2, 5, 10]);
  });

  it('of one version of a service is listed', () => {
    const one = (version: string): string =>
      web(REQUESTS)
        .replace('{ name: web }', `{ name: web-${version} }`)
        .replaceAll('app: web', `app: web, version: ${version}`);
    const service = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web } }
---`;
    const target = cpu('target: { type: Utilization, averageUtilization: 60 }');
    const { web: own, reasons } = read(
      one('v1') + one('v2') + service + hpa(target, 'v2', 'web-v1'),
    );
    expect([own.replicas, own.autoscaling]).toEqual([{ v1: 1, v2: 1 }, undefined]);
    expect(reasons.join()).toContain(
      'a service of several versions has a fixed number of replicas',
    );
  });
});

const scaled = (triggers: string, more = ''): string => `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web }
spec:
  scaleTargetRef: { name: web }
  ${more}
  triggers: [ ${triggers} ]`;

describe('a ScaledObject of KEDA with the CPU alone', () => {
  it('is an autoscaler of Kubernetes, which never scales to zero', () => {
    const trigger = '{ type: cpu, metricType: Utilization, metadata: { value: "60" } }';
    const memory = '{ type: memory, metadata: { value: "80" } }';
    const {
      web: own,
      reasons,
      text,
    } = read(
      web(REQUESTS) + scaled(`${trigger}, ${memory}`, 'minReplicaCount: 0\n  pollingInterval: 15'),
    );
    expect(own.autoscaling).toEqual({
      min: 1,
      max: 100,
      metrics: [{ metric: 'cpu', target: '60%' }],
    });
    expect(text).toContain('max: 100  # KEDA default');
    expect(reasons).toContain(
      'acts only where the fewest replicas are 0, and messages that wait start the first one',
    );
  });

  it('has its bounds, the rules of its behavior, and cores as a target', () => {
    const trigger = '{ type: cpu, metricType: AverageValue, metadata: { value: 250m } }';
    const more =
      'minReplicaCount: 2\n  maxReplicaCount: 6\n  advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } }';
    expect(read(web(REQUESTS) + scaled(trigger, more)).web.autoscaling).toEqual({
      min: 2,
      max: 6,
      metrics: [{ metric: 'cpu', target: '50%' }],
      scaleDown: { stabilization: '60s' },
    });
  });
});

describe('a ScaledObject of KEDA by messages that wait', () => {
  const cpu = '{ type: cpu, metadata: { value: "60" } }';
  const whole = (text: string): any => parse(imported(source(text)).scenario);
  const kafka = (more = ''): string =>
    `{ type: kafka, metadata: { topic: order.events, consumerGroup: shop.mailer, lagThreshold: "50"${more} } }`;

  it('names its topic and its consumer group, and scales to zero', () => {
    const text =
      web(REQUESTS) +
      scaled(kafka(', activationLagThreshold: "5"'), 'pollingInterval: 10\n  cooldownPeriod: 60');
    expect(read(text).web.autoscaling).toEqual({
      kind: 'keda',
      min: 0,
      max: 100,
      pollingInterval: '10s',
      cooldownPeriod: '60s',
      activationLagThreshold: 5,
      metrics: [{ metric: 'lag', of: 'order-events.shop-mailer', target: 50 }],
    });
    expect(read(text).web.replicas).toBe(1);
    expect(whole(text).topics['order-events']).toEqual({
      kind: 'kafka',
      partitions: 100,
      subscribers: [{ group: 'shop-mailer', call: 'web.handle' }],
    });
    expect(read(text).questions[0]).toContain('Which services publish to order-events?');
  });

  it('names its workload as version 1 of KEDA did', () => {
    const old = scaled(kafka())
      .replace('keda.sh/v1alpha1', 'keda.k8s.io/v1alpha1')
      .replace('{ name: web }\n  \n', '{ deploymentName: web }\n');
    expect(old).toContain('scaleTargetRef: { deploymentName: web }');
    expect(read(web(REQUESTS) + old).web.autoscaling).toEqual(
      read(web(REQUESTS) + scaled(kafka())).web.autoscaling,
    );
  });

  it('has the partitions of a KafkaTopic, and the group of Spring', () => {
    const topic = `
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata: { name: order.events }
spec: { partitions: 3 }
---
spring:
  application: { name: web }
  kafka: { consumer: { group-id: shop.mailer }, listener: { concurrency: 2 } }
app: { topics: { orders: order.events } }`;
    const { topics, services } = whole(web(REQUESTS) + scaled(kafka()) + topic);
    expect(topics['order-events']).toEqual({
      kind: 'kafka',
      partitions: 3,
      subscribers: [{ group: 'shop-mailer', call: 'web.handle', concurrency: 2 }],
    });
    expect(services.web.autoscaling.metrics[0].of).toBe('order-events.shop-mailer');
  });

  it.each([
    ['rabbitmq', 'queueName: jobs, mode: QueueLength, value: "7"', 'rabbitmq', 7],
    ['rabbitmq', 'queueName: jobs, queueLength: "8"', 'rabbitmq', 8],
    ['aws-sqs-queue', 'queueURL: "https://sqs.eu-west-1.amazonaws.com/1/jobs"', 'sqs', 5],
    ['azure-servicebus', 'queueName: jobs, messageCount: "9"', 'simple', 9],
  ])('of %s has its queue: %s', (type, metadata, kind, target) => {
    const text = web(REQUESTS) + scaled(`{ type: ${type}, metadata: { ${metadata} } }, ${cpu}`);
    expect(whole(text).queues).toEqual({
      jobs: { kind, consumers: [{ name: 'web', call: 'web.handle' }] },
    });
    expect(read(text).web.autoscaling.metrics).toEqual([
      { metric: 'lag', of: 'jobs', target },
      { metric: 'cpu', target: '60%' },
    ]);
  });

  /** Sources: keda.sh/docs, scalers azure-service-bus, gcp-pub-sub, redis-lists. */
  it.each([
    ['azure-servicebus', 'topicName: orders, subscriptionName: mail', 'orders-mail', 5],
    ['gcp-pubsub', 'subscriptionName: projects/shop/subscriptions/mail', 'mail', 10],
    ['gcp-pubsub', 'mode: SubscriptionSize, value: "7", subscriptionName: mail', 'mail', 7],
    ['redis', 'address: "redis:6379", listName: jobs, listLength: "9"', 'jobs', 9],
  ])('of %s has a queue of its own: %s', (type, metadata, name, target) => {
    const text = web(REQUESTS) + scaled(`{ type: ${type}, metadata: { ${metadata} } }`);
    expect(whole(text).queues).toEqual({
      [name]: { kind: 'simple', consumers: [{ name: 'web', call: 'web.handle' }] },
    });
    expect(read(text).web.autoscaling.metrics).toEqual([{ metric: 'lag', of: name, target }]);
  });

  it('never scales to zero with a least number, so that KEDA only looks as an HPA does', () => {
    const more = 'minReplicaCount: 2\n  cooldownPeriod: 60';
    const { web: own, reasons } = read(web(REQUESTS, 'replicas: 4') + scaled(kafka(), more));
    expect([own.autoscaling.min, own.autoscaling.cooldownPeriod]).toEqual([2, undefined]);
    expect(reasons.join()).toContain('acts only where the fewest replicas are 0');
  });

  it.each([
    'type: rabbitmq, metadata: { queueName: jobs, mode: MessageRate, value: "7" }',
    'type: azure-servicebus, metadata: { topicName: orders }',
    'type: gcp-pubsub, metadata: { mode: OldestUnackedMessageAge, subscriptionName: mail }',
    'type: kafka, metadata: { topic: "${TOPIC}", consumerGroup: g }',
    'type: prometheus, metadata: { query: up, threshold: "3" }',
    'type: prometheus, metadata: { query: "sum(rate(http_requests_total{app=\'other\'}[2m]))", threshold: "3" }',
  ])('is listed where the language has no such metric: %s', (trigger) => {
    const { web: own, reasons } = read(web(REQUESTS) + scaled(`{ ${trigger} }`));
    expect(own.autoscaling).toBeUndefined();
    expect(reasons.join()).toContain('write at web autoscaling with a metric like it');
  });

  it('by the rate of the requests of its workload scales on the rate', () => {
    const query = 'sum(rate(http_requests_total{deployment="web"}[2m]))';
    const trigger = `{ type: prometheus, metadata: { query: '${query}', threshold: "100" } }`;
    expect(read(web(REQUESTS) + scaled(trigger)).web.autoscaling).toEqual({
      min: 1,
      max: 100,
      metrics: [{ metric: 'rate', target: '100/s' }],
    });
  });

  it('gets what the callers of the broker publish, where it has the only topic', () => {
    const api = web(REQUESTS)
      .replaceAll('web', 'api')
      .replace('image: x', 'image: x, env: [ { name: BROKERS, value: "broker:9092" } ]');
    const broker = web('{}').replaceAll('web', 'broker').replace('image: x', 'image: apache/kafka');
    const { topics, services } = whole(web(REQUESTS) + api + broker + scaled(kafka()));
    expect(Object.keys(topics)).toEqual(['order-events']);
    expect(services.api.endpoints.handle.steps[1]).toEqual({ publish: 'order-events' });
  });
});

it('a workload with 0 replicas is asked about, and the scenario says that it has one', () => {
  const { text, questions } = read(web(REQUESTS, 'replicas: 0'));
  expect(text).toContain('replicas: 1  # test.yaml:6, which has 0');
  expect(questions[0]).toBe('Does web run? test.yaml:6 has 0 replicas, and the scenario has 1');
});
