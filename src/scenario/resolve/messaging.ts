import type { Subscriber, Topic } from '../../spec/messaging.js';
import type { Step, StepModifiers } from '../../spec/steps.js';
import type { TopicOutput } from '../schema/messaging.js';
import type { PublishOutput } from '../schema/publish.js';
import { checkKey } from './bundles.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { resolveCall, unknown } from './targets.js';

/** One topic in its final form. */
export function resolveTopic(context: Context, name: string, output: TopicOutput): Topic {
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
  output: TopicOutput['subscribers'][number],
  path: Path,
): Subscriber | null {
  const { group, concurrency, maxPollRecords, commit } = output;
  const call = resolveHandler(context, output.call, [...path, 'call']);
  return call === null ? null : { group, call, concurrency, maxPollRecords, commit };
}

/** The endpoint that handles messages: it runs in instances, so it is one of a service. */
export function resolveHandler(
  context: Context,
  reference: string,
  path: Path,
): Topic['subscribers'][number]['call'] | null {
  const call = resolveCall(context, reference, '', path);
  if (call === null) return null;
  if (context.names.things.get(call.component)?.kind === 'service') return call;
  const message = `messages are handled inside the instances of a service; ${call.component} is none`;
  report(context, 'FL405', path, message);
  return null;
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
  if (thing === undefined) return unknown(context, topic, [...path, 'topic'], ['topic']);
  if (thing.kind !== 'topic') {
    report(context, 'FL405', [...path, 'topic'], `${topic} is a ${thing.kind}, not a topic`);
    return null;
  }
  return { verb: 'publish', topic, key, count, confirm, ...modifiers };
}
