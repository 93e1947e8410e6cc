import type {
  AgainstBudgets,
  AgainstRow,
  AgainstVariant,
  AgainstVerdict,
} from '../../contracts/result/against.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';

/** Whether a budget that counts is not met; an undecided one is, if it is strict. */
type IsBroken = (budget: BudgetResult) => boolean;

/** The verdict on one variant: one worse figure or lost budget is enough, and one undecided figure leaves it open. */
export function verdictOf(
  rows: readonly AgainstRow[],
  { lost, won }: Pick<AgainstBudgets, 'lost' | 'won'>,
): AgainstVerdict {
  const verdicts = rows.map(({ verdict }) => verdict);
  if (lost.length > 0 || verdicts.includes('worse')) return 'worse';
  if (verdicts.includes('unknown')) return 'unknown';
  return won.length > 0 || verdicts.includes('better') ? 'better' : 'same';
}

/** The verdict on all variants. */
export function verdictOfAll(variants: readonly Pick<AgainstVariant, 'verdict'>[]): AgainstVerdict {
  const has = (verdict: AgainstVerdict): boolean =>
    variants.some((variant) => variant.verdict === verdict);
  if (has('worse')) return 'worse';
  if (has('unknown')) return 'unknown';
  return has('better') ? 'better' : 'same';
}

/** Replications that would probably decide every undecided figure; null if some is never decided, or all are. */
export function moreOf(variants: readonly Pick<AgainstVariant, 'rows'>[]): number | null {
  const open = variants.flatMap(({ rows }) => rows.filter(({ verdict }) => verdict === 'unknown'));
  const needs = open.map(({ more }) => more);
  return needs.length === 0 || needs.includes(null) ? null : Math.max(...(needs as number[]));
}

/** What became of the budgets and expectations of a variant. A budget is the same one if its text is. */
export function budgetsOf(
  there: VariantResult | null,
  here: VariantResult,
  isBroken: IsBroken,
): AgainstBudgets {
  const [before, after] = [there === null ? NONE : countedIn(there), countedIn(here)];
  const texts = (holds: (own: BudgetResult, other: BudgetResult | undefined) => boolean) =>
    [...after.values()].flatMap((own) => (holds(own, before.get(own.text)) ? [own.text] : []));
  const held = (budget: BudgetResult | undefined): boolean => budget?.verdict === 'pass';
  const broken = (budget: BudgetResult | undefined): boolean =>
    budget !== undefined && isBroken(budget);
  return {
    there: heldOf(before),
    here: heldOf(after),
    lost: texts((own, other) => broken(own) && held(other)),
    won: texts((own, other) => held(own) && broken(other)),
    fresh: texts((own, other) => broken(own) && !held(other) && !broken(other)),
    both: texts((own, other) => broken(own) && broken(other)).length,
  };
}

const NONE: ReadonlyMap<string, BudgetResult> = new Map();

function countedIn({ budgets, expectations = [] }: VariantResult): Map<string, BudgetResult> {
  const counted = [...budgets, ...expectations].filter(
    ({ severity, applies }) => severity === 'error' && applies !== false,
  );
  return new Map(counted.map((one) => [one.text, one]));
}

function heldOf(budgets: ReadonlyMap<string, BudgetResult>): AgainstBudgets['here'] {
  const held = [...budgets.values()].filter(({ verdict }) => verdict === 'pass').length;
  return { held, of: budgets.size };
}
