import { describe, expect, it } from 'vitest';
import { scenarioOf } from './support.js';

const MS = 1_000_000;
const SECOND = 1000 * MS;
const DAY = 86_400 * SECOND;

/** A scenario in which nothing is written that has a default. */
const scenario = scenarioOf(`
faultline: 1
title: What is there where nothing is written
run: { duration: 10s }
brokers: { cluster: { kind: kafka, nodes: 3 }, rabbit: { kind: rabbitmq, nodes: 3 } }
topics: { log: { kind: kafka, broker: cluster, subscribers: [ { group: g, call: w.h } ] } }
queues:
  classic: { kind: rabbitmq, broker: rabbit, consumers: [ { call: w.h } ] }
  quorum: { kind: rabbitmq, quorum: true, broker: rabbit, consumers: [ { call: w.h } ] }
  sqs: { kind: sqs, consumers: [ { call: w.h } ] }
databases:
  hikari: { pool: { kind: hikari }, operations: { get: 1ms } }
  go: { pool: { kind: go }, operations: { get: 1ms } }
  postgres: { kind: postgres, operations: { get: 1ms } }
  mysql: { kind: mysql, operations: { get: 1ms } }
  pgbouncer: { kind: postgres, pool: { kind: pgbouncer }, operations: { get: 1ms } }
  insert: { operations: { put: { wait: 1ms, write: true } } }
services:
  w: { endpoints: { h: [ wait: 1ms ] } }
  s: { outbox: { database: insert.put }, endpoints: { go: [ query: hikari.get ] } }
workloads: { u: { arrivals: constant(1/s), requests: [ { call: s } ] } }
`);

/** Defaults of products as their documentation and sources have them. */
describe('the defaults of products', () => {
  it('are those of the producer of Kafka 4', () => {
    expect(scenario.topics.get('log')).toMatchObject({
      partitions: 1,
      minInsyncReplicas: 1,
      retentionNs: 7 * DAY,
      producer: {
        acks: 'all',
        idempotence: true,
        retries: 2_147_483_647,
        deliveryTimeoutNs: 120 * SECOND,
        requestTimeoutNs: 30 * SECOND,
        backoffNs: 100 * MS,
        backoffMaxNs: SECOND,
        lingerNs: 5 * MS,
        batchBytes: 16_384,
        bufferBytes: 33_554_432,
        maxBlockNs: 60 * SECOND,
      },
    });
  });

  it('are those of its consumer, which commits behind a batch unless it says auto', () => {
    expect(scenario.topics.get('log')!.subscribers[0]).toMatchObject({
      maxPollRecords: 500,
      maxPollNs: 300 * SECOND,
      sessionNs: 45 * SECOND,
      heartbeatNs: 3 * SECOND,
      commit: 'afterBatch',
      autoCommitNs: 5 * SECOND,
      reset: 'latest',
      offsetsRetentionNs: 7 * DAY,
      rebalance: { protocol: 'classic', initialDelayNs: 3 * SECOND, isStatic: false },
    });
  });

  it('are those of RabbitMQ', () => {
    const bound = { capacity: Infinity, overflow: 'dropHead' };
    const options = {
      prefetch: Infinity,
      messageTtlNs: null,
      consumerTimeoutNs: 1800 * SECOND,
    };
    expect(scenario.queues.get('classic')).toMatchObject({
      ...bound,
      options: { ...options, deliveryLimit: Infinity },
    });
    expect(scenario.queues.get('quorum')).toMatchObject({
      ...bound,
      options: { ...options, deliveryLimit: 20 },
    });
  });

  it('are those of SQS', () => {
    expect(scenario.queues.get('sqs')).toMatchObject({
      options: {
        visibilityTimeoutNs: 30 * SECOND,
        delayNs: 0,
        waitTimeNs: 0,
        retentionNs: 4 * DAY,
        maxReceiveCount: Infinity,
        fifo: false,
      },
      consumers: [{ maxNumberOfMessages: 1 }],
    });
  });

  it('are those of HikariCP and of database/sql', () => {
    expect(scenario.databases.get('hikari')!.pool).toMatchObject({
      maximumPoolSize: 10,
      minimumIdle: 10,
      connectionTimeoutNs: 30 * SECOND,
      validationTimeoutNs: 5 * SECOND,
      idleTimeoutNs: 600 * SECOND,
      maxLifetimeNs: 1800 * SECOND,
      aliveBypassWindowNs: 500 * MS,
      leakDetectionThresholdNs: null,
    });
    expect(scenario.databases.get('go')!.pool).toMatchObject({
      maxOpen: Infinity,
      maxIdle: 2,
      maxLifetimeNs: null,
      maxIdleTimeNs: null,
    });
  });

  it('are those of the servers and of PgBouncer', () => {
    const limits = {
      maxConnections: 100,
      reserved: 3,
      deadlockTimeoutNs: SECOND,
      deadlockVictim: 'finder',
      lockTimeoutNs: null,
    };
    expect(scenario.databases.get('postgres')).toMatchObject(limits);
    expect(scenario.databases.get('mysql')).toMatchObject({
      maxConnections: 151,
      lockTimeoutNs: 50 * SECOND,
    });
    expect(scenario.databases.get('pgbouncer')!.pool).toMatchObject({
      defaultPoolSize: 20,
      maxClientConn: 100,
      queryWaitTimeoutNs: 120 * SECOND,
    });
  });

  it('are a look a second for 100 rows, of an outbox', () => {
    expect(scenario.services.get('s')!.outbox).toMatchObject({
      mode: 'polling',
      pollNs: SECOND,
      batchSize: 100,
    });
  });
});
