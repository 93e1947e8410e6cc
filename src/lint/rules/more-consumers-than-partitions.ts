import type { Projection } from '../../contracts/scenario/projections.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';
import { handlersOf } from '../handlers.js';

/** Members of a group that never get a partition. */
export const moreConsumersThanPartitions: Rule = {
  name: 'more-consumers-than-partitions',
  severity: 'hint',
  reason:
    'Each partition is read by one member of a group. Members beyond the number of partitions are idle.',
  remedy: 'Give the topic as many partitions as the largest group has members.',
  check: (subject) => [
    ...handlersOf(subject).flatMap(({ topic, spec, path, members }) => {
      if (members <= topic.partitions) return [];
      return {
        path: [...path, 'concurrency'],
        entities: [`${topic.name}.${spec.group}`],
        message: `${topic.name}.${spec.group} has members without a partition`,
        measured: `${members} members`,
        limit: `${topic.partitions} partitions`,
        fix: yamlAt(['topics', topic.name], `partitions: ${members}`),
      };
    }),
    ...[...subject.scenario.projections.values()].flatMap((one) => ofProjection(one, subject)),
  ],
};

/** Segments of a view beyond the partitions of its topic. */
function ofProjection({ name, from, concurrency }: Projection, subject: Subject): Finding[] {
  const topic = subject.scenario.topics.get(from);
  if (topic?.kind !== 'kafka' || concurrency <= topic.partitions) return [];
  return [
    {
      path: ['projections', name, 'concurrency'],
      entities: [name],
      message: `${name} has segments without a partition`,
      measured: `${concurrency} segments`,
      limit: `${topic.partitions} partitions`,
      fix: yamlAt(['topics', from], `partitions: ${concurrency}`),
    },
  ];
}
