import type { Bus } from '../../../contracts/scenario/queues.js';
import { blockingBound } from '../../queues/bound.js';
import { HANDED_OUT, PLAIN } from '../../queues/kind.js';
import type { BusOutput } from '../../schema/bus.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import { conflict, type Context, type Path } from '../../resolve/context.js';
import { checkDomainBus } from './domain-events.js';
import {
  holderText,
  resolveOwnDeadLetter,
  resolveQueueConsumer,
} from '../../resolve/message-queues.js';
import { checkSystemBus, eachInstance } from './system-events.js';
import { split } from '../../resolve/targets.js';
import type { Entry } from '../kind.js';

/** Resolves a topic that pushes. */
export function resolveBus({ context, name, output, path }: Entry<'topics', BusOutput>): Bus {
  const { services } = context.output;
  const { kind, ordering, event } = output;
  const isStored = output.stored && event !== 'system';
  if (event === 'domain') checkDomainBus(context, output, path);
  if (event === 'system') checkSystemBus(context, output, path);
  const deadLetter = resolveOwnDeadLetter(context, name, output.deadLetter, path);
  const subscribers = output.subscribers.flatMap((own, index) => {
    const at = [...path, 'subscribers', index];
    const { group } = own;
    const consumer = resolveQueueConsumer(context, group, own, output.deadLetter, at, HANDED_OUT);
    if (consumer === null) return [];
    if (event !== 'system') return [consumer];
    checkScaled(context, own.call, services, [...at, 'call']);
    return eachInstance(consumer, services);
  });
  return {
    ...holderText(name, output),
    kind,
    ...blockingBound(context, output, path),
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
function checkScaled(
  context: Context,
  call: string,
  services: ScenarioOutput['services'],
  path: Path,
): void {
  const [name] = split(call);
  const service = services?.[name];
  if (service?.autoscaling === undefined && service?.rollout === undefined) return;
  const how = service.autoscaling === undefined ? 'changes its version' : 'is scaled';
  conflict(context, path, `${name} ${how}, and system events need a fixed number of instances`);
}
