import type { BusOutput } from '../../schema/bus.js';
import type { PublishOutput } from '../../schema/publish.js';
import type { Step, StepModifiers } from '../../../spec/scenario/steps.js';
import type { Context, Path } from '../../resolve/context.js';
import { report, writtenAt } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { resolveCall, split } from '../../resolve/targets.js';

/** Fields about waiting messages. Domain events are handled immediately and never wait. */
const OF_QUEUES = [
  'stored ordering capacity overflow publishTimeout publishLatency backlog deadLetter',
  'concurrency batch commit retry onPoison deadLetter inbox policy',
].map((fields) => fields.split(' '));

/** Reports fields that have no effect on a bus of domain events. */
export function checkDomainBus(context: Context, output: BusOutput, path: Path): void {
  const unused = (fields: readonly string[], at: Path): void => {
    for (const field of fields) {
      if (writtenAt(context, [...at, field]) === undefined) continue;
      const message =
        `a domain event is handled where it is raised and never waits: remove ${field}, or use ` +
        'event: integration';
      report(context, 'FL208', [...at, field], message);
    }
  };
  unused(OF_QUEUES[0], path);
  output.subscribers.forEach((_, index) => unused(OF_QUEUES[1], [...path, 'subscribers', index]));
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
  checkPublish(context, output, path);
  const steps = handlers.flatMap(({ call, filter }) => {
    const [component, part] = split(call);
    const at = [...path, 'topic'];
    if (component !== owner) {
      const message =
        `${output.topic} has domain events, which are handled in the process that raises them, ` +
        `and ${call} is not in ${owner}: use event: integration`;
      report(context, 'FL208', at, message);
      return [];
    }
    const to = resolveCall(context, `self${part === null ? '' : `.${part}`}`, owner, at);
    return to === null ? [] : [selfCall(to, filter)];
  });
  if (steps.length === 0) return null;
  return { verb: 'loop', count: { kind: 'constant', value: 1 }, steps, ...modifiers };
}

function checkPublish(context: Context, output: PublishOutput, path: Path): void {
  for (const field of ['count', 'confirm', 'key', 'size', 'acks', 'via'] as const) {
    if (writtenAt(context, [...path, field]) === undefined) continue;
    const message = `${output.topic} has domain events, which are not sent as messages: remove ${field}`;
    report(context, 'FL208', [...path, field], message);
  }
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
