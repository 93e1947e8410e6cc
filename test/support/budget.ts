import { parseExpression } from '../../src/language/expression.js';
import type { Expression } from '../../src/contracts/scenario/expression.js';
import type { BudgetSource } from '../../src/contracts/scenario/judgement.js';

/** A parsed expression; throws where it cannot be read. */
export function expressionOf(text: string): Expression {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}: ${parsed.found}`);
  return parsed.expression;
}

/** A budget as the scenario has it, with defaults. */
export function budgetOf(text: string, own: Partial<BudgetSource> = {}): BudgetSource {
  return {
    text,
    expression: expressionOf(text),
    name: null,
    severity: 'error',
    confidence: 0.95,
    strict: false,
    by: 0,
    allowEmpty: false,
    at: 'by hand',
    ...own,
  };
}
