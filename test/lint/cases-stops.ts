import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** One replica of the shop gets a stop order; its callers learn of it after 2 s. */
function stopped(lifecycle: string, steps = 'wait: 20ms', platform = '', kind = 'stop'): string {
  const own = platform === '' ? 'kind: kubernetes, endpointPropagation: 2s' : platform;
  return scenario([
    `platform: { ${own} }`,
    `services: { shop: { replicas: 3, lifecycle: { ${lifecycle} }, endpoints: { buy: [ ${steps} ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
    `faults: [ { id: gone, kind: ${kind}, target: shop, instances: 1, at: 10s, for: 1s } ]`,
  ]);
}

/** The shop with a queue of 100 for 4 workers, 25 ms each, and a probe; `health` queries a database. */
function probed(probes: string, service = 'concurrency: 4, queue: { capacity: 100 }, '): string {
  return scenario([
    'databases: { db: { operations: { ping: 1ms } } }',
    `services: { shop: { ${service}probes: { ${probes} }, endpoints: { buy: [ wait: 25ms ], health: [ query: db.ping ], soft: [ { query: db.ping, optional: true } ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy }, { call: shop.soft } ] } }',
  ]);
}

/** A shop with two replicas, and registries. */
function registered(discovery: string, registries: string): string {
  return scenario([
    `registries: { ${registries} }`,
    `services: { shop: { replicas: 2, ${discovery}endpoints: { buy: [ wait: 20ms ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
    'faults: [ { id: gone, kind: stop, target: shop, instances: 1, at: 10s, for: 1s } ]',
  ]);
}

/** A shop that calls a payment service under this policy, and a cluster. */
function clustered(policy: string): string {
  return scenario([
    'clusters: { pay: { bulkhead: { kind: envoy, maxRequests: 10 } } }',
    `services: { shop: { endpoints: { buy: [ { call: pay.charge, policy: { ${policy} } } ] } }, pay: { endpoints: { charge: [ wait: 20ms ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

/** A shop of this size, with a disruption budget. */
function guarded(shop: string, budget: string): string {
  return scenario([
    'platform: { kind: kubernetes, nodes: { count: 3 } }',
    `services: { shop: { ${shop}, disruptionBudget: { ${budget} }, endpoints: { buy: [ wait: 20ms ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const CLUSTER = 'cluster: { kind: kubernetes, propagation: 2s }';

export const STOP_CASES: readonly RuleCase[] = [
  {
    rule: 'disruption-budget-allows-none',
    // A share is rounded up: 90 % of 3 are 3.
    fires: guarded('replicas: 3', 'minAvailable: 90%'),
    path: 'services.shop.disruptionBudget.minAvailable',
    measured: '3 of 3 replicas must stay ready',
    limit: 'at most 2',
    silent: {
      'one that may go': guarded('replicas: 3', 'minAvailable: 2'),
      'one that may be missing': guarded('replicas: 1', 'maxUnavailable: 1'),
      'a floor above it': guarded(
        'replicas: 4, autoscaling: { min: 4, max: 8, metric: cpu, target: 70% }, cpu: 1',
        'minAvailable: 3',
      ),
    },
  },
  {
    rule: 'disruption-budget-allows-none',
    fires: guarded('replicas: 1', 'minAvailable: 1'),
    path: 'services.shop.disruptionBudget.minAvailable',
    measured: '1 of 1 replica must stay ready',
    limit: 'at most 0',
    silent: { 'a second one': guarded('replicas: 2', 'minAvailable: 1') },
  },
  {
    rule: 'disruption-budget-allows-none',
    fires: guarded('replicas: 2', 'maxUnavailable: 0'),
    path: 'services.shop.disruptionBudget.maxUnavailable',
    measured: '2 of 2 replicas must stay ready',
    limit: 'at most 1',
    silent: {},
  },
  {
    rule: 'stop-before-callers-know',
    fires: registered('discovery: cluster, ', CLUSTER),
    path: 'services.shop.lifecycle.preStop',
    measured: 'they learn of it after 2 s on average',
    limit: 'no preStop',
    silent: {
      'an instance that cancels its lease': registered(
        'discovery: eureka, ',
        'eureka: { kind: eureka }',
      ),
    },
  },
  {
    rule: 'cluster-unused',
    fires: clustered('timeout: 1s'),
    path: 'clusters.pay',
    measured: '0 calls',
    limit: 'at least 1',
    silent: { 'a cluster in use': clustered('cluster: pay, timeout: 1s') },
  },
  {
    rule: 'registry-unused',
    fires: registered('discovery: cluster, ', `${CLUSTER}, eureka: { kind: eureka }`),
    path: 'registries.eureka',
    measured: '0 components',
    limit: 'at least 1',
    silent: { 'a registry in use': registered('discovery: cluster, ', CLUSTER) },
  },
  {
    rule: 'stop-before-callers-know',
    fires: stopped('startup: 5s'),
    path: 'services.shop.lifecycle.preStop',
    measured: 'they learn of it after 2 s on average',
    limit: 'no preStop',
    silent: {
      'as long as the news take': stopped('preStop: 2s'),
      'callers that know at once': stopped('startup: 5s', 'wait: 20ms', 'kind: kubernetes'),
      'no order to end': stopped('startup: 5s', 'wait: 20ms', '', 'crash'),
    },
  },
  {
    rule: 'stop-before-callers-know',
    fires: stopped('preStop: 4s, terminationGrace: 1500ms'),
    path: 'services.shop.lifecycle.terminationGrace',
    measured: 'they learn of it after 2 s on average',
    limit: 'terminationGrace 1.5 s',
    silent: {},
  },
  {
    rule: 'grace-below-work',
    // 10 s less the preStop of 4 s.
    fires: stopped('preStop: 4s, terminationGrace: 10s', 'wait: 7s'),
    path: 'services.shop.lifecycle.terminationGrace',
    measured: 'shop.buy takes 7 s on average',
    limit: '6 s to drain',
    silent: {
      'less work': stopped('preStop: 4s, terminationGrace: 10s', 'wait: 5s'),
      'a longer grace': stopped('preStop: 4s, terminationGrace: 20s', 'wait: 7s'),
      'a process that does not drain': stopped(
        'preStop: 4s, terminationGrace: 10s, drain: false',
        'wait: 7s',
      ),
      'no order to end': stopped('preStop: 4s, terminationGrace: 10s', 'wait: 7s', '', 'crash'),
    },
  },
  {
    rule: 'probe-ends-start',
    fires: probed('liveness: {}', 'lifecycle: { startup: 35s }, '),
    path: 'services.shop.probes.liveness',
    measured: 'its start takes 35 s on average',
    limit: 'the liveness probe ends it after 30 s',
    silent: {
      'as long as the probe waits': probed('liveness: {}', 'lifecycle: { startup: 30s }, '),
      'a delay': probed('liveness: { initialDelay: 15s }', 'lifecycle: { startup: 35s }, '),
      'readiness alone': probed('readiness: {}', 'lifecycle: { startup: 35s }, '),
      'a startup probe': probed(
        'liveness: {}, startup: { failureThreshold: 4 }',
        'lifecycle: { startup: 35s }, ',
      ),
    },
  },
  {
    rule: 'refused-by-product',
    fires: probed('liveness: { timeout: 500ms }', ''),
    path: 'services.shop.probes.liveness.timeout',
    measured: 'timeout is 500 ms',
    limit: 'whole seconds: timeoutSeconds',
    silent: {
      'whole seconds': probed('liveness: { timeout: 2s }', ''),
      'the check of a load balancer': probed('readiness: { period: 500ms }', ''),
    },
  },
  {
    rule: 'liveness-behind-requests',
    // 100 x 25 ms / 4.
    fires: probed('liveness: { timeout: 500ms }'),
    path: 'services.shop.probes.liveness.usesWorkers',
    measured: 'a wait of 625 ms',
    limit: 'timeout 500 ms',
    silent: {
      'beside the workers': probed('liveness: { timeout: 500ms, usesWorkers: false }'),
      'a long patience': probed('liveness: { timeout: 500ms, failureThreshold: 6 }'),
      'readiness alone': probed('readiness: { timeout: 500ms }'),
      'workers without a limit': probed('liveness: { timeout: 500ms }', ''),
    },
  },
  {
    rule: 'liveness-behind-requests',
    // Responses in time for requests early in the queue, refusals for those that do not fit.
    fires: probed('liveness: {}', 'concurrency: 4, queue: { capacity: 0 }, '),
    path: 'services.shop.probes.liveness.usesWorkers',
    measured: 'a refusal',
    limit: 'an answer',
    silent: {},
  },
  {
    rule: 'probe-checks-others',
    fires: probed('readiness: { call: health }'),
    path: 'services.shop.probes.readiness.call',
    measured: 'readiness asks db',
    limit: 'the process alone',
    silent: {
      'the process': probed('readiness: {}'),
      'what may fail': probed('readiness: { call: soft }'),
      'an endpoint that asks nobody': probed('liveness: { timeout: 5s, call: buy }'),
    },
  },
  {
    rule: 'probe-checks-others',
    fires: probed('readiness: { checks: [ db ] }'),
    path: 'services.shop.probes.readiness.checks',
    measured: 'readiness asks db',
    limit: 'the process alone',
    silent: {},
  },
];
