import { log } from '../kernel/math.js';

/** A look at a growing number of replications, with the error that it may spend. */
export interface Look {
  readonly replications: number;
  readonly error: number;
}

/** Probability that looks at two alike systems find a difference, all looks together. */
export const LOOKS_ERROR = 0.05;

/**
 * Looks that are fixed before the first run: after `first` replications, and after each doubling up to `most`. At the
 * share t of all replications, LOOKS_ERROR * ln(1 + (e - 1) t) is spent: the spending function that gives bounds like
 * Pocock's. A look may spend what was added since the one before, so all together err at most LOOKS_ERROR (Bonferroni's
 * inequality, which needs nothing about how looks depend on each other). Source: Lan and DeMets, Discrete sequential
 * boundaries for clinical trials, Biometrika 70 (1983), 659-663.
 */
export function looksOf(first: number, most: number): readonly Look[] {
  const sizes = [first];
  while (sizes.at(-1)! * 2 <= most) sizes.push(sizes.at(-1)! * 2);
  const last = sizes.at(-1)!;
  const spent = sizes.map((size) => spentAt(size / last));
  return sizes.map((replications, i) => ({
    replications,
    error: spent[i]! - (i === 0 ? 0 : spent[i - 1]!),
  }));
}

/** The share of its error probability that whatever is judged at a look may spend there. */
export function partOf({ error }: Look): number {
  return error / LOOKS_ERROR;
}

function spentAt(share: number): number {
  return LOOKS_ERROR * log(1 + (Math.E - 1) * share);
}
