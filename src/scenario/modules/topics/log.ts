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

type Written = KafkaOutput['subscribers'][number];

/** Resolves a topic that is a log. */
export function resolveTopic({ here, name, output, all }: Entry<'topics', KafkaOutput>): Topic {
  const { kind, partitions, publishLatency, backlog, subscribers } = output;
  const isRead =
    subscribers.some(({ reset, replay }) => reset === 'earliest' || replay?.from === 'earliest') ||
    isReplayed(here.context, name);
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
    retentionNs: output.retentionNs,
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

function resolveSubscriber(here: Cursor, output: Written, partitions: number): Subscriber | null {
  checkIntervals(here, output);
  checkReplay(here, output);
  checkMost(here, output.batch, output.maxPollRecords, 'maxPollRecords');
  // AWS Lambda with Kafka: one poller and one batch in flight per partition.
  const most = isFunction(here.context, output) ? Math.min(partitions, 1000) : 1;
  const common = resolveConsumer(here, output, { concurrency: most, batch: 1 });
  if (common === null) return null;
  const transactionNs = output.commit === 'transactional' ? output.transactionNs : null;
  // What all handlers have comes first, and in its final form.
  return { ...common, ...output, ...common, transactionNs };
}

function checkIntervals(here: Cursor, output: Written): void {
  const { commit, heartbeatNs, sessionNs } = output;
  if (heartbeatNs >= sessionNs) {
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
function checkReplay(here: Cursor, { replay, startNs }: Written): void {
  if (replay === null || replay.atNs > startNs) return;
  const message = `the group exists only from startAt, ${formatDuration(startNs)}: write a later replay`;
  if (startNs > 0) here.in('replay', 'at').conflict(message);
}
