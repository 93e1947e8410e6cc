import type { Result, VariantResult } from '../../contracts/result/result.js';
import { allOf, capitalised, plural, verb } from '../../text/words.js';
import { isFailure, isUndecided } from '../view/budget-words.js';
import type { Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import {
  CHECKS,
  GOALS,
  namedIn,
  rowsOf,
  tallyOf,
  type JudgedList,
  type JudgedRow,
  type Tally,
} from '../view/judged.js';

/** Words for variants without budgets that count: some may not apply; a file may only expect a behaviour. */
export function noBudgets(variants: readonly VariantResult[]): string {
  return withoutBudgets({ variants }) ? 'no budgets' : 'no budget applies';
}

/** Whether no variant has a budget. */
export function withoutBudgets({ variants }: Pick<Result, 'variants'>): boolean {
  return variants.every((variant) => !has(GOALS, variant));
}

/** The variants of which a behaviour is expected and that have no budget, as the incident beside its cure. */
export function judgedByChecksAlone(variants: readonly VariantResult[]): readonly VariantResult[] {
  return variants.filter((variant) => !has(GOALS, variant) && has(CHECKS, variant));
}

/** Whether anything in a variant is not as its file expects. */
export function isUnexpected(variant: VariantResult): boolean {
  return tallyOf(CHECKS, variant).broken > 0;
}

/** Whether a variant is as expected: `2 of 7 expectations not met`; null if nothing is expected of it. */
export function expectedText(variant: VariantResult): string | null {
  const { held, of, broken } = tallyOf(CHECKS, variant);
  if (of === 0) return null;
  const all = plural(of, 'expectation');
  if (broken > 0) return `${broken} of ${all} not met`;
  return held < of ? `${of - held} of ${all} undecided` : 'behaves as expected';
}

/** Numbers of expectations that are as expected in all variants that they are about, and that are not in some. */
export function expectedCounts({ variants }: Pick<Result, 'variants'>): Tally {
  const counted = countedRows(variants);
  const isMet = ({ by }: JudgedRow): boolean =>
    by.every((one) => one === null || one.applies === false || one.verdict === 'pass');
  const isUnmet = ({ by }: JudgedRow): boolean => by.some((one) => one !== null && isFailure(one));
  return {
    held: counted.filter(isMet).length,
    of: counted.length,
    broken: counted.filter(isUnmet).length,
  };
}

/** Whether the runs behave as expected, after what is said of the budgets: `Not as expected: “orders.success < 10 %” in peak. ` */
export function expectedWords({ variants }: Pick<Result, 'variants'>): Words {
  const { of, held } = expectedCounts({ variants });
  if (of === 0) return [];
  const without = judgedByChecksAlone(variants);
  const names = listed(without.map(({ name }) => name));
  const missing = withoutBudgets({ variants })
    ? 'No budgets. '
    : without.length === 0
      ? ''
      : `${names} ${without.length === 1 ? 'has' : 'have'} no budgets. `;
  const wrong = namedIn(CHECKS, variants, isFailure);
  const open = namedIn(CHECKS, variants, isUndecided);
  return [
    missing,
    ...(wrong === null ? [] : [`Not as expected: ${wrong}. `]),
    ...(open === null ? [] : [`Whether it is as expected is undecided: ${open}. `]),
    ...(held < of
      ? []
      : [`${capitalised(allOf(of, 'expected behaviour'))} ${verb(of, 'are', 'is')} seen. `]),
  ];
}

/** Whether a list has anything for a variant that counts for the exit code. */
function has(list: JudgedList, variant: VariantResult): boolean {
  return list.of(variant).some(({ severity }) => severity === 'error');
}

function countedRows(variants: readonly VariantResult[]): readonly JudgedRow[] {
  return rowsOf(CHECKS, variants).filter(({ by }) =>
    by.some((one) => one !== null && one.severity === 'error' && one.applies !== false),
  );
}
