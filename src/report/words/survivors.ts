import type { VariantResult } from '../../contracts/result/result.js';
import { halvedEffects } from '../view/effects.js';
import { withLoadOf } from '../view/reference.js';
import { heldBudgets, holdsAll, isRemedy, type View } from '../view/view.js';
import { isCalm } from './answer-room.js';
import { besideText } from './character.js';

/** The variants that hold every goal where the one that the report is about does not, the one to advise first. */
export function survivorsOf(view: View): readonly VariantResult[] {
  const { worstVariant } = view;
  if (holdsAll(worstVariant)) return [];
  const changesIn = ({ changes }: VariantResult): number => changes?.length ?? 0;
  const halvedIn = (variant: VariantResult): number =>
    halvedEffects(view, worstVariant, variant).length;
  const all = withLoadOf(view, worstVariant).filter((variant) => isRemedy(view, variant));
  if (isUnharmed(view) && !all.some((variant) => halvedIn(variant) > 0)) return [];
  return all.sort(
    (a, b) =>
      changesIn(a) - changesIn(b) ||
      (b.summary.success.value ?? 0) - (a.summary.success.value ?? 0) ||
      halvedIn(b) - halvedIn(a),
  );
}

/** Whether nothing goes wrong in the variant that the report is about, which has no budgets. */
function isUnharmed(view: View): boolean {
  const { worstVariant, result } = view;
  return (
    heldBudgets(worstVariant).of === 0 &&
    worstVariant.summary.success.value === 1 &&
    isCalm(result) &&
    besideText(view, worstVariant) === null
  );
}
