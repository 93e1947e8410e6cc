import { kindText } from '../../contracts/component-kind.js';
import type { Step, StepModifiers } from '../../contracts/scenario/steps.js';
import { text } from '../located.js';
import type { PublishStep } from '../../contracts/scenario/messaging.js';
import { checkKey } from './bundles.js';
import { HOLDERS } from './consumer.js';
import type { Cursor } from './context.js';
import { domainHandlers, resolveDomainEvent } from '../modules/topics/domain-events.js';
import { queueKindOf } from '../queues/index.js';
import { unknown } from './targets.js';

/** Resolves a `publish` step. */
export function resolvePublish(
  here: Cursor,
  output: PublishStep,
  modifiers: StepModifiers,
  owner: string,
): Step | null {
  const handlers = domainHandlers(here.context, output.topic);
  if (handlers !== undefined) {
    return resolveDomainEvent(here, output, handlers, modifiers, owner);
  }
  const { topic, key, count, confirm, ...sent } = output;
  checkKey(here, key, null);
  checkOutbox(here, output);
  const thing = here.names.things.get(topic);
  if (thing === undefined) return unknown(here.in('topic'), topic, HOLDERS);
  if (!HOLDERS.includes(thing.kind)) {
    const message = `${topic} is ${kindText(thing.kind)}: expected a topic or a queue`;
    here.in('topic').report('FL405', message);
    return null;
  }
  const queue = text(here.at('queues', topic, 'kind').written());
  if (queueKindOf(queue)?.isPublished === false) {
    const message =
      `${topic} carries the events of its store, and no step can publish to it: append to the ` +
      'store';
    here.in('topic').conflict(message);
  }
  return { verb: 'publish', topic, key, count, confirm, ...sent, ...modifiers };
}

/** Reports `via: outbox` without an outbox in the service, or to a topic that is not a log. */
function checkOutbox(here: Cursor, { via, topic }: PublishStep): void {
  if (via !== 'outbox') return;
  const at = here.in('via');
  const log = here.at('topics', topic, 'kind').written();
  if (here.names.things.has(topic) && text(log) !== 'kafka') {
    at.conflict(`an outbox publishes to topics of kind kafka, and ${topic} is not one`);
  }
  const [section, name] = here.path;
  const own = section === 'services' ? [section, name, 'outbox'] : null;
  if (own !== null && here.at(...own).written() !== undefined) return;
  const who = own === null ? 'only a service can have an outbox' : `${String(name)} has no outbox`;
  at.conflict(`${who}: write it there, or via: direct`);
}
