import type { VariantResult } from '../../contracts/result/result.js';
import type { Words } from '../base/emphasis.js';
import { heldBudgets } from '../view/view.js';
import { withEffect } from './answer-room.js';
import { changeWords } from './cheapest.js';
import type { Price } from './price.js';

/**
 * `as-is serves users best (90 %, strict 84 %); set databases.db.cpu.cores to 8 (now 4): 1 request fails instead of 14,713`:
 * what is said of a variant that breaks a budget too, with the setting that helps it; null where no run shows one.
 */
export function changedBest(
  variant: VariantResult,
  head: Words,
): { readonly words: Words; readonly price: Price } | null {
  const own = variant.counterfactuals;
  const isMissed = heldBudgets(variant).broken > 0;
  const change = own === undefined || !isMissed ? null : changeWords(own, variant);
  if (change?.isNamed !== true) return null;
  const words = withEffect([...head, `; ${change.words}`], change);
  return { words: [...words, '.'], price: change.price };
}
