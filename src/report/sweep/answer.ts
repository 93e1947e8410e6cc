import { plainWords, type Words } from '../base/emphasis.js';
import type { SweepView } from './cases.js';
import { giveWords } from './gives.js';
import { edgeParts } from './limits.js';
import { sweepVerdict } from './words.js';

/** The same as the answers of a page: what holds up to where, the component that gives in first, and the rest. */
export function sweepAnswer(view: SweepView): {
  readonly what: Words | null;
  readonly why: Words | null;
  readonly also: readonly Words[];
} {
  const { edges } = view.result;
  const [edge] = edges;
  if (edge === undefined) {
    const gives = giveWords(view);
    const [what = null, ...others] = sweepVerdict(view);
    const [why = null] = gives;
    const isWhy = (words: Words): boolean => why !== null && plainWords(words) === plainWords(why);
    return { what, why, also: others.filter((words) => !isWhy(words)) };
  }
  const { whose, what, gives, measured } = edgeParts(view, edge);
  const others = sweepVerdict(view).slice(1);
  return {
    what: [`${whose} ${what}`],
    why: gives === '' ? null : [gives.trim()],
    also: [...(measured === '' ? [] : [[measured.trim()]]), ...others],
  };
}
