import type { KnownCause } from '../../contracts/result/cause.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { Story } from '../measure/story.js';
import { formatCount } from '../../text/figures.js';

/** The cascade of the first run, with the number of runs in which each event happens. */
export type CountedStory = Omit<Story, 'events' | 'causes'> & {
  readonly events: readonly CascadeEvent[];
  readonly causes: readonly KnownCause[];
};

/** Most subjects, times or causes in one list of the sentence. */
export const LINKS_MAX = 4;
/** Smallest share of user requests that is reported if nothing else happens. */
export const SOME = 0.001;

/**
 * The number of runs in which an event happens; empty if it happens in all of them, or in all in which its cause does.
 */
export function seenIn({ runs }: CascadeEvent, all: number, cause = all): string {
  return runs === cause ? '' : `in ${formatCount(runs)} of ${formatCount(all)} runs`;
}

/** The same in parentheses. */
export function seenWords(event: CascadeEvent, all: number, cause = all): string {
  const seen = seenIn(event, all, cause);
  return seen && ` (${seen})`;
}

/** Whether a component's health gets worse. */
export function isDegradation(event: CascadeEvent): boolean {
  return DEGRADATIONS.includes(event.kind);
}

/** Each text once. */
export function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
