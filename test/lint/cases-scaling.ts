import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** A shop of 40 threads and one core that works for 10 ms and calls a partner. */
function scaled(autoscaling: string, service = 'concurrency: 40, ', timeout = '2s'): string {
  return scenario([
    `services: { shop: { cpu: 1, ${service}autoscaling: { ${autoscaling}, max: 8 }, endpoints: { buy: [ work: 10ms, { call: partner.pay, policy: { timeout: ${timeout} } } ] } }, partner: { endpoints: { pay: [ wait: 20ms ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

/** Replicas that an autoscaler takes away; callers learn it after 2 s. */
function shrinking(more: string): string {
  return scenario([
    'platform: { kind: kubernetes, endpointPropagation: 2s }',
    `services: { shop: { ${more}, endpoints: { buy: [ wait: 20ms ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const BY_QUEUE = 'autoscaling: { metric: queue, target: 5, max: 4';

/** A shop that works for 10 ms on one core, and its users from one rate to another within some time. */
function rushing(
  from: string,
  to: string,
  within: string,
  more = '',
  metric = 'metric: cpu, target: 50%',
): string {
  return scenario([
    `services: { shop: { cpu: 1, lifecycle: { startup: 20s }, autoscaling: { ${metric}, max: 12${more} }, endpoints: { buy: [ work: 10ms ] } } }`,
    `workloads: { users: { arrivals: { kind: stages, start: ${from}, stages: [ { target: ${from}, duration: 1m }, { target: ${to}, duration: ${within} } ] }, requests: [ { call: shop.buy } ] } }`,
  ]);
}

/** Consumers that are scaled; each handles 100/s of 300/s. */
function consuming(own: string): string {
  return scenario([
    `services: { shop: { endpoints: { buy: [ publish: orders ] } }, billing: { ${own}, endpoints: { charge: { idempotent: true, steps: [ wait: 10ms ] } } } }`,
    'topics: { orders: { kind: kafka, partitions: 6, subscribers: [ { group: billing, call: billing.charge } ] } }',
    'workloads: { users: { arrivals: poisson(300/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

export const SCALING_CASES: readonly RuleCase[] = [
  {
    rule: 'autoscaling-sees-no-waits',
    // 40 x 10 ms in each 2.03 s.
    fires: scaled('metric: cpu, target: 50%'),
    path: 'services.shop.autoscaling.metric',
    measured: 'all 40 threads use 19.7 % of their CPU while partner answers as late as it may',
    limit: 'its target, 50 % of their CPU',
    silent: {
      'a callee that is given up soon': scaled(
        'metric: cpu, target: 50%',
        'concurrency: 40, ',
        '500ms',
      ),
      'enough threads': scaled('metric: cpu, target: 50%', 'concurrency: 120, '),
      'requests in service': scaled('metric: concurrency, target: 20'),
      'one metric that sees them': scaled(
        'metrics: [ { metric: cpu, target: 50% }, { metric: concurrency, target: 20 } ]',
      ),
      'waits that hold no thread': scaled(
        'metric: cpu, target: 50%',
        'concurrency: 40, runtime: async, ',
      ),
    },
  },
  {
    rule: 'autoscaling-sees-no-waits',
    fires: scaled(
      'metric: cpu, target: 50%',
      'concurrency: 40, resources: { requests: { cpu: 2 } }, ',
      '500ms',
    ),
    path: 'services.shop.autoscaling.metric',
    measured: 'all 40 threads use 37.7 % of their CPU while partner answers as late as it may',
    limit: 'its target, 50 % of their CPU',
    silent: {},
  },
  {
    rule: 'autoscaling-behind-load',
    // 100/s each; 250/s need 5 at a target of 50 %, which can serve 500/s.
    fires: rushing('250/s', '900/s', '10s'),
    path: 'services.shop.autoscaling',
    measured: 'from 250/s to 900/s within 10 s',
    limit: '500/s for up to 35 s: a look every 15 s, a start of 20 s',
    silent: {
      'what they leave free': rushing('250/s', '500/s', '10s'),
      'a slow growth': rushing('250/s', '900/s', '10m'),
      'enough of them from the beginning': rushing('250/s', '900/s', '10s', ', min: 9'),
      'more than there can ever be': rushing('900/s', '2000/s', '10s', ', min: 9'),
      'whole replicas': rushing('260/s', '600/s', '10s'),
      'those of the beginning': rushing('250/s', '900/s', '10s', ' }, replicas: 9, labels: { a: b'),
      'by what waits already': rushing('250/s', '900/s', '10s', '', 'metric: queue, target: 5'),
    },
  },
  {
    rule: 'autoscaling-behind-load',
    // 35 s of a ramp of 5/s each second.
    fires: rushing('100/s', '900/s', '160s'),
    path: 'services.shop.autoscaling',
    measured: 'from 100/s to 275/s within 35 s',
    limit: '200/s for up to 35 s: a look every 15 s, a start of 20 s',
    silent: {
      'a target that leaves more': rushing(
        '100/s',
        '900/s',
        '160s',
        '',
        'metric: cpu, target: 30%',
      ),
    },
  },
  {
    rule: 'autoscaling-behind-load',
    fires: scenario([
      'services: { shop: { concurrency: 10, autoscaling: { metric: concurrency, target: 5, max: 20 }, endpoints: { buy: [ wait: 100ms ] } } }',
      'workloads: { users: { arrivals: poisson(200/s), requests: [ { call: shop.buy } ] } }',
      'faults: [ { id: rush, kind: load, target: users, factor: 3, at: 20s, for: 20s } ]',
    ]),
    path: 'services.shop.autoscaling',
    measured: 'from 200/s to 600/s at once',
    limit: '400/s for up to 15 s: a look every 15 s',
    silent: {},
  },
  {
    rule: 'stop-before-callers-know',
    fires: shrinking(`${BY_QUEUE} }`),
    path: 'services.shop.lifecycle.preStop',
    measured: 'they learn of it after 2 s on average',
    limit: 'no preStop',
    silent: {
      'nobody is taken away': shrinking(`${BY_QUEUE}, scaleDown: { selectPolicy: disabled } }`),
      'it serves on': shrinking(`lifecycle: { preStop: 2s }, ${BY_QUEUE} }`),
    },
  },
  {
    rule: 'consumers-below-traffic',
    fires: consuming('replicas: 2'),
    path: 'topics.orders.subscribers[0]',
    measured: '300/s are published',
    limit: '200/s: 2 at a time, 10 ms each',
    silent: {
      'more that can come': consuming(
        'autoscaling: { metric: lag, of: orders.billing, target: 50, max: 6 }',
      ),
    },
  },
  {
    rule: 'more-consumers-than-partitions',
    fires: consuming('autoscaling: { metric: lag, of: orders.billing, target: 50, max: 9 }'),
    path: 'topics.orders.subscribers[0].concurrency',
    measured: '9 members',
    limit: '6 partitions',
    silent: {},
  },
];
