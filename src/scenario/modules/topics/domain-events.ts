import type { BusOutput } from '../../schema/bus.js';
import type { PublishOutput } from '../../schema/publish.js';
import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import { refuseFields, conflict, type Context, type Path } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { resolveCall, split } from '../../resolve/targets.js';

/** Fields about waiting messages. Domain events are handled immediately and never wait. */
const OF_QUEUES = [
  'stored ordering capacity overflow publishTimeout publishLatency backlog deadLetter',
  'concurrency batch commit retry onPoison deadLetter inbox policy',
].map((fields) => fields.split(' '));

/** Reports fields that have no effect on a bus of domain events. */
export function checkDomainBus(context: Context, output: BusOutput, path: Path): void {
  const why = (field: string): string =>
    `a domain event is handled where it is raised and never waits: remove ${field}, or use ` +
    'event: integration';
  refuseFields(context, path, OF_QUEUES[0], why);
  output.subscribers.forEach((_, index) =>
    refuseFields(context, [...path, 'subscribers', index], OF_QUEUES[1], why),
  );
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
  context: Context,
  output: PublishOutput,
  handlers: Handlers,
  modifiers: StepModifiers,
  owner: string,
  path: Path,
): Step | null {
  refuseFields(
    context,
    path,
    ['count', 'confirm', 'key', 'size', 'acks', 'via'],
    (field) => `${output.topic} has domain events, which are not sent as messages: remove ${field}`,
  );
  const steps = handlers.flatMap(({ call, filter }) => {
    const [component, part] = split(call);
    const at = [...path, 'topic'];
    if (component !== owner) {
      const message =
        `${output.topic} has domain events, which are handled in the process that raises them, ` +
        `and ${call} is not in ${owner}: use event: integration`;
      conflict(context, at, message);
      return [];
    }
    const to = resolveCall(context, `self${part === null ? '' : `.${part}`}`, owner, at);
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
