import { plainWords, type Words } from '../emphasis.js';
import type { SweepView } from './cases.js';
import { edgeGives, giveWords } from './gives.js';
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
  const gives = edgeGives(view, edge).trim();
  const [first = [], ...others] = sweepVerdict(view);
  const text = plainWords(first).replace(edgeGives(view, edge), '');
  const end = text.indexOf('. ');
  const [what, rest] = end < 0 ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 2)];
  return {
    what: [what],
    why: gives === '' ? null : [gives],
    also: [...(rest === '' ? [] : [[rest]]), ...others],
  };
}
