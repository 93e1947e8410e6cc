import { MAX_READERS } from '../../../spec/scenario/messaging.js';
import type { QueueConsumer } from '../../../spec/scenario/queues.js';
import type { BusOutput } from '../../schema/bus.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import { isFunction } from '../../resolve/consumer.js';
import type { Context, Path } from '../../resolve/context.js';
import { report, writtenAt } from '../../resolve/context.js';
import { replicasOf } from '../../resolve/placement.js';
import { split } from '../../resolve/targets.js';

// A system event is for processes, not for services: each of them has a queue of its own, which goes with it. So are
// events of Spring Cloud Bus sent to all nodes that listen (reference, quick start), whose consumers have no group and
// so an anonymous queue that is deleted with them (Spring Cloud Stream, RabbitMQ binder).

/** Fields that have no effect, because nothing is stored for processes that are down. */
const OF_KEEPING = ['stored', 'backlog'] as const;

/** Notes what contradicts events of the system. */
export function checkSystemBus(context: Context, output: BusOutput, path: Path): void {
  for (const field of OF_KEEPING) {
    if (writtenAt(context, [...path, field]) === undefined) continue;
    const message =
      `a system event reaches only processes that are up and is not stored: remove ${field}, or ` +
      'use event: integration';
    report(context, 'FL208', [...path, field], message);
  }
  output.subscribers.forEach(({ call }, index) => {
    if (!isFunction(context, { call })) return;
    const [service] = split(call);
    const message = `${service} is a function, whose processes start and stop with its calls: use another event`;
    report(context, 'FL208', [...path, 'subscribers', index, 'call'], message);
  });
}

/** Names of the subscriptions of the instances of a service; of more than a topic can have, one more than that. */
export function ownGroups(
  group: string,
  service: string,
  services: ScenarioOutput['services'],
): readonly string[] {
  const own = services?.[service];
  const count = Math.min(own === undefined ? 1 : replicasOf(own), MAX_READERS + 1);
  return Array.from({ length: count }, (_, index) => `${group}-${index}`);
}

/** A subscriber as its instances: each handles every message. */
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
