import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';
import { handlersOf } from '../handlers.js';

/** Consumers that commit after the effect, with handlers that are not idempotent. */
export const consumerNotIdempotent: Rule = {
  name: 'consumer-not-idempotent',
  severity: 'error',
  reason:
    'The offset is committed after the effect. After a crash or a rebalance the message is delivered again, and its effect happens twice.',
  remedy:
    'Make the handler idempotent and declare it, or let the subscriber remember the messages it has handled: `inbox`.',
  check: (subject) =>
    handlersOf(subject).flatMap(({ topic, spec, path }) => {
      const { component, part } = spec.call;
      const to = `${component}.${part}`;
      const repeats = spec.commit !== 'before' && spec.commit !== 'transactional';
      if (!repeats || spec.inbox !== null || subject.repeatable.has(to)) return [];
      return {
        path: [...path, 'commit'],
        entities: [`${topic.name}.${spec.group}`, to],
        message: `${topic.name}.${spec.group} may hand ${to} a message twice, and it is not idempotent`,
        measured: `commit: ${spec.commit}`,
        limit: 'an idempotent handler, or an inbox',
        fix: yamlAt(['services', component, 'endpoints', part!], 'idempotent: true'),
      };
    }),
};
