import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A stream that keeps the messages which its consumer has given up, with nothing that takes them out. */
export const deliveriesFillStream: Rule = {
  name: 'deliveries-fill-stream',
  severity: 'warning',
  reason:
    'A message whose deliveries are used up stays in the stream, and its limits count it. Failures fill the stream until it refuses or deletes good messages.',
  remedy: 'Handle the advisory and move such messages: `deadLetter`. Or let `maxAge` delete them.',
  check: ({ scenario }): readonly Finding[] =>
    [...scenario.queues.values()]
      .filter(({ rules, deadLetter }) => {
        const givesUp = rules.maxReceiveCount < Infinity && deadLetter === null;
        return rules.keepsSpent && givesUp && rules.lifetimeNs === Infinity;
      })
      .map(({ name, rules, capacity }) => ({
        path: ['queues', name, 'maxDeliver'],
        entities: [name],
        message:
          capacity === Infinity
            ? `${name} keeps messages that no consumer gets any more`
            : `${capacity} messages that fail fill ${name}`,
        measured: `${rules.maxReceiveCount} deliveries, no dead letters, no age`,
        limit: 'a deadLetter or a maxAge',
        fix: yamlAt(['queues', name], 'maxAge: 1h'),
      })),
};
