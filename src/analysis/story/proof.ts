import type { Counterfactuals } from '../../spec/result/counterfactual.js';
import type { Story } from '../measure/story.js';
import { UNSEEN } from './unseen-kinds.js';

/** By variant: its runs without each fault, if they were made. */
export type Proofs = ReadonlyMap<string, Counterfactuals>;

/**
 * The stories with the innocent faults that runs without them have shown. These runs count failed and slow requests, so
 * they prove nothing where something goes wrong that no request shows.
 */
export function proven(
  stories: readonly Story[],
  proof: Counterfactuals | undefined,
): readonly Story[] {
  if (proof === undefined) return stories;
  return stories.map((story) => {
    const isSeen = !story.events.some(({ kind }) => UNSEEN.has(kind));
    const innocent = proof.faults.flatMap(({ fault, role }) => {
      const known = story.innocent.filter((one) => one.fault === fault);
      if (role === 'undecided' || (role === 'none' && !isSeen)) return known;
      return role === 'none' ? [{ fault, reason: 'without it the same requests fail' }] : [];
    });
    return { ...story, innocent };
  });
}

/**
 * The fault that does most of the harm, in the variant that suffers most from its faults; null if none does, or if too
 * few runs were made to tell it from the others.
 */
export function provenCause(proofs: Proofs): string | null {
  let worst: Counterfactuals | null = null;
  for (const proof of proofs.values()) {
    if (worst === null || harmBy(proof) > harmBy(worst)) worst = proof;
  }
  if (worst?.faults.some(({ role }) => role === 'undecided') === true) return null;
  const causes = worst?.faults.filter(({ role }) => role === 'cause') ?? [];
  const [first] = [...causes].sort(
    (a, b) => weightOf(b) - weightOf(a) || (b.alone ?? 0) - (a.alone ?? 0),
  );
  return first?.fault ?? null;
}

function harmBy({ harm, background }: Counterfactuals): number {
  return harm - background;
}

function weightOf({ share, averted }: Counterfactuals['faults'][number]): number {
  return share ?? averted.value ?? 0;
}
