import { MAX_READERS } from '../../contracts/scenario/messaging.js';
import { inboxCalls } from '../resolve/consumer.js';
import { checkHolder } from '../resolve/fault-messages.js';
import { checkParts, sorted } from '../resolve/names.js';
import { split } from '../resolve/targets.js';
import { topicSchema } from '../schema/messaging.js';
import { visitHandlers } from '../walk-steps.js';
import { noHost, unchanged, type Module, type NamedEntry } from './kind.js';
import { resolveBus } from './topics/bus.js';
import { checkConsumers } from './topics/consumers.js';
import { checkEvents } from './topics/event-cycle.js';
import { resolveTopic } from './topics/log.js';
import { TOPIC_REFERENCE } from './topics/reference.js';
import { ownGroups } from './topics/system-events.js';

/** Topics: logs that groups read, and buses that push to subscriptions. */
export const topics: Module<'topics'> = {
  kind: 'topic',
  summary: 'Topics: every consumer group gets every message.',
  reference: TOPIC_REFERENCE,
  example: TOPIC_REFERENCE[0].example,
  schema: topicSchema,
  expand: unchanged,
  inherit: unchanged,
  visit: (entry, path, visitor) => visitHandlers(entry, path, 'subscribers', visitor),
  parts: partsOf,
  instead: (name) => `${name} is a topic: write publish: ${name}`,
  lags: (name, parts) => parts.map((part) => `${name}.${part}`),
  resolve: (entry) => {
    const { output } = entry;
    if (output.kind === 'kafka') return resolveTopic({ ...entry, output });
    const bus = resolveBus({ ...entry, output });
    // No message is sent: the handlers become steps of the publishing endpoints.
    return output.event === 'domain' ? null : bus;
  },
  subject: (own) => ({
    parts:
      own.kind === 'bus'
        ? own.subscribers.map(({ name }) => name)
        : own.subscribers.map(({ group }) => group),
    instances: 0,
  }),
  host: noHost,
  calls: ({ subscribers }, walker) => inboxCalls(subscribers, walker),
  check: (context, scenario, calls) => {
    checkEvents(context, scenario, calls);
    checkConsumers(context, scenario);
  },
  target: (aim) => checkHolder(aim, ['messages', 'queue']),
};

function partsOf({ name, output, scenario, raise }: NamedEntry<'topics'>): readonly string[] {
  const isSystem = output.kind === 'bus' && output.event === 'system';
  // Each instance has its own subscription to system events.
  const groups = output.subscribers.flatMap(({ group, call }) =>
    isSystem ? ownGroups(group, split(call)[0], scenario.services) : [group],
  );
  const path = ['topics', name, 'subscribers'];
  const written = groups.map((group, index) => ({ name: group, path: [...path, index, 'group'] }));
  checkParts(written, 'group', name, raise);
  // Each message has one bit per reader, so the number of readers is limited.
  const views = sorted(scenario.projections).filter(([, { from }]) => from === name).length;
  if (groups.length + views > MAX_READERS) {
    const subscriptions = `${groups.length} subscriptions`;
    const readers = views === 0 ? subscriptions : `${subscriptions} and ${views} views`;
    const message =
      `${name} has ${readers}; the limit is ${MAX_READERS} per topic: move some of them to ` +
      'another topic';
    raise('FL208', path, message);
  }
  return groups;
}
