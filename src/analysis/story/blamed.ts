import type { CascadeResult } from '../../contracts/result/cascade.js';

/**
 * Ids of the faults that an account blames, the one with the largest part of the harm first. If it names none as a
 * cause, those that it does not clear, by their start.
 */
export function blamedIn({ causes, events, innocent }: CascadeResult): readonly string[] {
  const named = [...causes]
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || a.at - b.at)
    .flatMap(({ fault }) => fault ?? []);
  if (named.length > 0) return [...new Set(named)];
  const cleared = new Set(innocent.map(({ fault }) => fault));
  const struck = events.filter(({ kind, subject }) => kind === 'fault' && !cleared.has(subject));
  return [...new Set(struck.map(({ subject }) => subject))];
}
