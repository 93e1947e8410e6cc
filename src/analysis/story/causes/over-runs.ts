import type { CauseFact } from '../../../contracts/result/cause.js';
import type { Story } from '../../measure/story.js';
import { keyOf } from './candidate.js';

/** A cause with a smaller mean share is none, although it is one in the first run. */
const SOME = 0.02;
/** A cause of other runs is reported from this mean share on. */
const MOST = 0.3;

/** The causes of the first run with their mean shares over all runs, and those that dominate the other runs. */
export function causesOverRuns(stories: readonly Story[]): readonly CauseFact[] {
  const [first] = stories;
  const innocent = new Set(first.innocent.map(({ fault }) => fault));
  const all = new Map<string, CauseFact>();
  for (const { causes } of stories) {
    for (const cause of causes) if (!all.has(keyOf(cause))) all.set(keyOf(cause), cause);
  }
  // Runs without harm to users have no causes.
  const affected = Math.max(1, stories.filter(({ causes }) => causes.length > 0).length);
  return [...all]
    .map(([key, cause]): CauseFact => {
      if (cause.share === null) return cause;
      const shares = stories.flatMap(({ causes }) =>
        causes.filter((other) => keyOf(other) === key).map(({ share }) => share ?? 0),
      );
      return { ...cause, share: shares.reduce((sum, share) => sum + share, 0) / affected };
    })
    .filter((cause) => {
      if (cause.fault !== undefined && innocent.has(cause.fault)) return false;
      const isOfFirst = first.causes.some((other) => keyOf(other) === keyOf(cause));
      if (cause.share === null || cause.fault === undefined) return isOfFirst;
      return cause.share >= (isOfFirst ? SOME : MOST);
    })
    .sort((a, b) => a.at - b.at);
}
