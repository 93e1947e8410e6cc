import type { Cache } from '../../spec/scenario/caching.js';
import type { Broker, Topic } from '../../spec/scenario/messaging.js';
import type { Saga } from '../../spec/scenario/sagas.js';
import type { ScenarioModules } from '../../spec/scenario/modules.js';
import type { Bus, MessageQueue } from '../../spec/scenario/queues.js';
import type { Host } from '../../spec/scenario/scenario.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { resolveBroker } from './brokers.js';
import { resolveCache } from '../modules/caches/resolve.js';
import type { Context } from './context.js';
import { resolveBus } from '../modules/topics/bus.js';
import { resolveQueue } from './message-queues.js';
import { resolveTopic } from '../modules/topics/log.js';
import { mapOf } from './names.js';
import { resolveSaga } from '../modules/sagas/resolve.js';
import { resolveStores } from '../modules/event-stores/resolve.js';

/** The modules other than services and their databases, in their final form. */
export function resolveModules(context: Context, output: ScenarioOutput): ScenarioModules {
  const brokers = mapOf(output.brokers, (name, own): Broker => resolveBroker(context, name, own));
  return {
    topics: resolveTopics(context, output, brokers),
    brokers,
    queues: mapOf(output.queues, (name, own): MessageQueue =>
      resolveQueue(context, name, own, brokers, output.eventStores),
    ),
    caches: mapOf(output.caches, (name, own): Cache =>
      resolveCache(context, name, own, output.keys),
    ),
    sagas: mapOf(output.sagas, (name, own): Saga => resolveSaga(context, name, own)),
    ...resolveStores(context, output),
  };
}

/** The topics on which anything is sent: domain events are not. */
function resolveTopics(
  context: Context,
  output: ScenarioOutput,
  brokers: ScenarioModules['brokers'],
): ScenarioModules['topics'] {
  const topics = mapOf(output.topics, (name, own): Topic | Bus =>
    own.kind === 'bus'
      ? resolveBus(context, name, own, output.services)
      : resolveTopic(context, name, own, brokers),
  );
  return new Map([...topics].filter(([name]) => !context.names.domainEvents.has(name)));
}

/** Those of it that have instances. */
export function moduleHosts(modules: ScenarioModules): readonly (readonly [string, Host])[] {
  const { caches, eventStores, brokers } = modules;
  const levels = [...caches].flatMap(([name, { host }]) =>
    host === null ? [] : [[name, host] as const],
  );
  return [...levels, ...eventStores, ...brokers];
}
