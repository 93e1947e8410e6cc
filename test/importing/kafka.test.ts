import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing } from '../../src/importing/import.js';
import type { TraceModel } from '../../src/importing/traces/model.js';
import { fixtures, imported, loaded, source } from './support.js';

describe('Kafka of Strimzi with the clients of Spring', () => {
  const result = imported(fixtures('examples/kafka'));
  const scenario: any = parse(result.scenario);

  it('has the brokers of all pools, and not its controllers', () => {
    loaded(result);
    expect(scenario.brokers).toEqual({
      events: { kind: 'kafka', nodes: 3, latency: 'exponential(2ms)', uncleanElection: true },
    });
  });

  it('has topics with the settings of their own, else those of the cluster', () => {
    expect(scenario.topics.orders).toMatchObject({
      kind: 'kafka',
      broker: 'events',
      partitions: 12,
      replication: 3,
      minInsyncReplicas: 1,
      retention: '2h',
    });
    expect(scenario.topics['orders-audit']).toMatchObject({
      partitions: 6,
      replication: 3,
      minInsyncReplicas: 2,
      retention: '48h',
    });
  });

  it('publishes with the producer of the service whose file names the topic', () => {
    expect(scenario.topics.orders.producer).toEqual({
      acks: 'all',
      linger: '20ms',
      batchSize: '32KiB',
      bufferMemory: '64MiB',
      deliveryTimeout: '60000ms',
      retries: 5,
      idempotence: false,
    });
    const steps = scenario.services.shop.endpoints.handle.steps;
    expect(steps.slice(1)).toEqual([{ publish: 'orders' }, { publish: 'orders-audit' }]);
  });

  it('subscribes with the consumer of spring.kafka, or of a binding of spring.cloud.stream', () => {
    expect(scenario.topics.orders.subscribers).toEqual([
      {
        group: 'shipping',
        call: 'shipping.handle',
        concurrency: 4,
        maxPollRecords: 50,
        maxPollInterval: '120000ms',
        sessionTimeout: '20000ms',
        heartbeatInterval: '2s',
        autoOffsetReset: 'earliest',
        commit: 'afterEach',
      },
    ]);
    expect(scenario.topics['orders-audit'].subscribers).toEqual([
      { group: 'audit-store', call: 'audit.handle', concurrency: 2, retry: { attempts: 3 } },
    ]);
  });

  it('has no users of services that only handle messages', () => {
    expect(scenario.workloads.users.requests.map(({ call }: any) => call)).toEqual(['shop.handle']);
  });

  it('without a cluster in the files still has its topics', () => {
    const all = fixtures('examples/kafka', ['services.yaml', 'application-shipping.yml']);
    const topic =
      'apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata: { name: orders }\nspec: { partitions: 4, replicas: 3, config: { retention.ms: -1 } }\n';
    const alone = imported([...all, ...source(topic)]);
    loaded(alone);
    const { topics, brokers } = parse(alone.scenario) as any;
    expect(brokers).toBeUndefined();
    expect(topics.orders).toMatchObject({ partitions: 4, retention: 'none' });
    expect(alone.account.listed.find(({ path }) => path === 'spec.replicas')?.reason).toContain(
      'no broker of these files',
    );
  });
});

describe('a topic', () => {
  it('needs no more replicas for a write than it has', () => {
    const text = fixtures('examples/kafka').map(({ path, text: own }) => ({
      path,
      text: own.replace('partitions: 6,', 'partitions: 6, replicas: 1,'),
    }));
    const { topics } = parse(imported(text).scenario) as any;
    expect(topics['orders-audit']).toMatchObject({ replication: 1, minInsyncReplicas: 1 });
  });

  it('keeps the settings of its subscriber where traces name the endpoint', () => {
    const importing = new Importing(fixtures('examples/kafka'), { title: 'x', names: new Map() });
    const time = { text: '3ms', n: 100, interval: null };
    const publish = { kind: 'publish', to: 'orders', endpoint: 'orders' } as const;
    const handle = { kind: 'call', to: 'shipping', endpoint: 'ship' } as const;
    const plain = { chance: null, retry: null, timeout: null, below: null };
    const model: TraceModel = {
      components: [
        {
          name: 'shop',
          kind: 'service',
          product: null,
          replicas: 1,
          endpoints: [
            { name: 'buy', executions: 100, errors: null, steps: [{ ...publish, ...plain }] },
          ],
        },
        {
          name: 'orders',
          kind: 'queue',
          product: 'kafka',
          replicas: null,
          endpoints: [
            { name: 'orders', executions: 100, errors: null, steps: [{ ...handle, ...plain }] },
          ],
        },
        {
          name: 'shipping',
          kind: 'service',
          product: null,
          replicas: 3,
          endpoints: [
            { name: 'ship', executions: 100, errors: null, steps: [{ kind: 'work', time }] },
          ],
        },
      ],
      entries: [
        { to: 'shop', endpoint: 'buy', via: null, rate: { text: '10/s', n: 100, interval: null } },
      ],
      unknown: [],
      leftOut: [],
      measured: [],
      network: null,
      links: [],
      spans: 300,
      traces: 100,
      proxies: [],
      mesh: null,
    };
    const result = importing.finish(model);
    loaded(result);
    const { topics } = parse(result.scenario) as any;
    expect(topics.orders.subscribers).toMatchObject([
      { group: 'shipping', call: 'shipping.ship', concurrency: 4, maxPollRecords: 50 },
    ]);
  });
});

/** As `kafka-topics.sh --describe` of Kafka 3.9 prints it, with one replica behind. */
const DESCRIBED = [
  'Topic: orders\tTopicId: x1Gk\tPartitionCount: 2\tReplicationFactor: 3\tConfigs: min.insync.replicas=2,cleanup.policy=compact,delete,retention.ms=7200000',
  '\tTopic: orders\tPartition: 0\tLeader: 1\tReplicas: 1,2,3\tIsr: 1,2,3\tElr: \tLastKnownElr: ',
  '\tTopic: orders\tPartition: 1\tLeader: 2\tReplicas: 2,3,4\tIsr: 2,4\tElr: \tLastKnownElr: ',
  // Before Kafka 2.x there is no space.
  'Topic:mails\tPartitionCount:1\tReplicationFactor:1\tConfigs:',
  '\tTopic: mails\tPartition: 0\tLeader: 3\tReplicas: 3\tIsr: 3',
  '',
].join('\n');

describe('kafka-topics --describe', () => {
  const APP = 'services: { shop: { image: shop } }\n';
  const both = imported([...source(DESCRIBED, 'topics.txt'), ...source(APP, 'compose.yaml')]);
  const scenario: any = parse(both.scenario);

  it('gives topics, and a broker with the nodes that have replicas', () => {
    loaded(both);
    expect(scenario.brokers.kafka).toMatchObject({ kind: 'kafka', nodes: 4 });
    expect(scenario.topics.orders).toMatchObject({
      broker: 'kafka',
      partitions: 2,
      replication: 3,
      minInsyncReplicas: 2,
      retention: '2h',
    });
    expect(scenario.topics.mails).toMatchObject({ partitions: 1, replication: 1 });
    expect(both.scenario).toContain('partitions: 2  # topics.txt:1');
  });

  it('lists every other value with its reason', () => {
    const values = DESCRIBED.match(/(\w+: ?[^\t\n]+|[a-z.]+=)/g)!.length;
    expect(values).toBeGreaterThan(20);
    expect(both.account.placed + both.account.listed.length).toBe(both.account.values);
    const reasons = new Map(both.account.listed.map(({ path, reason }) => [path, reason]));
    expect(reasons.get('orders.partition.Isr')).toContain('not in sync');
    expect(reasons.get('orders.Configs.cleanup.policy')).toContain('by their age alone');
    expect([...reasons.values()]).not.toContain('no importer reads this field');
  });

  it('takes as many nodes as a topic has replicas, if no partition says which', () => {
    const [first] = DESCRIBED.split('\n') as [string];
    const own = imported([
      ...source(first, 'topics.txt'),
      ...source('services: { shop: { image: shop } }\n', 'compose.yaml'),
    ]);
    loaded(own);
    expect(own.scenario).toContain('nodes: 3  # topics.txt:1');
  });

  it('uses the broker of other files, whose topics stay as they are', () => {
    const own = imported([...fixtures('examples/kafka'), ...source(DESCRIBED, 'topics.txt')]);
    loaded(own);
    const found: any = parse(own.scenario);
    expect(Object.keys(found.brokers)).toEqual(['events']);
    expect(found.topics.orders.partitions).toBe(12);
    expect(found.topics.mails).toMatchObject({ broker: 'events', partitions: 1 });
    const reasons = own.account.listed.map(({ reason }) => reason);
    expect(reasons).toContain('another file has this topic');
  });
});
