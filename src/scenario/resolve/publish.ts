import { kindText } from '../../contracts/component-kind.js';
import type { Step, StepModifiers } from '../../contracts/scenario/steps.js';
import { text } from '../located.js';
import type { PublishOutput } from '../schema/publish.js';
import { checkKey } from './bundles.js';
import { HOLDERS } from './consumer.js';
import { conflict, report, writtenAt, type Context, type Path } from './context.js';
import { domainHandlers, resolveDomainEvent } from '../modules/topics/domain-events.js';
import { queueKindOf } from '../queues/index.js';
import { unknown } from './targets.js';

/** Resolves a `publish` step. */
export function resolvePublish(
  context: Context,
  output: PublishOutput,
  modifiers: StepModifiers,
  owner: string,
  path: Path,
): Step | null {
  const handlers = domainHandlers(context, output.topic);
  if (handlers !== undefined) {
    return resolveDomainEvent(context, output, handlers, modifiers, owner, path);
  }
  const { topic, key = null, count, confirm, via, size, acks = null } = output;
  checkKey(context, key, null, path);
  checkOutbox(context, output, path);
  const thing = context.names.things.get(topic);
  if (thing === undefined) return unknown(context, topic, [...path, 'topic'], HOLDERS);
  if (!HOLDERS.includes(thing.kind)) {
    const message = `${topic} is ${kindText(thing.kind)}: expected a topic or a queue`;
    report(context, 'FL405', [...path, 'topic'], message);
    return null;
  }
  const queue = text(writtenAt(context, ['queues', topic, 'kind']));
  if (queueKindOf(queue)?.isPublished === false) {
    const message =
      `${topic} carries the events of its store, and no step can publish to it: append to the ` +
      'store';
    conflict(context, [...path, 'topic'], message);
  }
  const own = { topic, key, count, confirm, via, bytes: size, acks };
  return { verb: 'publish', ...own, ...modifiers };
}

/** Reports `via: outbox` without an outbox in the service, or to a topic that is not a log. */
function checkOutbox(context: Context, { via, topic }: PublishOutput, path: Path): void {
  if (via !== 'outbox') return;
  const at = [...path, 'via'];
  const log = writtenAt(context, ['topics', topic, 'kind']);
  if (context.names.things.has(topic) && text(log) !== 'kafka') {
    conflict(context, at, `an outbox publishes to topics of kind kafka, and ${topic} is not one`);
  }
  const [section, name] = path;
  const own = section === 'services' ? [section, name, 'outbox'] : null;
  if (own !== null && writtenAt(context, own) !== undefined) return;
  const who = own === null ? 'only a service can have an outbox' : `${String(name)} has no outbox`;
  conflict(context, at, `${who}: write it there, or via: direct`);
}
