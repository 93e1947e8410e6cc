import type { ScenarioFile } from '../spec/scenario/scenario.js';
import { parseExpression, type Expression } from './expression.js';

/** Everything that a file expects, budgets and hypothesis. */
export function expressionsOf({
  budgets,
  hypothesis,
}: Pick<ScenarioFile, 'budgets' | 'hypothesis'>): readonly Expression[] {
  return [...budgets, ...(hypothesis?.expect ?? [])].flatMap(({ text }) => {
    const parsed = parseExpression(text);
    return parsed.ok ? [parsed.expression] : [];
  });
}

/** Whether an expression is about a variant; one that cannot be read is about all. */
export function speaksOf(text: string, variant: string): boolean {
  const parsed = parseExpression(text);
  if (!parsed.ok) return true;
  const { variants } = parsed.expression;
  return variants === null || variants.some(({ name }) => name === variant);
}

/**
 * Whether an expression can be judged with these variants alone; `together`: those that run at the same settings, so
 * that they can be compared. Saved results are not part of a sweep.
 */
export function isJudgedAmong(
  text: string,
  variants: readonly string[],
  together: readonly string[],
): boolean {
  const parsed = parseExpression(text);
  if (!parsed.ok) return false;
  const { limit } = parsed.expression;
  if (limit.kind === 'ofSaved') return false;
  if (limit.kind === 'ofVariant' && !together.includes(limit.variant)) return false;
  return variants.some((name) => speaksOf(text, name));
}
