import type { VariantResult } from '../../contracts/result/result.js';
import { sortedKeys } from '../../text/order.js';
import { withLoadOf, type Compared } from './reference.js';

/**
 * The planned operation that does not end in a variant: `nodes[0] is not emptied: the disruption budget of shop keeps 1
 * instance there until 90 s`, or a rollout that still runs where another variant completes it. null where all end. Such a
 * variant is no cure: its users are spared because nothing happens.
 */
export function undoneWords(all: Compared, variant: VariantResult): string | null {
  const kept = variant.cascade.events.find(({ kind }) => kind === 'kept');
  if (kept !== undefined) return `${kept.subject} ${kept.text}`;
  const open = sortedKeys(variant.metered).find(
    (name) =>
      hasEnded(variant, name) === false &&
      withLoadOf(all, variant).some((other) => hasEnded(other, name) === true),
  );
  if (open === undefined) return null;
  const { from, to } = variant.metered[open]!.rollout!;
  return `${open} does not get from ${from} to ${to} in this run`;
}

/** Whether the rollout of a component ends in most runs, with either version; null without one. */
function hasEnded({ metered }: VariantResult, name: string): boolean | null {
  const rollout = Object.hasOwn(metered, name) ? metered[name]!.rollout : undefined;
  if (rollout === undefined) return null;
  return rollout.running < rollout.promoted + rollout.rolledBack;
}
