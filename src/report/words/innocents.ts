import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount } from '../../text/figures.js';
import { wordsOf } from '../view/explained.js';

/** A fault that is not to blame, in words, and why. */
export interface Innocent {
  readonly words: string;
  readonly reason: string;
}

/** The faults of a variant that are not to blame, without those that do not strike: of these nothing is decided. */
export function innocentsOf(variant: VariantResult): readonly Innocent[] {
  const { events, innocent } = variant.cascade;
  const struck = new Set(events.filter(({ kind }) => kind === 'fault').map((e) => e.subject));
  return innocent
    .filter(({ fault }) => struck.has(fault))
    .map(({ fault, reason }) => ({ words: wordsOf(variant, fault), reason }));
}

/** A line for each of some of them: `items is flushed: without it the same requests fail.`; `most`: above this number, a count follows. */
export function innocentLines(all: readonly Innocent[], most: number): readonly string[] {
  const more = all.length - most;
  return [
    ...all
      .slice(0, more > 1 ? most : all.length)
      .map(({ words, reason }) => `${words}: ${reason}.`),
    ...(more > 1 ? [`${formatCount(more)} more faults.`] : []),
  ];
}
