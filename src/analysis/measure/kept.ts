import type { RunRecord } from '../../contracts/record/record.js';
import type { VariantData } from './variant-data.js';

type Figures<T> = (data: VariantData) => T;

interface Kept extends Pick<VariantData, 'variant' | 'plan'> {
  readonly found: Map<Figures<unknown>, unknown>;
}

/** By the records of a variant, for as long as they are in memory. */
const KEPT = new WeakMap<readonly RunRecord[], Kept>();

/**
 * What a function finds in the runs of a variant. A result is made once before its causes are proved and once with the
 * proofs; what depends on the runs alone is computed once and kept in between.
 */
export function kept<T>(data: VariantData, figures: Figures<T>): T {
  const { found } = keptOf(data);
  if (!found.has(figures)) found.set(figures, figures(data));
  return found.get(figures) as T;
}

function keptOf({ variant, plan, records }: VariantData): Kept {
  const known = KEPT.get(records);
  if (known?.variant === variant && known.plan === plan) return known;
  const made: Kept = { variant, plan, found: new Map() };
  KEPT.set(records, made);
  return made;
}
