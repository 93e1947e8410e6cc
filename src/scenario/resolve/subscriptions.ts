import { kindText } from '../../spec/component-kind.js';
import type { Subscription } from '../../spec/queues.js';
import type { ScenarioOutput } from '../schema/scenario.js';
import type { EventStoreOutput } from '../schema/stores.js';
import type { SubscriptionOutput } from '../schema/subscriptions.js';
import { text } from '../located.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';
import { unknown } from './targets.js';

type Own = Omit<
  Subscription,
  | 'name'
  | 'title'
  | 'description'
  | 'critical'
  | 'publishLatency'
  | 'backlog'
  | 'deadLetter'
  | 'consumers'
>;

/** What a persistent subscription says of itself, and of the store that pushes to it. */
export function subscriptionOf(
  context: Context,
  output: SubscriptionOutput,
  stores: ScenarioOutput['eventStores'],
  path: Path,
): Own {
  const { kind, from, strategy, bufferSize, messageTimeout, maxRetryCount } = output;
  checkStore(context, from, stores?.[from], [...path, 'from']);
  return {
    kind,
    capacity: Infinity,
    overflow: 'block',
    publishTimeoutNs: null,
    from,
    strategy,
    bufferSize,
    messageTimeoutNs: messageTimeout,
    maxRetryCount,
  };
}

function checkStore(
  context: Context,
  from: string,
  store: EventStoreOutput | undefined,
  path: Path,
): void {
  const thing = context.names.things.get(from);
  if (thing === undefined) {
    unknown(context, from, path, ['eventStore']);
    return;
  }
  if (thing.kind !== 'eventStore') {
    const message = `${from} is ${kindText(thing.kind)}, not an event store`;
    report(context, 'FL405', path, message);
    return;
  }
  const { kind = 'simple', partitions = 1 } = store ?? {};
  if (kind === 'marten' || kind === 'axon') {
    const message = `only EventStoreDB pushes its events; ${from} is of kind ${kind}: follow it with a projection`;
    report(context, 'FL208', path, message);
  }
  if (partitions === 1) return;
  const message = `one node holds a subscription with all its events, and ${from} has ${partitions} partitions: leave them out`;
  report(context, 'FL208', path, message);
}

/** Nobody publishes to what a store pushes to. */
export function isSubscription(context: Context, name: string): boolean {
  return text(writtenAt(context, ['queues', name, 'kind'])) === 'persistentSubscription';
}
