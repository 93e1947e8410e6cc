import type { Bus, QueueConsumer } from '../../contracts/scenario/queues.js';
import type { QueueConsumerFields, QueueFields } from '../queues/written.js';
import type { Receiving } from '../queues/kind.js';
import { resolveConsumer, resolveHolder } from './consumer.js';
import { described } from './described.js';
import type { Cursor } from './context.js';
import { split } from './targets.js';

/** Default name of a consumer: the service that it calls. */
export function consumerNameOf(call: string): string {
  return split(call)[0];
}

/** Resolves a consumer of a queue; null if its call is invalid. */
export function resolveQueueConsumer(
  here: Cursor,
  name: string,
  output: QueueConsumerFields,
  queueDeadLetter: string | null,
  { defaults, fields, channel, ackLimit }: Receiving,
): QueueConsumer | null {
  const { commit, retry, onPoison } = output;
  // Rejected messages go to the dead-letter destination of the queue, unless the consumer has its own.
  const standard = onPoison === 'deadLetter' ? queueDeadLetter : null;
  const deadLetter = output.deadLetter ?? standard;
  const own = resolveConsumer(here, { ...output, deadLetter }, defaults);
  if (commit === 'before' && retry?.mode === 'requeue') {
    const message =
      'commit: before acknowledges a message on delivery, so there is nothing left to requeue: write ' +
      'mode: delayed, with which its consumer sends it again, or commit: afterEach';
    here.in('retry', 'mode').conflict(message);
  }
  if (own === null) return null;
  const consumer = { ...own, name, instance: null, commit, ...fields(own.batch) };
  return {
    ...consumer,
    channel: channel(consumer),
    ackLimit: ackLimit === undefined ? null : ackLimit(consumer),
  };
}

/** Resolves the common fields of queues and buses. */
export function holderText(
  name: string,
  output: Omit<QueueFields, 'kind' | 'consumers'>,
): Pick<Bus, 'name' | 'title' | 'description' | 'critical' | 'publishLatency' | 'backlog'> {
  const { publishLatency = { kind: 'constant', valueNs: 0 }, backlog = 0 } = output;
  return { ...described(name, output), publishLatency, backlog };
}

/** Resolves the dead-letter destination of a queue; null = none. It cannot be the queue itself. */
export function resolveOwnDeadLetter(
  here: Cursor,
  name: string,
  deadLetter: string | null,
): string | null {
  if (deadLetter === null) return null;
  const at = here.in('deadLetter');
  if (deadLetter !== name) return resolveHolder(at, deadLetter);
  at.conflict(`${name} would send its dead letters to itself: write another queue`);
  return null;
}
