import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';
import { handlersOf } from '../handlers.js';

/** Members of a group that never get a partition. */
export const moreConsumersThanPartitions: Rule = {
  name: 'more-consumers-than-partitions',
  severity: 'hint',
  reason: 'Each partition is read by one member of a group, so the members beyond them do nothing.',
  remedy: 'Give the topic as many partitions as the largest group has members.',
  check: (subject) =>
    handlersOf(subject).flatMap(({ topic, spec, path, members }): readonly Finding[] => {
      if (members <= topic.partitions) return [];
      return [
        {
          path: [...path, 'concurrency'],
          entities: [`${topic.name}.${spec.group}`],
          message: `${topic.name}.${spec.group} has members without a partition`,
          measured: `${members} members`,
          limit: `${topic.partitions} partitions`,
          fix: yamlAt(['topics', topic.name], `partitions: ${members}`),
        },
      ];
    }),
};
