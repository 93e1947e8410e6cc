import type { Broker } from '../../spec/messaging.js';
import type { Bus, MessageQueue, QueueConsumer } from '../../spec/queues.js';
import type { ConsumerOutput } from '../schema/consumer.js';
import type { BusOutput, QueueOutput } from '../schema/queues.js';
import type { ScenarioOutput } from '../schema/scenario.js';
import { resolveQueueBroker, resolveSqsBroker } from './brokers.js';
import { isFunction, ONE_BY_ONE, resolveConsumer, resolveHolder } from './consumer.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';
import { checkDomainBus } from './domain-events.js';
import { checkSystemBus, eachInstance } from './system-events.js';
import { checkBatch, eventSourceOf, receiveOf } from './receives.js';
import type { EventSource } from './receives.js';
import { subscriptionOf } from './subscriptions.js';
import { split } from './targets.js';

type RabbitOutput = Extract<QueueOutput, { kind: 'rabbitmq' }>;
type SqsOutput = Extract<QueueOutput, { kind: 'sqs' }>;

/** One queue in its final form. */
export function resolveQueue(
  context: Context,
  name: string,
  output: QueueOutput,
  brokers: ReadonlyMap<string, Broker>,
  stores: ScenarioOutput['eventStores'],
): MessageQueue {
  const path = ['queues', name];
  const deadLetter = resolveOwnDeadLetter(context, name, output.deadLetter, path);
  const consumers = output.consumers.flatMap(
    (own, index) =>
      resolveQueueConsumer(
        context,
        own.name ?? consumerNameOf(own.call),
        own,
        output.deadLetter,
        [...path, 'consumers', index],
        output.kind === 'sqs' && isFunction(context, own) ? eventSourceOf(output) : null,
      ) ?? [],
  );
  checkBatch(context, output, [...path, 'consumers']);
  const common = { ...textOf(name, output), deadLetter, consumers };
  switch (output.kind) {
    case 'persistentSubscription':
      return { ...common, ...subscriptionOf(context, output, stores, path) };
    case 'simple':
      checkBound(context, output, path);
      return { ...common, ...boundOf(output), kind: 'simple' };
    case 'rabbitmq':
      checkRabbit(context, output, path);
      checkBound(context, output, path);
      return {
        ...common,
        ...rabbitOf(output),
        broker: resolveQueueBroker(context, output, brokers, path),
      };
    case 'sqs':
      checkSqs(context, output, path);
      return {
        ...common,
        ...sqsOf(output),
        broker: resolveSqsBroker(context, output, brokers, path),
      };
  }
}

/** A topic that pushes, in its final form. */
export function resolveBus(
  context: Context,
  name: string,
  output: BusOutput,
  services: ScenarioOutput['services'],
): Bus {
  const path = ['topics', name];
  const { kind, stored, ordering, event } = output;
  if (event === 'domain') checkDomainBus(context, output, path);
  if (event === 'system') checkSystemBus(context, output, path);
  checkBound(context, output, path);
  const deadLetter = resolveOwnDeadLetter(context, name, output.deadLetter, path);
  const subscribers = output.subscribers.flatMap((own, index) => {
    const at = [...path, 'subscribers', index];
    const consumer = resolveQueueConsumer(context, own.group, own, output.deadLetter, at);
    if (consumer === null) return [];
    if (event !== 'system') return [consumer];
    checkScaled(context, own.call, services, [...at, 'call']);
    return eachInstance(consumer, services);
  });
  return {
    ...textOf(name, output),
    ...boundOf(output),
    kind,
    stored: stored && event !== 'system',
    ordering,
    afterCommit: event === 'integration',
    deadLetter,
    subscribers,
  };
}

/** What a consumer without a name is called: the service that it calls. */
export function consumerNameOf(call: string): string {
  return split(call)[0];
}

function resolveQueueConsumer(
  context: Context,
  name: string,
  output: ConsumerOutput & { readonly commit: QueueConsumer['commit'] },
  queueDeadLetter: string | undefined,
  path: Path,
  eventSource: EventSource | null = null,
): QueueConsumer | null {
  const { commit, retry, onPoison } = output;
  // What a consumer rejects goes where the queue sends its dead letters, unless it says another place.
  const standard = onPoison === 'deadLetter' ? queueDeadLetter : undefined;
  const deadLetter = output.deadLetter ?? standard;
  const own = resolveConsumer(context, { ...output, deadLetter }, path, eventSource ?? ONE_BY_ONE);
  if (commit === 'before' && retry !== undefined && retry.mode !== 'inProcess') {
    const message = `commit: before settles a message when it is handed out: there is nothing left to ${retry.mode === 'requeue' ? 'put back' : 'put aside'}; write mode: inProcess, or commit: afterEach`;
    report(context, 'FL208', [...path, 'retry', 'mode'], message);
  }
  if (own === null) return null;
  return { ...own, name, instance: null, commit, ...receiveOf(output, own.batch, eventSource) };
}

function textOf(
  name: string,
  output: QueueOutput | BusOutput,
): Pick<Bus, 'name' | 'title' | 'description' | 'critical' | 'publishLatency' | 'backlog'> {
  const { title = null, description = null, critical } = output;
  const text = { name, title, description, critical };
  if (output.kind === 'persistentSubscription') {
    return { ...text, publishLatency: { kind: 'constant', valueNs: 0 }, backlog: 0 };
  }
  return { ...text, publishLatency: output.publishLatency, backlog: output.backlog };
}

function boundOf(
  output: Extract<QueueOutput, { kind: 'simple' }> | BusOutput,
): Pick<Bus, 'capacity' | 'overflow' | 'publishTimeoutNs'> {
  const { capacity, overflow, publishTimeout } = output;
  return { capacity, overflow, publishTimeoutNs: publishTimeout };
}

const RABBIT_OVERFLOW = {
  dropHead: 'dropHead',
  rejectPublish: 'reject',
  rejectPublishDlx: 'rejectPublishDlx',
} as const;

/** Returns of a message to a quorum queue, since RabbitMQ 4.0. */
const DELIVERY_LIMIT = 20;

function rabbitOf(
  output: RabbitOutput,
): Omit<
  Extract<MessageQueue, { kind: 'rabbitmq' }>,
  keyof ReturnType<typeof textOf> | 'broker' | 'deadLetter' | 'consumers'
> {
  const { capacity, quorum, prefetch, deliveryLimit } = output;
  return {
    kind: 'rabbitmq',
    capacity,
    overflow: RABBIT_OVERFLOW[output.overflow],
    publishTimeoutNs: null,
    messageTtlNs: output.messageTtl,
    quorum,
    groupSize: output.initialGroupSize,
    deliveryLimit: quorum ? (deliveryLimit ?? DELIVERY_LIMIT) : Infinity,
    prefetch: prefetch === 0 ? Infinity : prefetch,
    consumerTimeoutNs: output.consumerTimeout,
  };
}

function sqsOf(
  output: SqsOutput,
): Omit<
  Extract<MessageQueue, { kind: 'sqs' }>,
  keyof ReturnType<typeof textOf> | 'broker' | 'deadLetter' | 'consumers'
> {
  return {
    kind: 'sqs',
    capacity: Infinity,
    overflow: 'block',
    publishTimeoutNs: null,
    visibilityTimeoutNs: output.visibilityTimeout,
    maxReceiveCount: output.maxReceiveCount ?? Infinity,
    delayNs: output.delay,
    waitTimeNs: output.waitTime,
    pollIntervalNs: output.pollInterval,
    fifo: output.fifo,
    retentionNs: output.retention,
  };
}

function resolveOwnDeadLetter(
  context: Context,
  name: string,
  deadLetter: string | undefined,
  path: Path,
): string | null {
  if (deadLetter === undefined) return null;
  const at = [...path, 'deadLetter'];
  if (deadLetter !== name) return resolveHolder(context, deadLetter, at);
  report(context, 'FL208', at, `${name} would send its dead letters to itself: name another queue`);
  return null;
}

/** What is said about a bound has to have one. */
function checkBound(
  context: Context,
  output: Exclude<QueueOutput, { kind: 'sqs' | 'persistentSubscription' }> | BusOutput,
  path: Path,
): void {
  const isWritten = (field: string): boolean => writtenAt(context, [...path, field]) !== undefined;
  if (output.capacity === Infinity && isWritten('overflow')) {
    const message =
      'a queue without a bound never overflows: write capacity, or leave overflow out';
    report(context, 'FL208', [...path, 'overflow'], message);
  }
  if (output.backlog > output.capacity) {
    const message = `a backlog of ${output.backlog} does not fit into a capacity of ${output.capacity}`;
    report(context, 'FL208', [...path, 'backlog'], message);
  }
  if (output.kind === 'rabbitmq') return;
  if (output.publishTimeout === null || output.overflow === 'block') return;
  const message = `no publisher waits with overflow: ${output.overflow}: write overflow: block, or leave publishTimeout out`;
  report(context, 'FL208', [...path, 'publishTimeout'], message);
}

function checkRabbit(context: Context, output: RabbitOutput, path: Path): void {
  const { quorum, deliveryLimit, overflow, deadLetter } = output;
  if (deliveryLimit !== undefined && !quorum) {
    const message =
      'only quorum queues count returns: write quorum: true, or leave deliveryLimit out';
    report(context, 'FL208', [...path, 'deliveryLimit'], message);
  }
  if (overflow !== 'rejectPublishDlx') return;
  const at = [...path, 'overflow'];
  if (quorum) {
    const message = 'quorum queues do not know rejectPublishDlx: write rejectPublish or dropHead';
    report(context, 'FL208', at, message);
  } else if (deadLetter === undefined) {
    const message = 'rejectPublishDlx needs a place for what it rejects: write deadLetter: NAME';
    report(context, 'FL208', at, message);
  }
}

function checkSqs(context: Context, output: SqsOutput, path: Path): void {
  const { maxReceiveCount, deadLetter, waitTime } = output;
  if (maxReceiveCount !== undefined && deadLetter === undefined) {
    const message =
      'a message received too often goes to a dead letter queue: write deadLetter: NAME';
    report(context, 'FL208', [...path, 'maxReceiveCount'], message);
  }
  if (deadLetter !== undefined && maxReceiveCount === undefined) {
    const message = `nothing gets to ${deadLetter} without a limit: write maxReceiveCount`;
    const rejects = output.consumers.some(({ onPoison }) => onPoison === 'deadLetter');
    if (!rejects) report(context, 'FL208', [...path, 'deadLetter'], message);
  }
  if (waitTime > 0 && writtenAt(context, [...path, 'pollInterval']) !== undefined) {
    const message = 'a long poll asks again at once: leave pollInterval out, or write waitTime: 0s';
    report(context, 'FL208', [...path, 'pollInterval'], message);
  }
}

/** Events of the system reach each instance that there is at the beginning: one that comes later would hear of nothing. */
function checkScaled(
  context: Context,
  call: string,
  services: ScenarioOutput['services'],
  path: Path,
): void {
  const [name] = split(call);
  const service = services?.[name];
  if (service?.autoscaling === undefined && service?.rollout === undefined) return;
  const how = service.autoscaling === undefined ? 'changes its version' : 'is scaled';
  const message = `${name} ${how}, and events of the system go to a fixed number of instances`;
  report(context, 'FL208', path, message);
}
