import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** A service a that calls b, c, d and e one after the other. HOW = more fields of the call of e. */
function star(how = '', more = ''): string {
  return scenario([
    'services:',
    `  a: { endpoints: { go: { steps: [ call: b.go, call: c.go, call: d.go, { call: e.go${how} } ] } } }`,
    ...['b', 'c', 'd', 'e'].map((name) => `  ${name}: { endpoints: { go: [ wait: 1ms ] } }`),
    ...(more === '' ? [] : [`  ${more}`]),
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
  ]);
}

/** Two services, the first of which limits its calls, with these budgets. */
function limited(budgets: string, policy = 'bulkhead: { maxConcurrent: 5 }'): string {
  return scenario([
    'services:',
    `  a: { endpoints: { go: { steps: [ { call: b.go, policy: { timeout: 1s${policy === '' ? '' : `, ${policy}`} } } ] } } }`,
    '  b: { endpoints: { go: [ wait: 1ms ] } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
    `budgets: [ ${budgets} ]`,
  ]);
}

/** Two services that call each other. */
export function circle(how: string, back = ''): string {
  return scenario([
    'services:',
    `  a: { ${how}endpoints: { go: { steps: [ call: b.go ] }, look: [ wait: 1ms ] } }`,
    `  b: { ${how}endpoints: { go: { steps: [ { call: a.look${back} } ] } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
  ]);
}

/** Two services more. */
const FG = 'f: { endpoints: { go: [ wait: 1ms ] } }\n  g: { endpoints: { go: [ wait: 1ms ] } }';

/** Four services of one endpoint around `core`, which has THREE = its endpoints and uses the databases DBS. */
function around(parts: readonly string[], dbs: readonly string[], others = '1ms'): string {
  const queries = dbs.map((name) => `query: ${name}.read`).join(', ');
  return scenario([
    'services:',
    `  core: { endpoints: { ${parts.map((part) => `${part}: [ ${queries} ]`).join(', ')} } }`,
    ...['b', 'c', 'd', 'e'].map(
      (name, i) =>
        `  ${name}: { endpoints: { go: [ wait: ${others}, call: core.${parts[i % parts.length]} ] } }`,
    ),
    `databases: { ${['orders-db', 'users-db', 'stock-db'].map((name) => `${name}: { operations: { read: 1ms } }`).join(', ')} }`,
    `workloads: { users: { arrivals: poisson(8/s), requests: [ ${['b', 'c', 'd', 'e'].map((name) => `{ name: ${name}s, call: ${name}.go }`).join(', ')} ] } }`,
  ]);
}

/** A shop that charges and then sends a mail. */
function mail(call: string, confirm = '[ wait: 20ms ]', rest = ''): string {
  return scenario([
    'services:',
    `  shop: { endpoints: { buy: { steps: [ call: bank.pay, ${call}${rest} ] } } }`,
    '  bank: { endpoints: { pay: [ wait: 30ms ] } }',
    `  mail: { endpoints: { confirm: ${confirm} } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const MAIL = '{ call: mail.confirm, optional: true }';

/** A gateway with this middleware in front of two services. */
function gateway(middleware: string, orders = 'call: stock.take'): string {
  return scenario([
    `gateways: { edge: { middleware: [ ${middleware} ], routes: [ { name: order, to: orders.create } ] } }`,
    `services: { orders: { endpoints: { create: [ ${orders} ] } }, stock: { endpoints: { take: [ wait: 1ms ] } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: edge, path: / }, { call: stock.take } ] } }',
  ]);
}

/** Two replicas of a shop on a platform; one of them meets this fault. */
function hanging(fault: string, shop = '', platform = '{ kind: kubernetes }'): string {
  return scenario([
    `platform: ${platform}`,
    `services: { shop: { replicas: 2, ${shop}endpoints: { buy: [ wait: 1ms ] } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
    `faults: [ { id: bad, kind: ${fault}, target: "shop[0]", at: 10s, for: 10s } ]`,
  ]);
}

/** Six replicas with these fields in two zones, one of which is out for 40 s. */
function outage(fields: string, zones: string): string {
  const own = fields === '' ? '' : `${fields}, `;
  return scenario([
    'network: { zones: { a: {}, b: {} } }',
    'services:',
    `  api: { replicas: 6, zone: { ${zones} }, ${own}endpoints: { get: { readOnly: true, steps: [ wait: 1ms ] } } }`,
    'workloads: { users: { arrivals: poisson(10/s), policy: { timeout: 1s }, requests: [ { call: api.get } ] } }',
    'faults: [ { id: out, kind: zoneOutage, target: a, at: 10s, for: 40s } ]',
  ]);
}

/** Two replicas of a shop with these checks; one of them hangs for this time. */
function checked(checks: string, time: string): string {
  const shop = checks === '' ? '' : `${checks}, `;
  return hanging('hang', shop, '{ kind: none }').replace('for: 10s', `for: ${time}`);
}

/** A service that fails by a fault with these fields. */
function failing(fields: string): string {
  return scenario([
    'services: { web: { endpoints: { get: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: web.get } ] } }',
    `faults: [ { id: bad, kind: error, target: web, ${fields}, at: 10s, for: 10s } ]`,
  ]);
}

/** A shop that shows reviews if it gets them, which a fault prevents; a file with these budgets. */
function reviews(budgets: string, target = 'reviews', optional = true): string {
  return scenario([
    'services:',
    `  shop: { endpoints: { page: [ { call: reviews.list${optional ? ', optional: true' : ''} }, work: 1ms ] } }`,
    '  reviews: { endpoints: { list: { readOnly: true, steps: [ query: db.read ] } } }',
    'databases: { db: { operations: { read: 1ms } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.page } ] } }',
    `faults: [ { id: bad, kind: slow, target: ${target}, factor: 10, at: 10s, for: 10s } ]`,
    `budgets: [ ${budgets} ]`,
  ]);
}

/** A queue with one consumer, and a budget on it. */
function waiting(budget: string): string {
  return scenario([
    'queues: { jobs: { kind: simple, consumers: [ { call: work.handle } ] } }',
    'services: { shop: { endpoints: { buy: [ publish: jobs ] } }, work: { endpoints: { handle: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
    `budgets: [ "${budget}" ]`,
  ]);
}

/** Rules about the division of a system into services, and about what operations need to see of it. */
/** A service with a quota of 160/s and this load. */
const quota = (arrivals: string, more = ''): string =>
  scenario([
    `services: { api: { middleware: [ { rateLimit: { kind: tokenBucket, rate: 160/s${more} } } ], endpoints: { go: [ wait: 1ms ] } } }`,
    `workloads: { users: { arrivals: ${arrivals}, requests: [ { call: api.go } ] } }`,
  ]);

/** A service with this step, which calls another one. */
const fanned = (step: string): string =>
  scenario([
    `services: { a: { endpoints: { go: [ ${step} ] } }, b: { endpoints: { get: [ wait: 1ms ] } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
  ]);

/** A shop that is down for 300 s, and this budget. */
const longFault = (budget: string): string =>
  scenario([
    'services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
    'faults: [ { id: down, kind: crash, target: shop, at: 10s, for: 300s } ]',
    `budgets: [ ${budget} ]`,
  ]).replace('duration: 60s', 'duration: 400s');

export const STRUCTURE_CASES: readonly RuleCase[] = [
  {
    rule: 'call-could-be-asynchronous',
    fires: mail(MAIL),
    path: 'services.shop.endpoints.buy.steps[1]',
    measured: '20 ms of the 50 ms that shop.buy takes',
    limit: 'no wait',
    silent: {
      'it is sent in the background': mail('{ call: mail.confirm, background: true }'),
      'its failure matters': mail('{ call: mail.confirm }'),
      'a later step may use it': mail(MAIL, undefined, ', work: 1ms'),
      'it reads': mail(MAIL, '{ readOnly: true, steps: [ wait: 20ms ] }'),
      'it has a response': mail(MAIL, '{ responseSize: 2KiB, steps: [ wait: 20ms ] }'),
      'it calls others': mail(MAIL, '[ call: bank.pay ]'),
    },
  },
  {
    rule: 'distributed-monolith',
    // 0.999^5 = 0.99501.
    fires: star(),
    path: 'workloads.users.requests[0]',
    measured: '5 of 5 services without a fallback, all up 99.5 % of the time if each is up 99.9 %',
    limit: 'below 75 % of the services',
    silent: {
      'the last one is not waited for': star(', background: true'),
      'a cycle whose workers can block each other': circle('concurrency: 10, '),
      'a cycle with a fallback': circle('runtime: async, ', ', optional: true'),
      'the last one may fail': star(', optional: true'),
      'the last one has a fallback': star(', policy: { fallback: {} }'),
      'five of seven services': star('', FG).replace(
        '{ call: a.go }',
        '{ name: a, call: a.go }, { name: f, call: f.go }, { name: g, call: g.go }',
      ),
    },
  },
  {
    rule: 'god-service',
    // 8/s of users, 8/s to core, 16/s to its databases: 24 of 32.
    fires: around(['find', 'order', 'pay'], ['orders-db', 'users-db']),
    path: 'services.core',
    measured: '75 % of all calls, 3 endpoints, 2 databases, 4 services around it',
    limit: 'below 3 times the mean of the others: 1 for endpoints, 0 for databases',
    silent: {
      'one database': around(['find', 'order', 'pay'], ['orders-db']),
      'two endpoints': around(['find', 'order'], ['orders-db', 'users-db']),
    },
  },
  {
    rule: 'log-without-correlation',
    fires: gateway('log: {}'),
    path: 'gateways.edge.middleware[0]',
    measured: 'log without correlate, in front of orders and stock',
    limit: 'correlate before log',
    silent: {
      'an id': gateway('correlate: {}, log: {}'),
      'no log': gateway('compress: {}'),
      'a single service': gateway('log: {}', 'wait: 1ms'),
    },
  },
  {
    rule: 'outage-unnoticed',
    fires: outage('', 'a: 4, b: 2'),
    path: 'services.api',
    measured: '2 of 6 instances left for 40 s',
    limit: 'checks',
    silent: {
      checks: outage('healthChecks: {}', 'a: 3, b: 3'),
      'checks without panic': outage(
        'healthChecks: {}, loadBalancing: { kind: random, panicThreshold: 0% }',
        'a: 4, b: 2',
      ),
      ejection: outage('outlierDetection: { kind: envoy }', 'a: 3, b: 3'),
      'a short outage': outage('', 'a: 4, b: 2').replace('for: 40s', 'for: 5s'),
      'connections that are refused': outage('', 'a: 4, b: 2').replace(
        'for: 40s',
        'for: 40s, blackhole: false',
      ),
      'no instance elsewhere': outage('', 'a: 6'),
      nodes: outage('', 'a: 4, b: 2').replace(
        'services:',
        'platform: { kind: kubernetes, nodes: { count: 2, cpu: 8, memory: 16GiB } }\nservices:',
      ),
    },
  },
  {
    rule: 'outage-unnoticed',
    fires: outage('healthChecks: {}', 'a: 4, b: 2'),
    path: 'services.api',
    measured: '2 of 6 instances left for 40 s',
    limit: 'at least 50 %, the panic threshold',
    silent: { 'enough elsewhere': outage('healthChecks: {}', 'a: 2, b: 4') },
  },
  {
    rule: 'check-slower-than-fault',
    // 3 x (5 s + 1 s) without an answer.
    fires: checked('healthChecks: {}', '15s'),
    path: 'services.shop.healthChecks',
    measured: 'up to 18s to notice it, 15s long',
    limit: 'a check that is quicker than the fault',
    silent: {
      'a longer fault': checked('healthChecks: {}', '20s'),
      'a fault that does not end': checked('healthChecks: {}', 'none'),
      'quicker checks': checked('healthChecks: { interval: 1s }', '15s'),
      'a quicker probe beside them': checked(
        'healthChecks: {}, probes: { readiness: { period: 1s } }',
        '15s',
      ),
      'no checks': checked('', '15s'),
    },
  },
  {
    rule: 'chance-of-start',
    fires: failing('probability: 80%'),
    path: 'faults[0].probability',
    measured: 'probability: 80 %, no share',
    limit: 'a share, if that is meant',
    silent: {
      'a share': failing('share: 80%'),
      both: failing('share: 80%, probability: 50%'),
      'a fault without shares': failing('probability: 80%').replace('kind: error', 'kind: crash'),
    },
  },
  {
    rule: 'chance-of-start',
    fires: failing('probability: 0.0001%'),
    path: 'faults[0].probability',
    measured: 'probability: 0.0001 %, no share',
    limit: 'a share, if that is meant',
    silent: { 'every run': failing('share: 100%') },
  },
  {
    rule: 'missing-probe',
    fires: hanging('hang'),
    path: 'services.shop.probes',
    measured: 'no readiness and no liveness probe, and a fault that freezes it',
    limit: 'one of them',
    silent: {
      'a liveness probe': hanging('hang', 'probes: { liveness: {} }, '),
      'a fault that ends the process': hanging('crash'),
      'no platform': hanging('hang', '', '{ kind: none }'),
    },
  },
  {
    rule: 'limit-without-burst',
    fires: quota('poisson(10/s)'),
    path: 'services.api.middleware[0].rateLimit',
    // 10/s at random times on 160/s: 10 / (10 + 160) = 5.88 % come within 1/160 s of an admitted one.
    measured: '1 request at once, 160/s',
    limit: 'a burst, for 10/s that come at random times',
    silent: {
      'a burst': quota('poisson(10/s)', ', burst: 16'),
      'a wait': quota('poisson(10/s)', ', maxWait: 100ms'),
      'arrivals at constant intervals': quota('constant(10/s)'),
      'hardly any load': quota('poisson(1/s)'),
    },
  },
  {
    rule: 'parallel-of-one',
    fires: fanned('parallel: [ { times: 12, call: b.get } ]'),
    path: 'services.a.endpoints.go.steps[0]',
    measured: '1 branch, of 12 steps in a row',
    limit: 'at least 2 branches, or `each`',
    silent: {
      'copies in parallel': fanned('parallel: { each: 12, branches: [ call: b.get ] }'),
      'two branches': fanned('parallel: [ { times: 12, call: b.get }, { call: b.get } ]'),
      'one call': fanned('parallel: [ { call: b.get } ]'),
      'a time limit': fanned(
        'parallel: { join: bestEffort(60ms), branches: [ [ call: b.get, call: b.get ] ] }',
      ),
    },
  },
  {
    rule: 'recovery-without-outage',
    fires: longFault('users.recovery < 30s after down'),
    path: 'budgets[0]',
    measured: 'down lasts 5m, and no budget or expectation sees it',
    limit: 'a limit of 30s after its end',
    silent: {
      'a budget on the outage': longFault('users.recovery < 30s after down, users.outage < 6m'),
      'success during it': longFault(
        'users.recovery < 30s after down, users.success > 20% during down',
      ),
      'a fault within the limit': longFault('users.recovery < 10m after down'),
    },
  },
  {
    rule: 'latency-budget-without-success',
    fires: limited('users.latency.p99 < 300ms'),
    path: 'budgets[0]',
    measured: 'bulkhead on a.go->b.go, and no budget or expectation on the success of users',
    limit: 'a budget on success, or on successLatency',
    silent: {
      'a budget on success': limited('users.latency.p99 < 300ms, users.success >= 99%'),
      'of successes only': limited('users.successLatency.p99 < 300ms'),
      'nothing refuses': limited('users.latency.p99 < 300ms', ''),
    },
  },
  {
    rule: 'backlog-budget-of-mean',
    fires: waiting('jobs.age < 60s'),
    path: 'budgets[0]',
    measured: 'jobs.age, the mean over the run',
    limit: 'jobs.age.max or jobs.age.mean',
    silent: {
      'the largest value': waiting('jobs.age.max < 60s'),
      'the mean is meant': waiting('jobs.age.mean < 60s'),
      'a window': waiting('jobs.age < 60s from 1s to 2s'),
      'a lower limit': waiting('jobs.lag > 0'),
    },
  },
  {
    rule: 'unmonitored-dependency',
    fires: reviews('users.success >= 99%'),
    path: 'services.reviews',
    measured: '0 of 1 budget',
    limit: '1 or more',
    silent: {
      'a budget on it': reviews('users.success >= 99%, reviews.success >= 99%'),
      'a budget on degraded responses': reviews('users.share.degraded <= 1%'),
      'its callers fail with it': reviews('users.success >= 99%', 'reviews', false),
      'no fault hits it': reviews('users.success >= 99%', 'shop'),
    },
  },
];
