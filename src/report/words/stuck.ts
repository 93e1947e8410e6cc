import { stuckWords } from '../../analysis/story/ending-words.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { capitalised, list } from '../../text/words.js';
import type { Words } from '../base/emphasis.js';
import { isLeftWaiting } from '../families/unseen.js';
import { staysDown } from '../view/episodes.js';
import type { View } from '../view/view.js';

/** `Users stay degraded for good: v2 of pricing stays.` Empty where all recovers, or *Why* names the loop that keeps it down. */
export function stuckLine(view: View): Words {
  const { cascade, counterfactuals } = view.worstVariant;
  if (sustainedBy(cascade, counterfactuals?.metastability ?? null) !== null) return [];
  const words = stuckOf(view, view.worstVariant);
  return words === null ? [] : [`${capitalised(words)}.`];
}

/** Most reasons that other variants have. */
const REASONS = 2;

/**
 * `no-dead-letter: the backlog of readings stays for good: a message that its consumer cannot process holds up readings.`
 * Of the variants that the three answers are not about.
 */
export function othersStuck(view: View): Words {
  const byWords = new Map<string, string[]>();
  for (const variant of view.result.variants) {
    const known = variant.cascade.endings.some(({ verdict }) => verdict !== 'undecided');
    const words = variant === view.worstVariant || !known ? null : stuckOf(view, variant);
    if (words !== null) byWords.set(words, [...(byWords.get(words) ?? []), variant.name]);
  }
  const all = [...byWords].slice(0, REASONS);
  return all.map(([words, names], k) => `${k === 0 ? '' : ' '}${list(names)}: ${words}.`);
}

/** Why a variant does not end well, where its run shows it. */
function stuckOf(view: View, variant: VariantResult): string | null {
  const { cascade, counterfactuals } = variant;
  if (!staysDown(variant) && !isLeftWaiting(view, variant)) return null;
  return stuckWords(cascade.endings, counterfactuals?.metastability ?? null)[0] ?? null;
}
