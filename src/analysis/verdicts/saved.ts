import type { Expression } from '../../contracts/scenario/expression.js';
import { measureText } from '../../language/expression.js';
import type { SavedValue } from '../../contracts/result/saved.js';
import { finite } from '../measure/estimate.js';
import { measureIn, type Study } from './study.js';
import type { VariantData } from '../measure/variant-data.js';

/** Key under which an expression is saved: its metric and window, without the limit. */
export function savedKey({ metric, window }: Expression): string {
  return measureText(metric, window);
}

/** Saved value of an expression in a variant; null if there is none. */
export function savedOf(
  study: Study,
  data: VariantData,
  expression: Expression,
): SavedValue | null {
  if (study.saved === null) return null;
  if (study.saved === 'own') {
    const { value, each } = measureIn(study, data, expression.metric, expression.window);
    return { value: finite(value), each: each.map(finite) };
  }
  return study.saved.get(data.variant.name)?.get(savedKey(expression)) ?? null;
}
