import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** A variant with its runs without possible causes. */
export interface Explained {
  readonly variant: VariantResult;
  readonly own: Counterfactuals;
}

/** The variants that were run again. */
export function explainedOf(variants: readonly VariantResult[]): readonly Explained[] {
  return variants.flatMap((variant) =>
    variant.counterfactuals === undefined ? [] : [{ variant, own: variant.counterfactuals }],
  );
}

/** Description of a fault of a variant; with its id if another one has the same words. */
export function wordsOf({ faults }: VariantResult, id: string): string {
  const words = faults.find((fault) => fault.id === id)?.words;
  if (words === undefined) return id;
  const isShared = faults.some((fault) => fault.id !== id && fault.words === words);
  return isShared ? `${words} (${id})` : words;
}
