import type { BadCase } from './bad-input.js';

const database = 'orders-db: { cpu: 4,';
const operation = 'insert: exponential(3ms)';
const query = '{ query: orders-db.insert, times: 2 }';

/** Mistakes in databases, transactions, locks and functions. */
export const BAD_DATABASES: readonly BadCase[] = [
  {
    title: 'an operation that locks no row',
    edit: [operation, 'insert: { work: 3ms, lock: true }'],
    code: 'FL208',
    at: 'true }',
    says: 'nobody knows which row it locks',
  },
  {
    title: 'a row of an unknown key',
    edit: [operation, 'insert: { work: 3ms, key: prodct, lock: true }'],
    code: 'FL404',
    at: 'prodct',
    says: 'there is no key prodct',
    suggestion: 'product',
  },
  {
    title: 'a transaction of a service',
    edit: [query, '{ transaction: { database: payments, steps: [] } }'],
    code: 'FL405',
    at: 'payments, steps',
    says: 'payments is a service, not a database',
  },
  {
    title: 'a transaction of an unknown database',
    edit: [
      `          - ${query}`,
      '          - { transaction: { database: other-db, steps: [ query: other-db.commit ] } }',
    ],
    code: 'FL404',
    at: 'other-db, steps',
    says: 'there is no database other-db',
  },
  {
    title: 'a lock on an unknown key',
    edit: [query, '{ lock: { on: tenant, steps: [] } }'],
    code: 'FL404',
    at: 'tenant',
    says: 'there is no key tenant',
  },
  {
    title: 'reads at a replica that is not there',
    edit: [database, 'orders-db: { route: replica, cpu: 4,'],
    code: 'FL208',
    at: 'replica, cpu',
    says: 'there is no replica to ask',
  },
  {
    title: 'a failover to nobody',
    edit: [database, 'orders-db: { failover: { detect: 1s }, cpu: 4,'],
    code: 'FL208',
    at: '{ detect',
    says: 'there is no replica that could take over',
  },
  {
    title: 'shards by an unknown key',
    edit: [database, 'orders-db: { shards: { count: 4, key: prodct }, cpu: 4,'],
    code: 'FL404',
    at: 'prodct',
    says: 'there is no key prodct',
    suggestion: 'product',
  },
  {
    title: 'shards of a database with replicas',
    edit: [database, 'orders-db: { replicas: 1, shards: { count: 4, key: product }, cpu: 4,'],
    code: 'FL208',
    at: '{ count: 4',
    says: 'replicas of all rows or shards of some',
  },
  {
    title: 'a search engine without cores',
    edit: [database, 'orders-db: { kind: elasticsearch, cpu: unlimited,'],
    code: 'FL208',
    at: 'elasticsearch',
    says: 'threads are counted by cores',
  },
  {
    title: 'a lag of copies that are in sync',
    edit: [database, 'orders-db: { kind: elasticsearch, replicas: { count: 1, lag: 1s }, cpu: 4,'],
    code: 'FL208',
    at: '1s }',
    says: 'leave lag out',
  },
  {
    title: 'an index that is refreshed and idle',
    edit: [
      database,
      'orders-db: { kind: elasticsearch, refresh: { interval: 2s, idleAfter: 5s }, cpu: 4,',
    ],
    code: 'FL208',
    at: '5s }',
    says: 'is never idle',
  },
  {
    title: 'thread pools of a database that has none',
    edit: [database, 'orders-db: { threadPools: { search: { size: 3 } }, cpu: 4,'],
    code: 'FL208',
    at: '{ search',
    says: 'leave threadPools out',
  },
  {
    title: 'a scan of one node',
    edit: [operation, 'insert: { work: 3ms, scan: true }'],
    code: 'FL208',
    at: 'true }',
    says: 'give the database shards',
  },
  {
    title: 'a query with the key of a shard that is not there',
    edit: [query, '{ query: { database: orders-db, operation: insert, key: product } }'],
    code: 'FL208',
    at: 'product } }',
    says: 'give the database shards',
  },
  {
    title: 'a route that is none',
    edit: [database, 'orders-db: { route: anywhere, cpu: 4,'],
    code: 'FL205',
    at: 'anywhere',
    says: 'is no route',
  },
  {
    title: 'cores of a product with one thread',
    edit: [database, 'orders-db: { kind: redis, cpu: 4,'],
    code: 'FL208',
    at: '4, pool',
    says: 'redis runs all commands in one thread',
  },
  {
    title: 'more provisioned environments than requests',
    edit: [
      'databases:\n',
      'functions: { f: { provisioned: 5, maxConcurrency: 4, steps: [ wait: 1ms ] } }\ndatabases:\n',
    ],
    code: 'FL208',
    at: '5, max',
    says: 'lower provisioned',
  },
];
