import { synonym } from './synonyms.js';

/** Names longer than this get no suggestion: a typo in so long a name is unlikely. */
const WORD_MAX = 80;

/**
 * The valid name nearest to a wrong one. At most two edits apart (one for words of up to four letters, a third of the
 * length for long ones), by Damerau-Levenshtein; ties go to the first by code unit.
 */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  if (wrong.length > WORD_MAX || wrong.length < 2) return undefined;
  const limit = wrong.length <= 4 ? 1 : Math.max(2, Math.floor(wrong.length / 3));
  const lower = wrong.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of [...names].sort()) {
    if (Math.abs(name.length - wrong.length) > limit) continue;
    const distance = editDistance(lower, name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Shorter names are part of too many words. */
const WITHIN_MIN = 3;

/**
 * The name that was probably meant: the nearest one, else the longest one that the wrong word starts or ends with, such
 * as `drain` in `drainTime`.
 */
export function meant(wrong: string, names: readonly string[]): string | undefined {
  const near = nearest(wrong, names);
  if (near !== undefined || wrong.length > WORD_MAX) return near;
  const lower = wrong.toLowerCase();
  const within = names.filter((name) => {
    const other = name.toLowerCase();
    return name.length >= WITHIN_MIN && (lower.startsWith(other) || lower.endsWith(other));
  });
  return [...within].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
}

/** The word of the language that was probably meant: a synonym, else as in `meant`. */
export function wordFor(wrong: string, words: readonly string[]): string | undefined {
  return synonym(wrong, words) ?? meant(wrong, words);
}

/**
 * Number of insertions, deletions, replacements and swaps of neighbours between two words. Counting stops at `enough`.
 * Source: Damerau 1964, optimal string alignment.
 */
export function editDistance(a: string, b: string, enough = Infinity): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2] + 1);
      }
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= enough) return least;
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
