import type { ScenarioFile } from '../spec/scenario.js';
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
