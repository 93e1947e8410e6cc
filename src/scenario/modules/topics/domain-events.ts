import type { BusOutput } from '../../schema/bus.js';
import type { PublishStep } from '../../../contracts/scenario/messaging.js';
import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import type { Context, Cursor } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { resolveCall, split } from '../../resolve/targets.js';

/** Fields about waiting messages. Domain events are handled immediately and never wait. */
const OF_QUEUES = [
  'stored ordering capacity overflow publishTimeout publishLatency backlog deadLetter',
  'concurrency batch commit retry onPoison deadLetter inbox policy',
].map((fields) => fields.split(' '));

/** Reports fields that have no effect on a bus of domain events. */
export function checkDomainBus(here: Cursor, output: BusOutput): void {
  const why = (field: string): string =>
    `a domain event is handled where it is raised and never waits: remove ${field}, or use ` +
    'event: integration';
  here.refuse(OF_QUEUES[0], why);
  output.subscribers.forEach((_, index) => here.in('subscribers', index).refuse(OF_QUEUES[1], why));
}

type Handlers = BusOutput['subscribers'];

/** The handlers of a topic of domain events in order; undefined for other topics. */
export function domainHandlers({ output }: Context, name: string): Handlers | undefined {
  const topic = entryOf(output.topics, name);
  return topic?.kind === 'bus' && topic.event === 'domain' ? topic.subscribers : undefined;
}

/**
 * Resolves the publishing of a domain event. Its handlers run in the publishing process, one after the other, as in
 * MediatR (ForeachAwaitPublisher.cs), so they are part of the enclosing transaction.
 */
export function resolveDomainEvent(
  here: Cursor,
  output: PublishStep,
  handlers: Handlers,
  modifiers: StepModifiers,
  owner: string,
): Step | null {
  here.refuse(
    ['count', 'confirm', 'key', 'size', 'acks', 'via'],
    (field) => `${output.topic} has domain events, which are not sent as messages: remove ${field}`,
  );
  const steps = handlers.flatMap(({ call, filter }) => {
    const [component, part] = split(call);
    const at = here.in('topic');
    if (component !== owner) {
      const message =
        `${output.topic} has domain events, which are handled in the process that raises them, ` +
        `and ${call} is not in ${owner}: use event: integration`;
      at.conflict(message);
      return [];
    }
    const to = resolveCall(at, `self${part === null ? '' : `.${part}`}`, owner);
    return to === null ? [] : [selfCall(to, filter)];
  });
  if (steps.length === 0) return null;
  return { verb: 'loop', count: { kind: 'constant', value: 1 }, steps, ...modifiers };
}

function selfCall(to: NonNullable<ReturnType<typeof resolveCall>>, probability: number): Step {
  return {
    verb: 'call',
    to,
    self: true,
    method: null,
    path: null,
    host: null,
    headers: new Map(),
    requestBytes: null,
    name: null,
    policy: null,
    probability,
    times: { kind: 'constant', value: 1 },
    optional: false,
    onError: null,
    background: false,
    when: null,
  };
}
