import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { fallsBehind } from './consumers.js';
import type { InterventionKind } from './kind.js';

/** Messages of a topic go to its partitions evenly, whatever their key. */
export const hotKeys: InterventionKind = {
  kind: 'hotKeys',
  isUnseen: true,
  of: (plan) => {
    const keyed = plan.acts.flatMap((act) =>
      act.act === 'publish' && act.key >= 0 ? [act.topic] : [],
    );
    return [...new Set(keyed)].map((topic) => {
      const subject = plan.components[topic]!.name;
      return {
        kind: 'hotKeys',
        subject,
        part: 'condition',
        words: `with the messages of ${subject} spread evenly over its partitions`,
        isUnseen: true,
        apply: ({ plan: own }) => spread(own, topic),
      };
    });
  },
  // More consumers are tried after it: they help nothing.
  worth: (variant, { subject }) =>
    fallsBehind(variant, subject) && hotPartitionOf(variant, subject) !== null ? 1.5 : 0,
};

/** The consumer of the busiest partition of a topic, and the key that fills it; null where the load is about even. */
export function hotPartitionOf(
  { headroom }: VariantResult,
  topic: string,
): { readonly key: string; readonly partitions: number } | null {
  const own = headroom?.components.find(
    ({ resource, of }) => resource === 'consumers' && of === topic,
  );
  const { key, partitions = 0 } = own?.busiest ?? {};
  return key === undefined ? null : { key, partitions };
}

function spread(plan: Plan, topic: number): Plan {
  const acts = plan.acts.map((act) =>
    act.act === 'publish' && act.topic === topic ? { ...act, key: -1 } : act,
  );
  return { ...plan, acts };
}
