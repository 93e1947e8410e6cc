import type { Broker, Subscriber, Topic } from '../../spec/scenario/messaging.js';
import type { Step, StepModifiers } from '../../spec/scenario/steps.js';
import { formatDuration } from '../../spec/quantities/quantity-text.js';
import { text } from '../located.js';
import type { KafkaOutput } from '../schema/messaging.js';
import type { PublishOutput } from '../schema/publish.js';
import { resolveProducer, resolveTopicBroker } from './brokers.js';
import { checkKey } from './bundles.js';
import { HOLDERS, isFunction, resolveConsumer } from './consumer.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';
import { resolveDomainEvent } from './domain-events.js';
import { queueKindOf } from '../queues/index.js';
import { checkMost } from './receives.js';
import { unknown } from './targets.js';

/** One topic in its final form. */
export function resolveTopic(
  context: Context,
  name: string,
  output: KafkaOutput,
  brokers: ReadonlyMap<string, Broker>,
): Topic {
  const path = ['topics', name];
  const { kind, partitions, publishLatency, backlog } = output;
  const { subscribers } = output;
  const isRead =
    subscribers.some(
      ({ autoOffsetReset, replay }) =>
        autoOffsetReset === 'earliest' || replay?.from === 'earliest',
    ) || isReplayed(context, name);
  if (backlog > 0 && !isRead) {
    const message =
      'no group reads the backlog, because a group without an offset starts at the end: write ' +
      'autoOffsetReset: earliest, or remove backlog';
    report(context, 'FL208', [...path, 'backlog'], message);
  }
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    kind,
    partitions,
    broker: resolveTopicBroker(context, output, brokers, path),
    replication: output.replication,
    minInsyncReplicas: output.minInsyncReplicas,
    producer: resolveProducer(output.producer),
    publishLatency,
    backlog,
    retentionNs: output.retention,
    subscribers: subscribers.flatMap(
      (own, index) =>
        resolveSubscriber(context, own, partitions, [...path, 'subscribers', index]) ?? [],
    ),
  };
}

/** Whether the view of a projection is rebuilt from all messages of a topic. */
function isReplayed(context: Context, topic: string): boolean {
  return [...context.names.followed].some(
    ([projection, from]) =>
      from === topic && writtenAt(context, ['projections', projection, 'rebuild']) !== undefined,
  );
}

function resolveSubscriber(
  context: Context,
  output: KafkaOutput['subscribers'][number],
  partitions: number,
  path: Path,
): Subscriber | null {
  const { group, maxPollRecords, commit, rebalance } = output;
  checkIntervals(context, output, path);
  checkReplay(context, output, path);
  checkMost(context, output.batch, maxPollRecords, 'maxPollRecords', path);
  // AWS Lambda with Kafka: one batch of a partition at a time, and a poller for each partition.
  const most = isFunction(context, output) ? Math.min(partitions, 1000) : 1;
  const common = resolveConsumer(context, output, path, { concurrency: most, batch: 1 });
  if (common === null) return null;
  return {
    ...common,
    group,
    maxPollRecords,
    commit,
    autoCommitNs: output.autoCommitInterval,
    maxPollNs: output.maxPollInterval,
    sessionNs: output.sessionTimeout,
    heartbeatNs: output.heartbeatInterval,
    reset: output.autoOffsetReset,
    startNs: output.startAt,
    replay:
      output.replay === undefined ? null : { atNs: output.replay.at, from: output.replay.from },
    offsetsRetentionNs: output.offsetsRetention,
    rebalance: {
      protocol: rebalance.protocol,
      pauseNs: rebalance.pause,
      initialDelayNs: rebalance.initialDelay,
      isStatic: rebalance.staticMembership,
    },
  };
}

function checkIntervals(
  context: Context,
  output: KafkaOutput['subscribers'][number],
  path: Path,
): void {
  const { commit, heartbeatInterval, sessionTimeout } = output;
  if (heartbeatInterval >= sessionTimeout) {
    const message =
      'heartbeatInterval must be below sessionTimeout, or every member would be declared dead ' +
      'between two heartbeats';
    report(context, 'FL208', [...path, 'heartbeatInterval'], message);
  }
  if (commit !== 'auto' && writtenAt(context, [...path, 'autoCommitInterval']) !== undefined) {
    const message = `commit: ${commit} does not commit at intervals: write commit: auto`;
    report(context, 'FL208', [...path, 'autoCommitInterval'], message);
  }
}

/** A group must exist before it can be reset. */
function checkReplay(
  context: Context,
  { replay, startAt }: KafkaOutput['subscribers'][number],
  path: Path,
): void {
  if (replay === undefined || replay.at > startAt) return;
  const message = `the group exists only from startAt, ${formatDuration(startAt)}: write a later replay`;
  if (startAt > 0) report(context, 'FL208', [...path, 'replay', 'at'], message);
}

/** A `publish` step. */
export function resolvePublish(
  context: Context,
  output: PublishOutput,
  modifiers: StepModifiers,
  owner: string,
  path: Path,
): Step | null {
  const handlers = context.names.domainEvents.get(output.topic);
  if (handlers !== undefined) {
    return resolveDomainEvent(context, output, handlers, modifiers, owner, path);
  }
  const { topic, key = null, count, confirm, via, size, acks = null } = output;
  checkKey(context, key, null, path);
  checkOutbox(context, output, path);
  const thing = context.names.things.get(topic);
  if (thing === undefined) return unknown(context, topic, [...path, 'topic'], HOLDERS);
  if (!HOLDERS.includes(thing.kind)) {
    const message = `${topic} is a ${thing.kind}: expected a topic or a queue`;
    report(context, 'FL405', [...path, 'topic'], message);
    return null;
  }
  const queue = text(writtenAt(context, ['queues', topic, 'kind']));
  if (queueKindOf(queue)?.isPublished === false) {
    const message =
      `${topic} carries the events of its store, and no step can publish to it: append to the ` +
      'store';
    report(context, 'FL208', [...path, 'topic'], message);
  }
  const own = { topic, key, count, confirm, via, bytes: size, acks };
  return { verb: 'publish', ...own, ...modifiers };
}

/** A message needs the outbox of the service whose endpoint publishes it. */
function checkOutbox(context: Context, { via, topic }: PublishOutput, path: Path): void {
  if (via !== 'outbox') return;
  const at = [...path, 'via'];
  const log = writtenAt(context, ['topics', topic, 'kind']);
  if (context.names.things.has(topic) && text(log) !== 'kafka') {
    report(
      context,
      'FL208',
      at,
      `an outbox publishes to topics of kind kafka, and ${topic} is not one`,
    );
  }
  const [section, name] = path;
  const own = section === 'services' ? [section, name, 'outbox'] : null;
  if (own !== null && writtenAt(context, own) !== undefined) return;
  const who = own === null ? 'only a service can have an outbox' : `${String(name)} has no outbox`;
  report(context, 'FL208', at, `${who}: write it there, or via: direct`);
}
