import { formatCount } from '../../text/figures.js';
import { handlersOf, subscriberYaml } from '../handlers.js';
import type { Rule } from '../rule.js';
import { timeText, yamlAt } from '../words.js';

/** Groups whose transaction is aborted before they have handled the records of one poll. */
export const transactionBelowBatch: Rule = {
  name: 'transaction-below-batch',
  severity: 'error',
  reason:
    'The coordinator aborts a transaction that is open for too long, and fences its producer. The records of the poll are read again, by a transaction that takes as long: nothing is ever committed.',
  remedy: 'Take fewer messages per poll, or allow more time for a transaction.',
  check: (subject) =>
    handlersOf(subject).flatMap(({ topic, spec, path, elapsedNs }) => {
      const { transactionNs } = spec;
      const runs = Math.ceil(spec.maxPollRecords / spec.batch);
      const needed = runs * elapsedNs;
      if (transactionNs === null || needed < transactionNs) return [];
      const records = Math.max(1, Math.floor(transactionNs / elapsedNs / 2) * spec.batch);
      return {
        path: [...path, 'transactionTimeout'],
        entities: [`${topic.name}.${spec.group}`, `${spec.call.component}.${spec.call.part}`],
        message: `transactions of ${topic.name}.${spec.group} end before the records of one poll are handled`,
        measured: `${formatCount(spec.maxPollRecords)} messages need ${timeText(needed)}`,
        limit: `less than transactionTimeout, ${timeText(transactionNs)}`,
        fix: yamlAt(['topics', topic.name], subscriberYaml(spec, `maxPollRecords: ${records}`)),
      };
    }),
};
