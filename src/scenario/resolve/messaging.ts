import type { Subscriber, Topic } from '../../spec/messaging.js';
import type { Step, StepModifiers } from '../../spec/scenario.js';
import type { KafkaOutput } from '../schema/messaging.js';
import type { PublishOutput } from '../schema/publish.js';
import { checkKey } from './bundles.js';
import { HOLDERS, resolveConsumer } from './consumer.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { unknown } from './targets.js';

/** One topic in its final form. */
export function resolveTopic(context: Context, name: string, output: KafkaOutput): Topic {
  const path = ['topics', name];
  const { kind, partitions, publishLatency, backlog } = output;
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    kind,
    partitions,
    publishLatency,
    backlog,
    subscribers: output.subscribers.flatMap(
      (own, index) => resolveSubscriber(context, own, [...path, 'subscribers', index]) ?? [],
    ),
  };
}

function resolveSubscriber(
  context: Context,
  output: KafkaOutput['subscribers'][number],
  path: Path,
): Subscriber | null {
  const { group, maxPollRecords, commit } = output;
  const common = resolveConsumer(context, output, path);
  return common === null ? null : { ...common, group, maxPollRecords, commit };
}

/** A `publish` step. */
export function resolvePublish(
  context: Context,
  output: PublishOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const { topic, key = null, count, confirm } = output;
  checkKey(context, key, null, path);
  const thing = context.names.things.get(topic);
  if (thing === undefined) return unknown(context, topic, [...path, 'topic'], HOLDERS);
  if (!HOLDERS.includes(thing.kind)) {
    const message = `${topic} is a ${thing.kind}: messages go to a topic or a queue`;
    report(context, 'FL405', [...path, 'topic'], message);
    return null;
  }
  return { verb: 'publish', topic, key, count, confirm, ...modifiers };
}
