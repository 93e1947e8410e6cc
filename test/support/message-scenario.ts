import {
  CUT_MS,
  LINES,
  SESSION_MS,
  batchOf,
  commitOf,
  deadName,
  handlerOf,
  hopName,
  meets,
  mischiefOf,
  outboxOf,
  poisonOf,
  readerName,
  retryOf,
} from './message-worlds.js';
import { mostReplicas } from './message-worlds.js';
import type { MessageWorld, Mishap } from './message-worlds.js';

const IDLE = { steps: [{ wait: '0ms' }] };
const MESSAGES_PER_SECOND = 30;
/** Long after the last message: sessions end after 6 s, retries after less. */
const DURATION_S = 240;

function subscriber(world: MessageWorld, hop: number, at: number): Record<string, unknown> {
  const own = world.hops[hop]!;
  const reader = own.readers[at]!;
  const retry = retryOf(own, reader);
  const onPoison = poisonOf(own, reader);
  const isLog = own.kind === 'kafka';
  return {
    [isLog || own.kind === 'bus' ? 'group' : 'name']: readerName(hop, at),
    call: handlerOf(world, hop, at),
    concurrency: isLog
      ? Math.min(reader.concurrency, own.fields.partitions as number)
      : reader.concurrency,
    batch: batchOf(world, hop, at),
    commit: commitOf(own, reader),
    onPoison,
    ...(onPoison === 'deadLetter' ? { deadLetter: deadName(hop, at) } : {}),
    ...(retry === null ? {} : { retry: { ...retry, backoff: { kind: 'constant', base: '20ms' } } }),
    ...(reader.inbox ? { inbox: {} } : {}),
    ...(isLog
      ? {
          maxPollRecords: reader.maxPollRecords,
          maxPollInterval: reader.maxPollInterval,
          sessionTimeout: `${SESSION_MS}ms`,
          heartbeatInterval: '1s',
          rebalance: {
            protocol: reader.protocol,
            staticMembership: reader.isStatic,
            pause: '200ms',
            initialDelay: '300ms',
          },
        }
      : {}),
  };
}

function holder(world: MessageWorld, hop: number): Record<string, unknown> {
  const { kind, fields: own, readers: who } = world.hops[hop]!;
  const list = who.map((_, at) => subscriber(world, hop, at));
  // A quorum queue does not dead-letter the messages that it refuses.
  const isRefusing = own.quorum === true && own.overflow === 'rejectPublishDlx';
  const common = { kind, ...own, ...(isRefusing ? { overflow: 'rejectPublish' } : {}) };
  const bounded = own.capacity === 'unlimited' ? { ...common, overflow: undefined } : common;
  const waits = own.overflow === 'block' && own.capacity !== 'unlimited';
  const onBroker = kind === 'kafka' && world.broker !== null;
  const onRabbit = kind === 'rabbitmq' && world.rabbit !== null;
  return {
    ...bounded,
    ...(waits ? { publishTimeout: '500ms' } : {}),
    ...(onBroker
      ? {
          broker: 'cluster',
          replication: 3,
          minInsyncReplicas: 2,
          producer: {
            acks: /\d/.test(world.broker) ? Number(world.broker) : world.broker,
            ...(meets(world, hop, 'duplicate') ? { idempotence: false } : {}),
            requestTimeout: '1s',
            deliveryTimeout: '20s',
          },
        }
      : { publishLatency: world.publishLatency }),
    ...(onRabbit ? { broker: 'rabbit' } : {}),
    ...(kind === 'kafka' ? {} : { deadLetter: deadName(hop, 9) }),
    [kind === 'kafka' || kind === 'bus' ? 'subscribers' : 'consumers']: list,
  };
}

/** A step that publishes messages with a size. */
const publishTo = (hop: number): Record<string, unknown> => ({
  topic: hopName(hop),
  key: 'line',
  size: '1KiB',
});

function handler(world: MessageWorld, hop: number, at: number): Record<string, unknown> {
  const { work, fails, timeLimit } = world.hops[hop]!.readers[at]!;
  const passesOn = at === 0 && hop + 1 < world.hops.length;
  return {
    ...(timeLimit ? { timeLimit: '70ms' } : {}),
    steps: [
      { work },
      ...(fails > 0 ? [{ fail: 500, probability: `${fails}%` }] : []),
      ...(passesOn ? [{ publish: publishTo(hop + 1) }] : []),
    ],
  };
}

function faultOf(world: MessageWorld, m: Mishap, id: number): Record<string, unknown> | null {
  const kafka = world.broker === null ? 'w0' : 'cluster';
  const rabbit = world.rabbit === null ? 'w1' : 'rabbit';
  const name = ['w0', 'w1', 'api', kafka, rabbit][m.target]!;
  const isNode = m.one && (name === 'cluster' || name === 'rabbit');
  const target = isNode ? `${name}[${m.node}]` : name;
  const common = { id: `f${id}`, kind: m.kind, at: `${world.isCut ? m.at % CUT_MS : m.at}ms` };
  const lasting = {
    ...common,
    for: `${m.length}ms`,
    ...(m.one && !isNode ? { instances: 1 } : {}),
  };
  // Nodes of RabbitMQ are there or not.
  const gone = { ...lasting, kind: 'pause', target };
  const hop = m.hop % world.hops.length;
  switch (m.kind) {
    case 'poison':
      return {
        ...common,
        target: hopName(hop),
        for: '300ms',
        share: '40%',
        effect: m.effect,
        ...(m.effect === 'crash' ? { restart: '50ms' } : {}),
      };
    case 'rebalance':
      return world.hops[hop]!.kind === 'kafka'
        ? { ...common, target: `${hopName(hop)}.${readerName(hop, 0)}` }
        : null;
    case 'partition':
      return { ...common, between: ['api', 'edge'], for: `${m.length}ms` };
    case 'slow':
      return name === 'rabbit' ? gone : { ...lasting, target, factor: 6 };
    case 'error':
      return m.target > 1 ? null : { ...lasting, target, share: '60%', afterWork: m.afterWork };
    case 'hang':
      return name === 'rabbit' ? gone : { ...lasting, target };
    case 'stop':
      // Nodes of brokers get no stop orders.
      return m.target > 2 ? gone : { ...lasting, target };
    case 'crash':
    case 'pause':
      return { ...lasting, target };
  }
}

function brokersOf({ broker, unclean, rabbit }: MessageWorld): Record<string, unknown> {
  const own = { nodes: 3, electionTime: '1s' };
  const cluster = { kind: 'kafka', ...own, latency: '2ms', uncleanElection: unclean };
  const memory = rabbit === 'tight' ? { memoryLimit: '10KiB' } : {};
  return {
    ...(broker === null ? {} : { cluster }),
    ...(rabbit === null ? {} : { rabbit: { kind: 'rabbitmq', ...own, ...memory } }),
  };
}

/** The scenario of a world as an object; the order of its mappings does not matter. */
export function scenarioOf(world: MessageWorld): Record<string, unknown> {
  const topics: Record<string, unknown> = {};
  const queues: Record<string, unknown> = {};
  const workers: [Record<string, unknown>, Record<string, unknown>] = [
    { idle: IDLE },
    { idle: IDLE },
  ];
  const coroner: Record<string, unknown> = {};
  world.hops.forEach((hop, k) => {
    (hop.kind === 'kafka' || hop.kind === 'bus' ? topics : queues)[hopName(k)] = holder(world, k);
    for (const at of [...hop.readers.keys(), 9]) {
      const name = deadName(k, at);
      coroner[name] = IDLE;
      queues[name] = { kind: 'simple', consumers: [{ name: 'end', call: `coroner.${name}` }] };
    }
    hop.readers.forEach(({ service }, at) => {
      workers[service][`h${k}x${at}`] = handler(world, k, at);
    });
  });
  const publish = publishTo(0);
  const outbox = outboxOf(world);
  const faults = [
    ...world.mishaps.map((m, id) => faultOf(world, m, id)),
    ...(world.mischief ?? []).map((m, id) => mischiefOf(world, m, id)),
  ];
  return {
    faultline: 1,
    title: 'Messages that are followed one by one',
    network: {
      links: world.hops.flatMap((hop, k) =>
        hop.kind === 'kafka' || hop.kind === 'bus'
          ? []
          : [0, 1].map((w) => ({ between: [hopName(k), `w${w}`], latency: world.link })),
      ),
    },
    run: {
      ...(world.isCut
        ? { duration: `${CUT_MS}ms`, timeline: '10ms' }
        : { duration: `${DURATION_S}s` }),
      seed: world.seed,
      maxEvents: 3_000_000,
    },
    keys: { line: { kind: 'sequence', count: LINES } },
    brokers: brokersOf(world),
    topics,
    queues,
    services: {
      api: {
        ...(outbox === 'none'
          ? {}
          : {
              outbox: {
                database: 'orders.insert',
                mode: outbox,
                ...(outbox === 'polling' ? { pollInterval: '100ms' } : {}),
              },
            }),
        endpoints: {
          submit: {
            steps: [
              { work: '2ms' },
              outbox === 'none'
                ? { publish }
                : {
                    transaction: {
                      database: 'orders',
                      steps: [{ publish: { ...publish, via: 'outbox' } }],
                    },
                  },
            ],
          },
        },
      },
      edge: { endpoints: { enter: { steps: [{ call: 'api.submit' }] } } },
      w0: {
        replicas: world.replicas,
        ...(world.isScaled ? { autoscaling: scalingOf(world) } : rolloutOf(world)),
        endpoints: workers[0],
      },
      w1: { endpoints: workers[1] },
      coroner: { endpoints: coroner },
    },
    ...(outbox === 'none'
      ? {}
      : { databases: { orders: { operations: { insert: { wait: '1ms', write: true } } } } }),
    workloads: {
      users: {
        arrivals: `poisson(${MESSAGES_PER_SECOND}/s)`,
        stop: '2s',
        requests: [{ call: 'edge.enter' }],
        policy: {
          timeout: '800ms',
          ...(world.clientRetries
            ? { retry: { attempts: 2, backoff: { kind: 'constant', base: '5ms' } } }
            : {}),
        },
      },
    },
    faults: faults.filter((one) => one !== null),
  };
}

/** Instances are added and removed every few checks; removed ones drain. */
function rolloutOf({ rollout = 'none', seed }: MessageWorld): object {
  if (rollout === 'none') return {};
  return {
    versions: { v1: {}, v2: {} },
    rollout: { to: 'v2', kind: rollout, at: `${200 + (seed % 15) * 100}ms` },
    lifecycle: { startup: '80ms', terminationGrace: '300ms' },
  };
}

function scalingOf(world: MessageWorld): object {
  return {
    metric: 'concurrency',
    target: 1,
    max: mostReplicas(world),
    syncPeriod: '100ms',
    scaleDown: { stabilization: '0s' },
  };
}
