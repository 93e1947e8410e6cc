import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { ConsumerRetry } from '../../../contracts/scenario/consumers.js';
import { HANDED_OUT, type Receiving } from '../../queues/kind.js';
import type { QueueConsumerFields } from '../../queues/written.js';
import { isFunction, ONE_BY_ONE } from '../../resolve/consumer.js';
import type { Cursor } from '../../resolve/context.js';
import { split } from '../../resolve/targets.js';

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
export function deliveryOf(
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
