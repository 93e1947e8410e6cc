import type { Result } from '../../contracts/result/result.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { hurtUsers } from './lead.js';
import { isLeftWaiting } from '../families/unseen.js';
import type { View } from '../view/view.js';

/** Most words of an answer. */
export const MOST = 22;

/** Whether no users of any variant are hurt, and no backlog outlives the run. */
export function isCalm(result: Result): boolean {
  return result.variants.every(
    (variant) => hurtUsers(variant).length === 0 && !isLeftWaiting({ result }, variant),
  );
}

/** `retries: ` where there are several variants. */
export function variantHead({ result, worstVariant }: View): Words {
  return result.variants.length > 1 ? [{ strong: worstVariant.name }, ': '] : [];
}

/** A sentence with as many of its further parts as it has room for. */
export function joined(head: Words, parts: readonly Words[]): Words {
  let all = head;
  for (const part of parts) {
    const longer = [...all, ...part];
    if (sizeOf(longer) <= MOST) all = longer;
  }
  return all;
}

/** A change with what it does; where there is no room for all of it, what becomes of the budgets comes first. */
export function withEffect(
  head: Words,
  { effect, goals }: { effect: string; goals: string },
): Words {
  const [first] = effect.split(', and ', 1);
  const texts = goals === '' ? [] : [`${effect}; ${goals}`, `${first!}; ${goals}`, goals];
  const all = [...texts, effect, first!].map((text): Words => [...head, `: ${text}`]);
  return all.find((words) => sizeOf(words) <= MOST) ?? head;
}

/** Number of words. */
export function sizeOf(words: Words): number {
  return plainWords(words)
    .split(/\s+/)
    .filter((word) => /[\p{L}\d]/u.test(word)).length;
}

/** A sentence up to the last comma or semicolon before it gets too long. */
export function shortened(words: Words): Words {
  if (sizeOf(words) <= MOST) return words;
  const parts = words.flatMap((word): Words =>
    typeof word === 'string' ? word.split(/(?=[;,] )/u) : [word],
  );
  for (let end = parts.length - 1; end > 0; end--) {
    const next = parts[end];
    const short = parts.slice(0, end);
    if (typeof next === 'string' && /^[;,] /u.test(next) && sizeOf(short) <= MOST) return short;
  }
  return words;
}
