import type { ReferenceEntry } from '../reference-entry.js';

/** A scenario in which a service queries a database; `database` are the lines of its definition. */
function asking(title: string, database: string, step = 'query: store.write'): string {
  return `faultline: 1
title: ${title}
run: { duration: 20s }
keys: { account: { kind: zipf, count: 100 } }
databases:
  store: ${database}
services:
  api: { replicas: 2, endpoints: { save: [ ${step} ] } }
workloads:
  users: { arrivals: poisson(40/s), requests: [ { call: api.save } ] }
`;
}

export const DATABASE_REFERENCE: readonly ReferenceEntry[] = [
  {
    kind: 'generic',
    component: 'database',
    summary:
      'A database without the rules of a product: operations have a cost, and there is no connection limit ' +
      'and no lock timeout.',
    sources: [],
    example: asking(
      'Ten connections for all callers',
      '{ kind: generic, pool: { maxOpen: 5 }, operations: { write: { work: exponential(20ms), write: true } } }',
    ),
  },
  {
    kind: 'postgres',
    component: 'database',
    summary:
      'PostgreSQL: 100 connections, of which 3 are reserved; row locks without a timeout; deadlock ' +
      'detection after 1 s; replicas watched by Patroni, with 30 s until failover.',
    sources: [
      'postgres/postgres: src/backend/utils/misc/guc_tables.c (deadlock_timeout, max_connections)',
      'zalando/patroni: docs/dynamic_configuration.rst (ttl, loop_wait, retry_timeout)',
    ],
    example: asking(
      'Writers of one account wait for each other',
      '{ kind: postgres, operations: { write: { work: 5ms, write: true, lock: true, key: account } } }',
      'transaction: { database: store, steps: [ query: store.write ], commit: 2ms }',
    ),
  },
  {
    kind: 'mysql',
    component: 'database',
    summary:
      'MySQL with InnoDB: 151 connections and a row lock timeout of 50 s. With `mode: semiSync`, ' +
      'replication becomes asynchronous after 10 s, until a replica has caught up.',
    sources: [
      'mysql/mysql-server: storage/innobase/handler/ha_innodb.cc (innodb_lock_wait_timeout)',
      'MySQL reference manual: Group Replication, expel timeout',
      'MySQL reference manual: semisynchronous replication (rpl_semi_sync_source_timeout)',
      'mysql/mysql-server: plugin/semisync/semisync_source.cc (commitTrx, switch_off, try_switch_on)',
    ],
    example: asking(
      'Writers of one account wait for each other',
      '{ kind: mysql, operations: { write: { work: 5ms, write: true, lock: true, key: account } } }',
    ),
  },
  {
    kind: 'mongo',
    component: 'database',
    summary:
      'MongoDB: a replica set that elects a new primary when the primary is down. Writes wait for a ' +
      'majority of its members. Drivers wait up to 30 s for a primary and repeat an operation once.',
    sources: [
      'mongodb/specifications: server-selection.md, retryable-reads.md, retryable-writes.md',
      'MongoDB manual: replica set elections (electionTimeoutMillis)',
      'MongoDB manual: write concern (implicit default write concern)',
    ],
    example: asking(
      'A primary with two secondaries',
      '{ kind: mongo, replicas: 2, operations: { write: { work: 3ms, write: true } } }',
    ),
  },
  {
    kind: 'dynamodb',
    component: 'database',
    summary:
      'DynamoDB: a table with capacity units per second. Unused units are kept for 5 min. Each partition ' +
      'supplies at most 3000 read and 1000 write units. Requests beyond these limits are throttled.',
    sources: [
      'Amazon DynamoDB developer guide: burst and adaptive capacity, designing partition keys',
      'AWS re:Post: DynamoDB and spiky workloads in short intervals',
    ],
    example: asking(
      'A table that gives 20 write units a second',
      '{ kind: dynamodb, capacity: { write: 20/s, partitions: 2, burst: 1s }, operations: { write: { wait: 5ms, write: true, key: account } } }',
    ),
  },
  {
    kind: 'redis',
    component: 'database',
    summary:
      'Redis: one command at a time, so a slow one delays all others. Sentinel replaces the primary after ' +
      '30 s and does not fence the old one. With `shards` each shard is a server of its own; `cluster` makes ' +
      'them a Redis Cluster, which needs all of them.',
    sources: [
      'redis/redis: src/networking.c, src/server.c, src/cluster_legacy.c, sentinel.conf, redis.conf',
    ],
    example: asking(
      'One command at a time',
      '{ kind: redis, operations: { write: { work: 0.1ms, write: true } } }',
    ),
  },
  {
    kind: 'elasticsearch',
    component: 'database',
    summary:
      'Elasticsearch 8: each node has thread pools for searches, reads by key and writes, each with a ' +
      'bounded queue; when it is full, requests get a 429. A read without a key is a search: it runs on ' +
      'one copy of every shard, and sees writes up to the last refresh of that copy. A write runs on the ' +
      'primary of its shard, then on all in-sync replicas, and then gets its response. Reads rotate over ' +
      'the copies. Not modelled: adaptive replica selection, partial results, retries at another copy, ' +
      'coordinating nodes, memory limits (indexing pressure, circuit breakers), the cost of refreshes and ' +
      'merges, and the recovery time of a copy.',
    sources: [
      'elastic/elasticsearch: docs/reference/modules/threadpool.asciidoc (8.18)',
      'elastic/elasticsearch: server/src/main/java/org/elasticsearch/threadpool/DefaultBuiltInExecutorBuilders.java',
      'elastic/elasticsearch: server/src/main/java/org/elasticsearch/index/shard/IndexShard.java (scheduledRefresh, ensureShardSearchActive)',
      'elastic/elasticsearch: server/src/main/java/org/elasticsearch/action/support/replication/TransportReplicationAction.java',
      'elastic.co: Reading and writing documents; discovery and cluster formation settings',
    ],
    example: asking(
      'Two shards with a replica each',
      '{ kind: elasticsearch, cpu: 4, shards: { count: 2, key: account }, operations: { search: { work: 8ms }, ' +
        'write: { work: 3ms, write: true, key: account } } }',
      'query: store.write, query: store.search',
    ),
  },
];

/** A scenario with a function that a workload calls. */
function invoked(title: string, fields: string): string {
  return `faultline: 1
title: ${title}
run: { duration: 60s }
functions:
  resize: { ${fields}, steps: [ work: 80ms ] }
services:
  api: { endpoints: { upload: [ call: resize ] } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: api.upload } ] }
`;
}

/** Reference of the products that run functions: services whose instances are created on demand. */
export const FUNCTION_REFERENCE: readonly ReferenceEntry[] = [
  {
    kind: 'lambda',
    component: 'service',
    form: 'function',
    summary:
      'AWS Lambda: an environment handles one request at a time, its CPU follows from its memory, and the ' +
      'timeout is 3 s. All functions share the concurrency of one account, except for reserved concurrency.',
    sources: [
      'AWS Lambda developer guide: function scaling, reserved concurrency, configuring memory',
      'AWS Lambda developer guide: SQS event source mappings (scaling, error handling)',
    ],
    example: invoked('Cold starts on a quiet day', 'kind: lambda, coldStart: 400ms, keepAlive: 5s'),
  },
  {
    kind: 'cloudRun',
    component: 'service',
    form: 'function',
    summary: 'Google Cloud Run: up to 80 requests share an instance and its one core.',
    sources: ['Google Cloud Run documentation: about instance autoscaling, concurrency'],
    example: invoked(
      'Several requests in one instance',
      'kind: cloudRun, coldStart: 800ms, keepAlive: 10s',
    ),
  },
  {
    kind: 'knative',
    component: 'service',
    form: 'function',
    summary:
      'Knative Serving: the number of pods follows the average concurrency. It is decided every 2 s and is ' +
      'zero without traffic. The activator holds requests until a pod has room.',
    sources: [
      'knative/serving: pkg/autoscaler/scaling/autoscaler.go, config/core/configmaps/autoscaler.yaml',
      'knative/serving: pkg/activator/net/throttler.go',
    ],
    example: invoked(
      'One request in a pod, and pods that start in 2 s',
      'kind: knative, coldStart: 2s, concurrencyPerInstance: 1',
    ),
  },
];
