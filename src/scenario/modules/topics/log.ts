import type { Subscriber, Topic } from '../../../contracts/scenario/messaging.js';
import { formatDuration } from '../../../contracts/quantities/quantity-text.js';
import type { KafkaOutput } from '../../schema/messaging.js';
import { resolveProducer, resolveTopicBroker } from './broker.js';
import { isFunction, resolveConsumer } from '../../resolve/consumer.js';
import { described } from '../../resolve/described.js';
import { conflict, writtenAt, type Context, type Path } from '../../resolve/context.js';
import { sorted } from '../../resolve/names.js';
import { checkMost } from '../../resolve/receives.js';
import type { Entry } from '../kind.js';

/** Resolves a topic that is a log. */
export function resolveTopic({
  context,
  name,
  output,
  path,
  all,
}: Entry<'topics', KafkaOutput>): Topic {
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
    conflict(context, [...path, 'backlog'], message);
  }
  return {
    ...described(name, output),
    kind,
    partitions,
    broker: resolveTopicBroker(context, output, all('brokers'), path),
    replication: output.replication,
    minInsyncReplicas: output.minInsyncReplicas,
    producer: resolveProducer(context, output.producer, [...path, 'producer']),
    publishLatency,
    backlog,
    retentionNs: output.retention,
    subscribers: subscribers.flatMap(
      (own, index) =>
        resolveSubscriber(context, own, partitions, [...path, 'subscribers', index]) ?? [],
    ),
  };
}

/** Whether a projection rebuilds its view from all messages of a topic. */
function isReplayed(context: Context, topic: string): boolean {
  return sorted(context.output.projections).some(
    ([, { from, rebuild }]) => from === topic && rebuild !== undefined,
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
  // AWS Lambda with Kafka: one poller and one batch in flight per partition.
  const most = isFunction(context, output) ? Math.min(partitions, 1000) : 1;
  const common = resolveConsumer(context, output, path, { concurrency: most, batch: 1 });
  if (common === null) return null;
  return {
    ...common,
    group,
    consumer: output.consumer ?? null,
    maxPollRecords,
    commit,
    autoCommitNs: output.autoCommitInterval,
    transactionNs: commit === 'transactional' ? output.transactionTimeout : null,
    maxPollNs: output.maxPollInterval,
    sessionNs: output.sessionTimeout,
    heartbeatNs: output.heartbeatInterval,
    reset: output.autoOffsetReset,
    startNs: output.startAt,
    replay: output.replay ?? null,
    offsetsRetentionNs: output.offsetsRetention,
    rebalance,
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
    conflict(context, [...path, 'heartbeatInterval'], message);
  }
  if (commit !== 'auto' && writtenAt(context, [...path, 'autoCommitInterval']) !== undefined) {
    const message = `commit: ${commit} does not commit at intervals: write commit: auto`;
    conflict(context, [...path, 'autoCommitInterval'], message);
  }
  const isTimed = writtenAt(context, [...path, 'transactionTimeout']) !== undefined;
  if (commit !== 'transactional' && isTimed) {
    const message = `commit: ${commit} opens no transaction: write commit: transactional`;
    conflict(context, [...path, 'transactionTimeout'], message);
  }
}

/** A group must exist before it can be reset. */
function checkReplay(
  context: Context,
  { replay, startAt }: KafkaOutput['subscribers'][number],
  path: Path,
): void {
  if (replay === undefined || replay.atNs > startAt) return;
  const message = `the group exists only from startAt, ${formatDuration(startAt)}: write a later replay`;
  if (startAt > 0) conflict(context, [...path, 'replay', 'at'], message);
}
