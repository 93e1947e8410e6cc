import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

const USERS =
  'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }';

/** shop.buy with these steps, a database and a service pay; `hop` is the bundle of the calls that name it. */
function shop(steps: string, hop = '{}', shop = ''): string {
  return scenario([
    `policies: { hop: ${hop} }`,
    'databases: { db: { operations: { read: 1ms } } }',
    'services:',
    `  shop: { ${shop}endpoints: { buy: { steps: [ ${steps} ] } } }`,
    '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
    USERS,
  ]);
}

const HOP = '{ call: pay.charge, policy: hop }';

/** Services in a row, each of which calls the next one. */
function row(length: number, how = ''): string {
  const names = 'abcdefgh'.slice(0, length).split('');
  const steps = (index: number): string => {
    const next = names[index + 1];
    const last = index === length - 2 ? how : '';
    return next === undefined ? 'wait: 1ms' : `{ call: ${next}.go${last} }`;
  };
  return scenario([
    'services:',
    ...names.map((name, i) => `  ${name}: { endpoints: { go: { steps: [ ${steps(i)} ] } } }`),
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: a.go } ] } }',
  ]);
}

/** Messages of the shop, 100 a second, for a group of one member that takes 20 ms each. */
function group(topic: string, subscriber: string, key = '', users = USERS): string {
  return scenario([
    'keys: { customer: zipf(count=1000 exponent=1.1) }',
    `topics: { jobs: { kind: kafka, ${topic}, subscribers: [ { group: work, call: pay.charge${subscriber} } ] } }`,
    'services:',
    `  shop: { endpoints: { buy: [ { publish: { topic: jobs${key} } } ] } }`,
    '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
    users,
  ]);
}

const KEY = ', key: customer';

/** Rules about the shape of a system: the number of calls, and the chains of components that wait for each other. */
export const SHAPE_CASES: readonly RuleCase[] = [
  {
    rule: 'call-without-breaker',
    // 100/s x 300 ms = 30 of 40 workers.
    fires: shop(HOP, '{ timeout: 300ms }', 'replicas: 2, concurrency: 20, '),
    path: 'policies.hop',
    measured: '100/s x 300 ms = 30 workers while pay hangs',
    limit: "below half of shop's 40",
    silent: {
      'more workers': shop(HOP, '{ timeout: 300ms }', 'replicas: 4, concurrency: 20, '),
      'workers that are given back': shop(
        HOP,
        '{ timeout: 300ms }',
        'runtime: async, replicas: 2, concurrency: 20, ',
      ),
      'a bulkhead': shop(
        HOP,
        '{ timeout: 300ms, bulkhead: { maxConcurrent: 5 } }',
        'replicas: 2, concurrency: 20, ',
      ),
      'nobody waits': shop(
        '{ call: pay.charge, policy: hop, background: true }',
        '{ timeout: 300ms }',
        'replicas: 2, concurrency: 20, ',
      ),
    },
  },
  {
    rule: 'chatty-call',
    fires: shop('loop: { times: 25, steps: [ query: db.read ] }'),
    path: 'services.shop.endpoints.buy.steps[0].loop.steps[0]',
    measured: '25 times for one shop.buy',
    limit: 'below 10',
    silent: {
      'nine times': shop('loop: { times: 9, steps: [ query: db.read ] }'),
      'a share of them': shop(
        'loop: { times: 25, steps: [ { query: db.read, probability: 30% } ] }',
      ),
      'nobody waits': shop(
        'loop: { times: 25, steps: [ { call: pay.charge, background: true } ] }',
      ),
    },
  },
  {
    rule: 'consumers-below-traffic',
    // Two members of 20 ms: 100 a second at most.
    fires: group('partitions: 4', ', concurrency: 2', '', USERS.replace('100/s', '120/s')),
    path: 'topics.jobs.subscribers[0]',
    measured: '120/s are published',
    limit: '100/s: 2 at a time, 20 ms each',
    silent: {
      'one more member': group(
        'partitions: 6',
        ', concurrency: 3',
        '',
        USERS.replace('100/s', '120/s'),
      ),
      'two messages at once': group(
        'partitions: 4',
        ', concurrency: 2, batch: 2',
        '',
        USERS.replace('100/s', '120/s'),
      ),
      'a part of them is wanted': group(
        'partitions: 4',
        ', concurrency: 2, filter: 50%',
        '',
        USERS.replace('100/s', '120/s'),
      ),
      'a queue with enough': scenario([
        'queues: { jobs: { kind: simple, capacity: 10, consumers: [ { call: pay.charge, concurrency: 3 } ] } }',
        'services: { shop: { endpoints: { buy: [ publish: jobs ] } }, pay: { endpoints: { charge: [ wait: 20ms ] } } }',
        USERS,
      ]),
      'a queue that nobody reads': scenario([
        'queues: { jobs: { kind: simple, capacity: 10 } }',
        'services: { shop: { endpoints: { buy: [ publish: jobs ] } } }',
        USERS,
      ]),
    },
  },
  {
    rule: 'consumers-below-traffic',
    // Two of four members read 2 of 6 partitions, a third of the messages each: 3 x 50/s, not 4 x 50/s.
    fires: group('partitions: 6', ', concurrency: 4', '', USERS.replace('100/s', '160/s')),
    path: 'topics.jobs.subscribers[0]',
    measured: '160/s are published',
    limit:
      '150/s: 3 at a time, 20 ms each, of 4 members, since the busiest read 2 of the 6 partitions',
    silent: {
      'eight partitions for them': group(
        'partitions: 8',
        ', concurrency: 4',
        '',
        USERS.replace('100/s', '160/s'),
      ),
      'one member for each partition': group(
        'partitions: 6',
        ', concurrency: 6',
        '',
        USERS.replace('100/s', '160/s'),
      ),
    },
  },
  {
    rule: 'deep-call-chain',
    // 0.999^6 = 0.99401.
    fires: row(6),
    path: 'services.e.endpoints.go.steps[0]',
    measured: '6 in a row, there 99.4 % of the time if each is there 99.9 %',
    limit: 'at most 5',
    silent: {
      five: row(5),
      'the last one is not waited for': row(6, ', background: true'),
    },
  },
  {
    rule: 'fan-out-tail',
    // 1 - 0.99^20 = 18.2%.
    fires: shop(`parallel: { each: 20, branches: [ [ ${HOP} ] ] }`),
    path: 'services.shop.endpoints.buy.steps',
    measured: 'where 1 % of the calls are slow, 18.2 % of its answers are',
    limit: 'fewer than 10',
    silent: {
      nine: shop(`parallel: { each: 9, branches: [ [ ${HOP} ] ] }`),
      'most of them will do': shop(
        `parallel: { each: 20, branches: [ [ ${HOP} ] ], join: quorum(15) }`,
      ),
      'what comes in time will do': shop(
        `parallel: { each: 20, branches: [ [ ${HOP} ] ], join: bestEffort(50ms) }`,
      ),
      'they only wait': shop('parallel: { each: 20, branches: [ [ wait: 1ms ] ] }'),
    },
  },
  {
    rule: 'hot-partition',
    // The first of 1000 by 1.1 has 17.9 % of the messages: 71.8 of 400 a second.
    fires: group('partitions: 12', ', concurrency: 12', KEY, USERS.replace('100/s', '400/s')),
    path: 'topics.jobs.subscribers[0]',
    measured: '17.9 % of 400/s = 71.8/s',
    limit: 'at most 50/s: 20 ms each',
    silent: {
      'fewer of them': group('partitions: 12', ', concurrency: 12', KEY),
      batches: group(
        'partitions: 12',
        ', concurrency: 12, batch: 2',
        KEY,
        USERS.replace('100/s', '400/s'),
      ),
      'no key': group('partitions: 12', ', concurrency: 12', '', USERS.replace('100/s', '400/s')),
      'all partitions are behind': group('partitions: 2', '', KEY, USERS.replace('100/s', '400/s')),
    },
  },
  {
    rule: 'retry-on-client-error',
    fires: shop(HOP, '{ retry: { attempts: 3, on: [4xx, 5xx] } }'),
    path: 'policies.hop.retry.on',
    measured: 'retried after 400, 401, 403, 404, 405, 410, 413, 415, 422',
    limit: 'none of them',
    silent: {
      'what may be over by then': shop(HOP, '{ retry: { attempts: 3, on: [408, 409, 425, 429] } }'),
      'everything that is a failure': shop(HOP, '{ retry: { attempts: 3, on: [any] } }'),
    },
  },
  {
    rule: 'retry-never-acts',
    // However soon the first try fails, the second one would begin when all time is over.
    fires: shop(
      HOP,
      '{ deadline: 2s, retry: { attempts: 3, backoff: { kind: constant, base: 2s } } }',
    ),
    path: 'policies.hop.retry.backoff',
    measured: '2 s of back-off at least',
    limit: 'below the 2 s that the call may take',
    silent: {
      'a deadline behind the back-off': shop(
        HOP,
        '{ deadline: 2100ms, retry: { attempts: 3, backoff: { kind: constant, base: 2s } } }',
      ),
      'a back-off that may be short': shop(
        HOP,
        '{ deadline: 1s, retry: { attempts: 3, backoff: { kind: exponential, base: 2s, jitter: full } } }',
      ),
      'a callee that asks to come back sooner': shop(
        HOP,
        '{ deadline: 1s, retry: { attempts: 3, backoff: { kind: constant, base: 2s } } }',
      ).replace('[ wait: 20ms ]', '[ { fail: { status: 503, retryAfter: 1s }, probability: 1% } ]'),
      'tries that time out before the deadline': shop(
        HOP,
        '{ deadline: 1s, timeout: 300ms, retry: { attempts: 2, on: [timeout] } }',
      ),
      'other failures that come sooner': shop(
        HOP,
        '{ retry: { attempts: 2, on: [timeout, connect] } }',
      ),
      'a callee that answers nothing in time by itself': shop(
        HOP,
        '{ retry: { attempts: 2, on: [timeout] } }',
      ).replace('[ wait: 20ms ]', '[ { fail: timeout, probability: 1% } ]'),
      'one variant that does without':
        shop(HOP, '{ retry: { attempts: 2 } }') +
        'variants: [ { name: retries }, { name: single, set: { policies.hop.retry.attempts: 1 } } ]\n',
    },
  },
  {
    rule: 'unused-component',
    fires: shop('{ query: db.read }'),
    path: 'services.pay',
    measured: '0 callers',
    limit: '1 or more',
    silent: {
      'a part that is called': shop('{ query: db.read }, { call: pay.charge, probability: 1% }'),
      'a fallback that calls it': shop(
        '{ call: stock.take, policy: hop }, { query: db.read }',
        '{ fallback: { call: pay.charge, on: [any] } }',
      ).replace('workloads:', '  stock: { endpoints: { take: [ wait: 1ms ] } }\nworkloads:'),
      'a consumer of messages': group('partitions: 4', ''),
      'what one variant uses': shop('{ query: db.read }').replace(
        'workloads:',
        "variants: [ { name: a }, { name: b, set: { 'services.shop.endpoints.buy.steps': [ { call: pay.charge }, { query: db.read } ] } } ]\nworkloads:",
      ),
    },
  },
];
