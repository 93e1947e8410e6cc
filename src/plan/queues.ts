import { NS_PER_SECOND } from '../kernel/time.js';
import type {
  Bus,
  MessageQueue,
  PlanConsumer,
  PlanInlet,
  PlanQueue,
  PlanSeat,
  QueueConsumer,
  QueueRules,
  RabbitQueue,
} from '../spec/queues.js';
import type { Network } from '../spec/scenario.js';
import { isFree } from './free.js';
import type { LaidComponent, LaidPart } from './layout.js';
import { partOf } from './layout.js';
import { handlingLimit, planClusters } from './messaging.js';
import { latencyBetween } from './network.js';
import type { Writer } from './writer.js';

/** How long a FIFO queue remembers what was sent to it. */
const DEDUP_NS = 300 * NS_PER_SECOND;
/** Messages in flight that a queue of SQS allows, FIFO or not (developer guide, quotas). */
const IN_FLIGHT = 120_000;
/** What a quorum queue takes for no limit at all (rabbitmq-server deps/rabbit/src/rabbit_fifo_client.erl). */
const UNLIMITED_OF_QUORUM = 2000;

/** What planning a queue needs at hand. */
interface Source {
  readonly w: Writer;
  readonly programs: readonly number[];
  readonly network: Network;
}

/** The queues and the topics that push, in the order of their names. */
export function planQueues(
  w: Writer,
  programs: readonly number[],
  network: Network,
): readonly PlanInlet[] {
  const from = { w, programs, network };
  return w.layout.components.flatMap((component): readonly PlanInlet[] => {
    const { source } = component;
    if (source.kind === 'queue') return [inletOf(from, component, source.queue)];
    if (source.kind !== 'topic' || source.topic.kind !== 'bus') return [];
    return [inletOf(from, component, source.topic)];
  });
}

function inletOf(from: Source, component: LaidComponent, spec: MessageQueue | Bus): PlanInlet {
  const rules = rulesOf(from, spec);
  const deadLetter = idOf(from, spec.deadLetter);
  const queueOf = (part: number, parts: readonly LaidPart[]): PlanQueue => ({
    component: component.id,
    part,
    rules,
    deadLetter,
    consumers: parts.map((own) => consumerOf(from, component, spec, own)),
  });
  const queues =
    spec.kind === 'bus'
      ? component.parts.map((part) => queueOf(part.id, [part]))
      : [queueOf(-1, component.parts)];
  return {
    component: component.id,
    rules,
    seat: seatOf(from, spec),
    quota: quotaOf(from, spec),
    queues,
  };
}

/** What the broker of a queue of SQS allows. */
function quotaOf({ w }: Source, spec: MessageQueue | Bus): PlanInlet['quota'] {
  if (spec.kind !== 'sqs' || spec.broker === null) return null;
  const { id, source } = w.layout.byName.get(spec.broker)!;
  const host = source.kind === 'broker' ? source.host : null;
  if (host?.kind !== 'sqs' || host.maxThroughput === Infinity) return null;
  return { component: id, rate: host.maxThroughput };
}

/** The nodes that a queue lives on: leaders are dealt over them, in the order of the names of the queues. */
function seatOf({ w }: Source, spec: MessageQueue | Bus): PlanSeat | null {
  const clusters = planClusters(w);
  if (spec.kind === 'persistentSubscription') {
    const { id } = w.layout.byName.get(spec.from)!;
    const cluster = clusters.findIndex(({ component }) => component === id);
    return { cluster, nodes: [0], quorum: false };
  }
  if (spec.kind !== 'rabbitmq' || spec.broker === null) return null;
  const { name, broker, quorum, groupSize } = spec;
  const { id, zones } = w.layout.byName.get(broker)!;
  const cluster = clusters.findIndex(({ component }) => component === id);
  const replicas = zones.length;
  const neighbours = w.layout.components.flatMap(({ source }) =>
    source.kind === 'queue' && source.queue.kind === 'rabbitmq' && source.queue.broker === broker
      ? [source.queue.name]
      : [],
  );
  const first = neighbours.indexOf(name);
  const size = quorum ? Math.min(groupSize, replicas) : 1;
  const nodes = Array.from({ length: size }, (_, k) => (first + k) % replicas);
  return { cluster, nodes, quorum };
}

function idOf({ w }: Source, name: string | null): number {
  return name === null ? -1 : w.layout.byName.get(name)!.id;
}

function consumerOf(
  from: Source,
  queue: LaidComponent,
  spec: MessageQueue | Bus,
  part: LaidPart,
): PlanConsumer {
  const { consumer } = part.source as Extract<LaidPart['source'], { kind: 'consumer' }>;
  const { w, programs } = from;
  const service = w.layout.byName.get(consumer.call.component)!;
  const handler = partOf(service, consumer.call.part!);
  const endpoint = handler.source as Extract<LaidPart['source'], { kind: 'endpoint' }>;
  const own = programs[part.id]!;
  return {
    part: part.id,
    handler: handler.id,
    program: own < 0 ? programs[handler.id]! : own,
    lookup: w.lookups.get(part.id) ?? -1,
    timeLimitNs: handlingLimit(endpoint.endpoint.timeLimitNs, consumer),
    spec: consumer,
    ...channelOf(spec, consumer),
    deadLetter: idOf(from, consumer.deadLetter),
    there: wayOf(from, queue, service),
    back: wayOf(from, service, queue),
  };
}

/** How much one channel carries, and its number of handlers. */
function channelOf(
  spec: MessageQueue | Bus,
  { concurrency, batch, commit, maxNumberOfMessages }: QueueConsumer,
): Pick<PlanConsumer, 'prefetch' | 'handlers'> {
  switch (spec.kind) {
    case 'rabbitmq':
      // Automatic acknowledgement knows no prefetch.
      if (commit === 'before') return { prefetch: Infinity, handlers: 1 };
      // spring-amqp asks for as many as a batch takes: SimpleMessageListenerContainer.createBlockingQueueConsumer.
      return { prefetch: Math.max(prefetchOf(spec), batch), handlers: 1 };
    case 'sqs':
      return { prefetch: maxNumberOfMessages, handlers: 1 };
    case 'persistentSubscription':
      return { prefetch: spec.bufferSize, handlers: concurrency };
    case 'simple':
    case 'bus':
      // Nothing is handed out before a handler is free for it.
      return { prefetch: concurrency * batch, handlers: concurrency };
  }
}

function prefetchOf({ prefetch, quorum }: RabbitQueue): number {
  return quorum && prefetch === Infinity ? UNLIMITED_OF_QUORUM : prefetch;
}

function wayOf({ w, network }: Source, x: LaidComponent, y: LaidComponent): number {
  const latency = latencyBetween(network, w.layout, x, y);
  return latency === null || isFree(latency) ? -1 : w.distributions.id(latency);
}

/** Rules of a queue that has none of its own. */
const PLAIN = {
  lifetimeNs: Infinity,
  sincePublished: false,
  inFlightNs: Infinity,
  closesChannel: false,
  deliveryLimit: Infinity,
  maxReceiveCount: Infinity,
  delayNs: 0,
  keyed: false,
  dedupNs: 0,
  inFlightLimit: Infinity,
  returnsFirst: false,
  rejectsToTail: false,
  stored: true,
  toOne: false,
  polled: false,
  waitTimeNs: 0,
  pollIntervalNs: 0,
  failure: 'back',
  delaysToTail: false,
} as const satisfies Partial<QueueRules>;

function rulesOf({ w }: Source, spec: MessageQueue | Bus): QueueRules {
  const { backlog, capacity, overflow, publishTimeoutNs, publishLatency } = spec;
  const common = {
    ...PLAIN,
    backlog,
    capacity,
    overflow,
    publishTimeoutNs: publishTimeoutNs ?? Infinity,
    latency: isFree(publishLatency) ? -1 : w.distributions.id(publishLatency),
  };
  switch (spec.kind) {
    case 'bus':
      return {
        ...common,
        keyed: spec.ordering === 'key',
        stored: spec.stored,
        failure: spec.stored ? 'back' : 'drop',
      };
    case 'rabbitmq':
      return {
        ...common,
        lifetimeNs: spec.messageTtlNs ?? Infinity,
        inFlightNs: spec.consumerTimeoutNs ?? Infinity,
        closesChannel: true,
        deliveryLimit: spec.deliveryLimit,
        returnsFirst: spec.quorum,
        // Without a limit a return is appended to the log, so that the log can be truncated (handle_aux of
        // rabbit_fifo.erl). The end of a channel is not a return: its messages go to the front.
        rejectsToTail: spec.quorum && spec.deliveryLimit === Infinity,
        delaysToTail: true,
      };
    case 'persistentSubscription':
      return {
        ...common,
        inFlightNs: spec.messageTimeoutNs,
        maxReceiveCount: spec.maxRetryCount + 1,
        toOne: spec.strategy === 'dispatchToSingle',
      };
    case 'sqs':
      return {
        ...common,
        lifetimeNs: spec.retentionNs,
        sincePublished: true,
        inFlightNs: spec.visibilityTimeoutNs,
        maxReceiveCount: spec.maxReceiveCount,
        delayNs: spec.delayNs,
        keyed: spec.fifo,
        dedupNs: spec.fifo ? DEDUP_NS : 0,
        inFlightLimit: IN_FLIGHT,
        polled: true,
        waitTimeNs: spec.waitTimeNs,
        pollIntervalNs: spec.pollIntervalNs,
        failure: 'silence',
      };
    case 'simple':
      return common;
  }
}
