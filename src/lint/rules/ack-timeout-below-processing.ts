import type { MessageQueue, QueueConsumer } from '../../contracts/scenario/queues.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { handyTime, timeText, yamlAt } from '../words.js';

/** A queue that redelivers a message while its consumer still handles it. */
export const ackTimeoutBelowProcessing: Rule = {
  name: 'ack-timeout-below-processing',
  severity: 'error',
  reason:
    'The queue delivers a message again when its handling takes longer than the queue waits. The work and its effect then happen twice, and the load doubles.',
  remedy:
    'Make `visibilityTimeout`, `consumerTimeout`, `messageTimeout` or `ackWait` longer than the handling of everything that a consumer takes at once, retries included, or let it take less.',
  check: (subject) =>
    [...subject.scenario.queues.values()].flatMap((queue) =>
      queue.consumers.flatMap((consumer) => judge(subject, queue, consumer) ?? []),
    ),
};

function judge({ demands }: Subject, queue: MessageQueue, consumer: QueueConsumer): Finding | null {
  const { ackLimit: limit } = consumer;
  if (limit === null || consumer.commit === 'before') return null;
  const { component, part } = consumer.call;
  const once = demands.of(`${component}.${part}`).elapsedNs;
  const tries = consumer.retry?.mode === 'inProcess' ? consumer.retry.attempts : 1;
  // Handlers on one channel share its messages.
  const runs = Math.ceil(limit.messages / (consumer.batch * consumer.channel.handlers));
  const needed = once * tries * runs;
  if (needed < limit.ns) return null;
  const times = [
    ...(tries > 1 ? [`${tries} tries`] : []),
    ...(runs > 1 ? [`${runs} runs one after the other`] : []),
  ];
  const factors = times.length === 0 ? '' : ` in ${times.join(' and ')}`;
  return {
    path: ['queues', queue.name, limit.field],
    entities: [`${queue.name}.${consumer.name}`, `${component}.${part}`],
    message: `${queue.name} takes messages back while ${component}.${part} handles them`,
    measured: `${timeText(needed)} on average${factors}`,
    limit: `${limit.field} ${timeText(limit.ns)}`,
    fix: yamlAt(['queues', queue.name], `${limit.field}: ${handyTime(2 * needed)}`),
  };
}
