import type { Subscriber, Topic } from '../../../contracts/scenario/messaging.js';
import { formatDuration } from '../../../contracts/quantities/quantity-text.js';
import type { KafkaOutput } from '../../schema/messaging.js';
import { resolveProducer, resolveTopicBroker } from './broker.js';
import { isFunction, resolveConsumer } from '../../resolve/consumer.js';
import { described } from '../../resolve/described.js';
import type { Context, Cursor } from '../../resolve/context.js';
import { sorted } from '../../resolve/names.js';
import { checkMost } from '../../resolve/receives.js';
import type { Entry } from '../kind.js';

/** Resolves a topic that is a log. */
export function resolveTopic({ here, name, output, all }: Entry<'topics', KafkaOutput>): Topic {
  const { kind, partitions, publishLatency, backlog } = output;
  const { subscribers } = output;
  const isRead =
    subscribers.some(
      ({ autoOffsetReset, replay }) =>
        autoOffsetReset === 'earliest' || replay?.from === 'earliest',
    ) || isReplayed(here.context, name);
  if (backlog > 0 && !isRead) {
    const message =
      'no group reads the backlog, because a group without an offset starts at the end: write ' +
      'autoOffsetReset: earliest, or remove backlog';
    here.in('backlog').conflict(message);
  }
  return {
    ...described(name, output),
    kind,
    partitions,
    broker: resolveTopicBroker(here, output, all('brokers')),
    replication: output.replication,
    minInsyncReplicas: output.minInsyncReplicas,
    producer: resolveProducer(here.in('producer'), output.producer),
    publishLatency,
    backlog,
    retentionNs: output.retention,
    subscribers: subscribers.flatMap(
      (own, index) => resolveSubscriber(here.in('subscribers', index), own, partitions) ?? [],
    ),
  };
}

/** Whether a projection rebuilds its view from all messages of a topic. */
function isReplayed(context: Context, topic: string): boolean {
  return sorted(context.output.projections).some(
    ([, { from, rebuild }]) => from === topic && rebuild !== null,
  );
}

function resolveSubscriber(
  here: Cursor,
  output: KafkaOutput['subscribers'][number],
  partitions: number,
): Subscriber | null {
  const { group, maxPollRecords, commit, rebalance } = output;
  checkIntervals(here, output);
  checkReplay(here, output);
  checkMost(here, output.batch, maxPollRecords, 'maxPollRecords');
  // AWS Lambda with Kafka: one poller and one batch in flight per partition.
  const most = isFunction(here.context, output) ? Math.min(partitions, 1000) : 1;
  const common = resolveConsumer(here, output, { concurrency: most, batch: 1 });
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

function checkIntervals(here: Cursor, output: KafkaOutput['subscribers'][number]): void {
  const { commit, heartbeatInterval, sessionTimeout } = output;
  if (heartbeatInterval >= sessionTimeout) {
    const message =
      'heartbeatInterval must be below sessionTimeout, or every member would be declared dead ' +
      'between two heartbeats';
    here.in('heartbeatInterval').conflict(message);
  }
  if (commit !== 'auto' && here.in('autoCommitInterval').written() !== undefined) {
    const message = `commit: ${commit} does not commit at intervals: write commit: auto`;
    here.in('autoCommitInterval').conflict(message);
  }
  const isTimed = here.in('transactionTimeout').written() !== undefined;
  if (commit !== 'transactional' && isTimed) {
    const message = `commit: ${commit} opens no transaction: write commit: transactional`;
    here.in('transactionTimeout').conflict(message);
  }
}

/** A group must exist before it can be reset. */
function checkReplay(here: Cursor, { replay, startAt }: KafkaOutput['subscribers'][number]): void {
  if (replay === undefined || replay.atNs > startAt) return;
  const message = `the group exists only from startAt, ${formatDuration(startAt)}: write a later replay`;
  if (startAt > 0) here.in('replay', 'at').conflict(message);
}
