import type { Rule } from '../rule.js';
import { formatCount } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';
import { handlersOf, subscriberYaml } from '../handlers.js';

/** Groups that cannot handle the records of one poll before the next poll is due. */
export const pollIntervalExceeded: Rule = {
  name: 'poll-interval-exceeded',
  severity: 'error',
  reason:
    'A member that does not poll in time is removed from its group. Its batch goes to another member that is just as slow, and the group rebalances for ever.',
  remedy: 'Take fewer messages per poll, or allow more time between polls.',
  check: (subject) =>
    handlersOf(subject).flatMap(({ topic, spec, path, elapsedNs }) => {
      const runs = Math.ceil(spec.maxPollRecords / spec.batch);
      const needed = runs * elapsedNs;
      if (needed < spec.maxPollNs) return [];
      const records = Math.max(1, Math.floor(spec.maxPollNs / elapsedNs / 2) * spec.batch);
      return {
        path: [...path, 'maxPollRecords'],
        entities: [`${topic.name}.${spec.group}`, `${spec.call.component}.${spec.call.part}`],
        message: `${topic.name}.${spec.group} takes more with a poll than it can handle before the next has to come`,
        measured: `${formatCount(spec.maxPollRecords)} messages need ${timeText(needed)}`,
        limit: `less than maxPollInterval, ${timeText(spec.maxPollNs)}`,
        fix: yamlAt(['topics', topic.name], subscriberYaml(spec, `maxPollRecords: ${records}`)),
      };
    }),
};
