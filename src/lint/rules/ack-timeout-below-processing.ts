import type { Ns } from '../../kernel/time.js';
import type { MessageQueue, QueueConsumer } from '../../contracts/scenario/queues.js';
import { deliveryNs } from '../consumers.js';
import { limitOfCall } from '../limits.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { whileSilent } from '../twice.js';
import { handyTime, timeText, yamlAt } from '../words.js';

/** A queue that redelivers a message while its consumer still handles it. */
export const ackTimeoutBelowProcessing: Rule = {
  name: 'ack-timeout-below-processing',
  severity: 'error',
  reason:
    'The queue delivers a message again when its handling takes longer than the queue waits. The work and its effect then happen twice, and the load doubles.',
  remedy:
    'Make `visibilityTimeout`, `consumerTimeout`, `messageTimeout` or `ackWait` longer than the handling of everything that a consumer takes at once, retries included, or let it take less. With sqs, `heartbeatInterval` extends the timeout while a handler runs, up to `heartbeatLimit`.',
  check: (subject) =>
    [...subject.scenario.queues.values()].flatMap((queue) =>
      queue.consumers.flatMap((consumer) => judge(subject, queue, consumer) ?? []),
    ),
};

function judge(subject: Subject, queue: MessageQueue, consumer: QueueConsumer): Finding | null {
  const { ackLimit: limit } = consumer;
  if (limit === null || consumer.commit === 'before') return null;
  const { component, part } = consumer.call;
  const handler = `${component}.${part}`;
  const once = deliveryNs(subject.demands, consumer);
  const tries = consumer.retry?.mode === 'inProcess' ? consumer.retry.attempts : 1;
  // Handlers on one channel share its messages.
  const runs = Math.ceil(limit.messages / (consumer.batch * consumer.channel.handlers));
  const needed = once * tries * runs;
  const slowest = slowestCall(subject, handler);
  const isByMean = needed >= limit.ns;
  if (!isByMean && (slowest === null || slowest.ns < limit.ns)) return null;
  const times = [
    ...(tries > 1 ? [`${tries} tries`] : []),
    ...(runs > 1 ? [`${runs} runs one after the other`] : []),
  ];
  const factors = times.length === 0 ? '' : ` in ${times.join(' and ')}`;
  const measured = isByMean
    ? `${timeText(needed)} on average${factors}`
    : `up to ${timeText(slowest!.ns)} for one message while ${slowest!.callee} does not respond`;
  const longest = isByMean ? 2 * needed : 1.5 * slowest!.ns;
  const own = limit.isOfConsumer ? ['consumers', queue.consumers.indexOf(consumer)] : [];
  const place = ['queues', queue.name, ...own];
  return {
    path: [...place, limit.field],
    entities: [`${queue.name}.${consumer.name}`, handler],
    message: `${queue.name} takes messages back while ${handler} handles them`,
    measured,
    limit: limit.isOfConsumer
      ? `visible again ${timeText(limit.ns)} after its receive`
      : `${limit.field} ${timeText(limit.ns)}`,
    fix: yamlAt(place, `${limit.field}: ${handyTime(longest)}`),
  };
}

/**
 * The call of a handler that takes longest while its callee does not respond, with its limit: all tries and back-offs, or
 * one try where the retry leaves timeouts alone. null if none has a limit.
 */
function slowestCall(subject: Subject, handler: string): Slowest | null {
  let slowest: Slowest | null = null;
  for (const call of subject.graph.from(handler)) {
    const { callNs } = limitOfCall(whileSilent(call, subject));
    if (call.background || callNs === Infinity || callNs <= (slowest?.ns ?? 0)) continue;
    slowest = { callee: call.to, ns: callNs };
  }
  return slowest;
}

interface Slowest {
  readonly callee: string;
  readonly ns: Ns;
}
