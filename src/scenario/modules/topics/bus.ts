import type { Bus } from '../../../contracts/scenario/queues.js';
import { blockingBound } from '../../queues/bound.js';
import { PLAIN } from '../../queues/kind.js';
import type { BusOutput } from '../../schema/bus.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import type { Cursor } from '../../resolve/context.js';
import { checkDomainBus } from './domain-events.js';
import {
  holderText,
  resolveOwnDeadLetter,
  resolveQueueConsumer,
} from '../../resolve/message-queues.js';
import { deliveryOf } from './invocations.js';
import { checkSystemBus, eachInstance } from './system-events.js';
import { split } from '../../resolve/targets.js';
import type { Entry } from '../kind.js';

/** Resolves a topic that pushes. */
export function resolveBus({ here, name, output }: Entry<'topics', BusOutput>): Bus {
  const { services } = here.output;
  const { kind, ordering, event } = output;
  const isStored = output.stored && event !== 'system';
  if (event === 'domain') checkDomainBus(here, output);
  if (event === 'system') checkSystemBus(here, output);
  const deadLetter = resolveOwnDeadLetter(here, name, output.deadLetter);
  const subscribers = output.subscribers.flatMap((own, index) => {
    const at = here.in('subscribers', index);
    const { group } = own;
    const delivery = deliveryOf(at, own, output.deadLetter);
    const { receiving } = delivery;
    const consumer = resolveQueueConsumer(at, group, delivery.own, output.deadLetter, receiving);
    if (consumer === null) return [];
    if (event !== 'system') return [consumer];
    checkScaled(at.in('call'), own.call, services);
    return eachInstance(consumer, services);
  });
  return {
    ...holderText(name, output),
    kind,
    ...blockingBound(here, output),
    options: { stored: isStored, ordering },
    rules: {
      ...PLAIN,
      keyed: ordering === 'key',
      stored: isStored,
      failure: isStored ? 'back' : 'drop',
    },
    afterCommit: event === 'integration',
    deadLetter,
    subscribers,
  };
}

/**
 * Reports system events for a service with a varying number of instances: instances added later would not receive them.
 */
function checkScaled(here: Cursor, call: string, services: ScenarioOutput['services']): void {
  const [name] = split(call);
  const service = services?.[name];
  if (service === undefined || (service.autoscaling ?? service.rollout) === null) return;
  const how = service.autoscaling === null ? 'changes its version' : 'is scaled';
  here.conflict(`${name} ${how}, and system events need a fixed number of instances`);
}
