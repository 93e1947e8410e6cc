import { stuckWords } from '../../analysis/story/ending-words.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import { capitalised } from '../../text/words.js';
import type { Words } from '../base/emphasis.js';
import { isLeftWaiting } from '../families/unseen.js';
import { staysDown } from '../view/episodes.js';
import type { View } from '../view/view.js';

/** `Users stay degraded for good: v2 of pricing stays.` Empty where all recovers, or *Why* names the loop that keeps it down. */
export function stuckLine(view: View): Words {
  const { cascade, counterfactuals } = view.worstVariant;
  if (!staysDown(view.worstVariant) && !isLeftWaiting(view, view.worstVariant)) return [];
  const proof = counterfactuals?.metastability ?? null;
  if (sustainedBy(cascade, proof) !== null) return [];
  const [first] = stuckWords(cascade.endings, proof);
  return first === undefined ? [] : [`${capitalised(first)}.`];
}
