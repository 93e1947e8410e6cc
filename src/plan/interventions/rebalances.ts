import type { Plan } from '../../contracts/plan/plan.js';
import { fallsBehind } from './consumers.js';
import type { InterventionKind } from './kind.js';

/** Members of a group stay in it however long a poll takes, so that their partitions do not move. */
export const rebalances: InterventionKind = {
  kind: 'rebalances',
  isUnseen: true,
  of: (plan) =>
    plan.topics.flatMap(({ component, groups }) => {
      if (groups.length === 0) return [];
      const subject = plan.components[component]!.name;
      return [
        {
          kind: 'rebalances',
          subject,
          part: 'loop',
          words: `with no poll limit for the consumers of ${subject}`,
          apply: ({ plan: own }) => staying(own, component),
        },
      ];
    }),
  worth: (variant, { subject }) => (fallsBehind(variant, subject) ? 0.7 : 0),
};

function staying(plan: Plan, component: number): Plan {
  return {
    ...plan,
    topics: plan.topics.map((topic) =>
      topic.component === component
        ? {
            ...topic,
            groups: topic.groups.map((own) => ({
              ...own,
              // Longer than any run.
              spec: { ...own.spec, maxPollNs: Math.max(own.spec.maxPollNs, 2 * plan.horizonNs) },
            })),
          }
        : topic,
    ),
  };
}
