import type { Expression, Measure } from '../contracts/scenario/expression.js';
import { JUDGED_SECTIONS, type JudgedSection } from '../contracts/scenario/judged.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';

type Judging = Pick<ScenarioFile, JudgedSection | 'hypothesis'>;

/** Everything by which a file judges its variants, with its path: budgets, expectations, and those of the hypothesis. */
export function judgedIn(
  file: Judging,
): readonly { readonly source: BudgetSource; readonly path: readonly (string | number)[] }[] {
  const lists = JUDGED_SECTIONS.map((section) => ({ at: [section], list: file[section] }));
  const own = { at: ['hypothesis', 'expect'], list: file.hypothesis?.expect ?? [] };
  return [...lists, own].flatMap(({ at, list }) =>
    list.map((source, i) => ({ source, path: [...at, i] })),
  );
}

/** All expressions of a file. */
export function expressionsOf(file: Judging): readonly Expression[] {
  return judgedIn(file).map(({ source }) => source.expression);
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
