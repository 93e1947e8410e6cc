import type { Topic } from '../../contracts/scenario/messaging.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A topic with replicas that must all be in sync. */
export const writesNeedEveryReplica: Rule = {
  name: 'writes-need-every-replica',
  severity: 'warning',
  reason:
    'As soon as one node is down, too few replicas are in sync, so writes that ask for all of them are not confirmed although they are stored.',
  remedy: 'Tolerate one replica less: `minInsyncReplicas` below `replication`, such as 2 of 3.',
  check: ({ scenario }) =>
    [...scenario.topics.values()].flatMap((topic) =>
      topic.kind === 'kafka' ? ofTopic(topic) : [],
    ),
};

function ofTopic(topic: Topic): readonly Finding[] {
  const { name, broker, replication, minInsyncReplicas, producer } = topic;
  // A single replica gives no guarantee that could be lost.
  if (broker === null || replication < 2 || minInsyncReplicas < replication) return [];
  if (producer.acks !== 'all') return [];
  return [
    {
      path: ['topics', name, 'minInsyncReplicas'],
      entities: [name, broker],
      message: `nothing is confirmed by ${name} while one of its nodes is gone`,
      measured: `minInsyncReplicas ${minInsyncReplicas} of ${replication} replicas`,
      limit: `${replication - 1} or fewer`,
      fix: yamlAt(['topics', name], `minInsyncReplicas: ${replication - 1}`),
    },
  ];
}
