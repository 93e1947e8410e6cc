import type { Look } from '../stats/looks.js';

/**
 * Takes looks in their order until one wants no more: `at` makes the runs that a look lacks, judges them, and returns
 * whether the next look is to be taken. The loop of `replications: until` and of `check --against`.
 */
export async function lookByLook(
  looks: readonly Look[],
  at: (look: Look) => Promise<'more' | 'enough'>,
): Promise<void> {
  for (const look of looks) if ((await at(look)) === 'enough') return;
}
