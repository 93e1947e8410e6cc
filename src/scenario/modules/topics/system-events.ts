import { MAX_READERS } from '../../../contracts/scenario/messaging.js';
import type { QueueConsumer } from '../../../contracts/scenario/queues.js';
import type { BusOutput } from '../../schema/bus.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import { isFunction } from '../../resolve/consumer.js';
import type { Cursor } from '../../resolve/context.js';
import { replicasOf } from '../../resolve/placement.js';
import { split } from '../../resolve/targets.js';

// System events go to every process: each has its own queue, which is deleted with it. Spring Cloud Bus sends events to
// all listening nodes in the same way (reference, quick start): its consumers have no group, so they have anonymous
// queues that are deleted with them (Spring Cloud Stream, RabbitMQ binder).

/** Fields without effect, because nothing is stored for processes that are down. */
const OF_KEEPING = ['stored', 'backlog'] as const;

/** Reports fields that contradict system events. */
export function checkSystemBus(here: Cursor, output: BusOutput): void {
  const why = (field: string): string =>
    `a system event reaches only processes that are up and is not stored: remove ${field}, or ` +
    'use event: integration';
  here.refuse(OF_KEEPING, why);
  output.subscribers.forEach(({ call }, index) => {
    if (!isFunction(here.context, { call })) return;
    const [service] = split(call);
    const message = `${service} is a function, whose processes start and stop with its calls: use another event`;
    here.in('subscribers', index, 'call').conflict(message);
  });
}

/** Names of the subscriptions of the instances of a service; at most one more than a topic can have. */
export function ownGroups(
  group: string,
  service: string,
  services: ScenarioOutput['services'],
): readonly string[] {
  const own = services?.[service];
  const count = Math.min(own === undefined ? 1 : replicasOf(own), MAX_READERS + 1);
  return Array.from({ length: count }, (_, index) => `${group}-${index}`);
}

/** Replaces a subscriber by one for each of its instances, because each handles every message. */
export function eachInstance(
  consumer: QueueConsumer,
  services: ScenarioOutput['services'],
): readonly QueueConsumer[] {
  return ownGroups(consumer.name, consumer.call.component, services).map((name, instance) => ({
    ...consumer,
    name,
    instance,
  }));
}
