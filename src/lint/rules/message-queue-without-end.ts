import type { Bus, MessageQueue } from '../../contracts/scenario/queues.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A message queue that grows without limit while no consumer handles its messages. */
export const messageQueueWithoutEnd: Rule = {
  name: 'message-queue-without-end',
  severity: 'warning',
  reason:
    'A queue without a limit, a time to live or a dead-letter queue accepts messages that are never handled in time, until its memory is full.',
  remedy:
    'Give it a `capacity` with an `overflow` that its publishers can handle, a `messageTtl`, or a `deadLetter`.',
  check({ scenario }): readonly Finding[] {
    const { topics, queues } = scenario;
    const held: (MessageQueue | Bus)[] = [...queues.values()];
    for (const topic of topics.values()) if (topic.kind === 'bus') held.push(topic);
    const last = new Set(held.flatMap(deadLettersOf));
    return held
      .filter((own) => hasNoEnd(own) && !last.has(own.name))
      .map((own) => {
        const section = queues.has(own.name) ? 'queues' : 'topics';
        return {
          path: [section, own.name, 'capacity'],
          entities: [own.name],
          message: `${own.name} takes messages without end`,
          measured: 'no capacity, no time to live, no dead letters',
          limit: 'one of them',
          fix: yamlAt([section, own.name], 'capacity: 10000'),
        };
      });
  },
};

/** A time to live removes messages, and a bus that is not stored keeps none without subscribers. */
function hasNoEnd(own: MessageQueue | Bus): boolean {
  if (own.capacity < Infinity || own.deadLetter !== null) return false;
  return own.rules.stored && own.rules.lifetimeNs === Infinity;
}

/** Destinations of the dead letters of a queue and of its consumers. These are not reported. */
function deadLettersOf(own: MessageQueue | Bus): readonly string[] {
  const consumers = 'consumers' in own ? own.consumers : own.subscribers;
  return [own.deadLetter, ...consumers.map(({ deadLetter }) => deadLetter)].filter(
    (name) => name !== null,
  );
}
