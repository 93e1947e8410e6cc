import type { Bus } from '../../../contracts/scenario/queues.js';
import { blockingBound } from '../../queues/bound.js';
import { PLAIN, HANDED_OUT, type Receiving } from '../../queues/kind.js';
import type { BusOutput } from '../../schema/bus.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import type { Cursor } from '../../resolve/context.js';
import { checkDomainBus } from './domain-events.js';
import {
  holderText,
  resolveOwnDeadLetter,
  resolveQueueConsumer,
} from '../../resolve/message-queues.js';
import { checkSystemBus, eachInstance } from './system-events.js';
import { split } from '../../resolve/targets.js';
import type { Entry } from '../kind.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { ConsumerRetry } from '../../../contracts/scenario/consumers.js';
import type { QueueConsumerFields } from '../../queues/written.js';
import { isFunction, ONE_BY_ONE } from '../../resolve/consumer.js';

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

/** Concurrent invocations of a function by a bus: as many as an account allows. */
const CONCURRENCY = 1000;

/** Lambda runs an event two more times after an error, after one minute and after two more (invocation-async-error-handling). */
const RETRY: ConsumerRetry = {
  attempts: 3,
  backoff: {
    kind: 'exponential',
    base: 60 * NS_PER_SECOND,
    factor: 2,
    max: undefined,
    jitter: { kind: 'none' },
  },
  mode: 'delayed',
};

/** A function gets the events of a bus as asynchronous invocations, which wait in a queue of the platform. */
function deliveryOf(
  here: Cursor,
  own: QueueConsumerFields,
  deadLetter: string | null,
): { readonly own: QueueConsumerFields; readonly receiving: Receiving } {
  if (!isFunction(here.context, own)) return { own, receiving: HANDED_OUT };
  const receiving: Receiving = {
    ...HANDED_OUT,
    defaults: { ...ONE_BY_ONE, concurrency: CONCURRENCY },
    fields: (batch) => ({ ...HANDED_OUT.fields(batch), invokes: true }),
  };
  const { kind } = here.output.functions![split(own.call)[0]]!;
  if (kind !== 'lambda') return { own, receiving };
  const last = (own.deadLetter ?? deadLetter) === null ? 'skip' : 'deadLetter';
  const isChosen = here.in('onPoison').written() !== undefined;
  const retry = here.in('retry').written() === undefined && !isChosen ? RETRY : own.retry;
  return { own: { ...own, retry, onPoison: isChosen ? own.onPoison : last }, receiving };
}
