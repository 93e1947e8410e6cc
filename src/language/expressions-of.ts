import type { Expression, Measure } from '../spec/scenario/expression.js';
import type { ScenarioFile } from '../spec/scenario/scenario.js';

/** All expressions of a file: budgets and hypothesis. */
export function expressionsOf({
  budgets,
  hypothesis,
}: Pick<ScenarioFile, 'budgets' | 'hypothesis'>): readonly Expression[] {
  return [...budgets, ...(hypothesis?.expect ?? [])].map(({ expression }) => expression);
}

/** Whether an expression applies to a variant. */
export function speaksOf({ variants }: Measure, variant: string): boolean {
  return variants === null || variants.some(({ name }) => name === variant);
}

/**
 * Whether an expression can be judged in these variants. `together`: variants that run at the same settings, so that
 * they can be compared. Sweeps have no saved results.
 */
export function isJudgedAmong(
  expression: Expression,
  variants: readonly string[],
  together: readonly string[],
): boolean {
  const { limit } = expression;
  if (limit.kind === 'ofSaved') return false;
  if (limit.kind === 'ofVariant' && !together.includes(limit.variant)) return false;
  return variants.some((name) => speaksOf(expression, name));
}
