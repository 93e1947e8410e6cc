import type {
  AgainstBudgets,
  AgainstRow,
  AgainstVariant,
  AgainstVerdict,
} from '../../contracts/result/against.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { FIGURES, SUCCESS } from './figures.js';
import { isApartFromZero } from './rows.js';

/** Whether a budget that counts is not met; an undecided one is, if it is strict. */
type IsBroken = (budget: BudgetResult) => boolean;

/**
 * The verdict on one variant. A lost budget is enough for worse, and so is a worse figure that no gain outweighs; one
 * undecided figure leaves it open.
 */
export function verdictOf(
  rows: readonly AgainstRow[],
  { lost, won }: Pick<AgainstBudgets, 'lost' | 'won'>,
): AgainstVerdict {
  const has = (verdict: AgainstRow['verdict']): boolean =>
    rows.some((row) => row.verdict === verdict);
  const isOutweighed = (won.length > 0 && !isWorse(rows, SUCCESS)) || isPaidFor(rows);
  if (lost.length > 0 || (has('worse') && !isOutweighed)) return 'worse';
  if (has('unknown')) return 'unknown';
  if (has('worse')) return 'trade';
  return won.length > 0 || has('better') ? 'better' : 'same';
}

/** Whether more runs cannot turn this into a trade: the undecided gains do not outweigh what is worse, either. */
export function staysWorse(rows: readonly AgainstRow[]): boolean {
  const hoped = rows.map((row): AgainstRow => {
    return row.verdict === 'unknown' && weightOf(row) > 0 ? { ...row, verdict: 'better' } : row;
  });
  return verdictOf(hoped, { lost: [], won: [] }) === 'worse';
}

/**
 * Whether what is better weighs as much as what is worse, with what differs for certain within its margin. No gain outweighs
 * a loss of success.
 */
function isPaidFor(rows: readonly AgainstRow[]): boolean {
  const decided = rows.filter((row) => isDecided(row) || isSmall(row));
  return !isWorse(rows, SUCCESS) && decided.reduce((sum, row) => sum + weightOf(row), 0) >= 0;
}

function isDecided({ verdict }: AgainstRow): boolean {
  return verdict === 'better' || verdict === 'worse';
}

/** Whether a figure differs for certain, by less than its margin. */
function isSmall({ verdict, interval }: AgainstRow): boolean {
  return verdict === 'same' && interval !== null && isApartFromZero(interval);
}

/** Whether a figure is certainly better by less than its margin: of a trade, this may be a part of what is gained. */
export function isSmallGain(row: AgainstRow): boolean {
  return isSmall(row) && weightOf(row) > 0;
}

function isWorse(rows: readonly AgainstRow[], figure: string): boolean {
  return rows.some((row) => row.figure === figure && row.verdict === 'worse');
}

/** What a change of a figure weighs, in failed requests: above 0 if it is better. */
function weightOf({ figure, unit, there, difference }: AgainstRow): number {
  const { better, weight } = FIGURES.find(({ name }) => name === figure)!;
  if (difference === null || difference === 0) return 0;
  const change = unit === 'share' ? difference : difference / there!;
  return (better === 'more' ? 1 : -1) * weight * change;
}

/** The verdict on all variants. */
export function verdictOfAll(variants: readonly Pick<AgainstVariant, 'verdict'>[]): AgainstVerdict {
  const has = (verdict: AgainstVerdict): boolean =>
    variants.some((variant) => variant.verdict === verdict);
  if (has('worse')) return 'worse';
  if (has('unknown')) return 'unknown';
  if (has('trade')) return 'trade';
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
