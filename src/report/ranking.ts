import type { VariantResult } from '../spec/result/result.js';
import { heldBudgets } from './view.js';

/** Variants from the best to the worst: fewest budgets missed, most success, lowest p99; unfinished ones last. */
export function ranked(variants: readonly VariantResult[]): readonly VariantResult[] {
  const keys = new Map(variants.map((variant) => [variant, keyOf(variant)]));
  return [...variants].sort((a, b) => {
    const [x, y] = [keys.get(a)!, keys.get(b)!];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? 0 : x[at]! - y[at]!;
  });
}

/** Ranking criteria, the most important first; less is better. */
function keyOf(variant: VariantResult): readonly number[] {
  const { held, of } = heldBudgets(variant);
  const { success, successLatency } = variant.summary;
  return [
    variant.unfinished === undefined ? 0 : 1,
    of - held,
    -(success.value ?? 0),
    successLatency.p99.value ?? Number.MAX_VALUE,
  ];
}
