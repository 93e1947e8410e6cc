import type { BudgetResult, Comparison, Result, VariantResult } from '../spec/result/result.js';
import { isSplit, sameMargin } from '../stats/margin.js';
import { tInterval } from './t-interval.js';
import type { Column } from './column.js';
import { haveSameLoad, referenceOf, type Compared } from './reference.js';

/** The figure of a column, as far as a comparison needs it. */
export type Figure = Pick<Column, 'unit' | 'better' | 'pick' | 'paths'>;

/** A value compared with that of the first variant with the same load, such as the baseline. */
export interface Difference {
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly verdict: Comparison['verdict'];
  /** Difference that is too small to matter; null if there is nothing to compare. */
  readonly margin: number | null;
  /** No other variant has its load, or it is the first one that has it. */
  readonly otherLoad?: true;
}

const NONE = { difference: null, ci95: null, verdict: 'unknown', margin: null } as const;

/** The difference to the first variant with the same load: from the comparisons, else paired over the replications. */
export function differenceOf(all: Compared, column: Figure, variant: VariantResult): Difference {
  const reference = referenceOf(all, variant);
  if (reference === variant && variant.otherLoad === true) return { ...NONE, otherLoad: true };
  const { comparisons, incomplete } = all.result;
  for (const path of column.paths) {
    const found = comparisons.find((c) => c.of === variant.name && c.metric === path);
    if (found !== undefined) return found;
  }
  if (incomplete !== undefined && (variant.unfinished ?? !isWhole(reference))) return NONE;
  return pairedDifference(all.result, column, variant, reference);
}

/** How a variant compares with any other one, by the comparisons if one of them is the first with their load. */
export function verdictBetween(
  all: Compared,
  column: Figure,
  one: VariantResult,
  two: VariantResult,
): Comparison['verdict'] {
  const reference = referenceOf(all, one);
  if (reference !== referenceOf(all, two)) return 'unknown';
  if (two === reference) return differenceOf(all, column, one).verdict;
  if (one === reference) return turned(differenceOf(all, column, two).verdict);
  return pairedDifference(all.result, column, one, two).verdict;
}

function turned(verdict: Comparison['verdict']): Comparison['verdict'] {
  if (verdict === 'same' || verdict === 'unknown') return verdict;
  return verdict === 'better' ? 'worse' : 'better';
}

/**
 * Whether a variant is worse than another one: by the comparison, or in a single run, which has none, by more than the
 * margin and, where its steps give intervals, with intervals that do not overlap.
 */
export function isWorse(
  all: Compared,
  column: Figure,
  one: VariantResult,
  two: VariantResult,
): boolean {
  if (one === two || !haveSameLoad(all, one, two)) return false;
  if (all.result.replications > 1) return verdictBetween(all, column, one, two) === 'worse';
  const [a, b] = [column.pick(one), column.pick(two)];
  if (a.value === null || b.value === null) return false;
  const isLess = column.better === 'more' ? a.value < b.value : a.value > b.value;
  const margin = sameMargin(column.unit, b.value, limitsOn(all.result, column));
  if (!isLess || Math.abs(a.value - b.value) <= margin) return false;
  if (a.ci95 === null || b.ci95 === null) return true;
  return a.ci95[1] < b.ci95[0] || b.ci95[1] < a.ci95[0];
}

/** Whether all replications of a reference are available. A baseline that never ran is replaced by another variant. */
function isWhole({ baseline, otherLoad, unfinished }: VariantResult): boolean {
  return (baseline || otherLoad === true) && unfinished === undefined;
}

/** Student's t on the differences of replications, centred on the difference of the pooled values. */
function pairedDifference(
  result: Result,
  column: Figure,
  variant: VariantResult,
  baseline: VariantResult,
): Difference {
  const one = column.pick(variant);
  const two = column.pick(baseline);
  if (one.value === null || two.value === null) return NONE;
  const difference = one.value - two.value;
  const limits = limitsOn(result, column);
  const margin = sameMargin(column.unit, two.value, limits);
  const pairs: number[] = [];
  one.each.forEach((value, i) => {
    const other = two.each[i];
    if (value !== null && other !== null && other !== undefined) pairs.push(value - other);
  });
  if (pairs.length < 2)
    return { difference, ci95: null, verdict: difference === 0 ? 'same' : 'unknown', margin };
  const ci95 = tInterval(difference, pairs) ?? ([difference, difference] as const);
  const isWithin = ci95[0] >= -margin && ci95[1] <= margin;
  if (isWithin && !isSplit(one.value, two.value, limits))
    return { difference, ci95, verdict: 'same', margin };
  if (ci95[0] <= 0 && ci95[1] >= 0) return { difference, ci95, verdict: 'unknown', margin };
  const verdict = difference > 0 === (column.better === 'more') ? 'better' : 'worse';
  return { difference, ci95, verdict, margin };
}

/** By result, the values to which its budgets limit each metric. Every cell of every variant asks for them. */
const LIMITS = new WeakMap<Result, ReadonlyMap<string, readonly number[]>>();

/** Values to which budgets limit the metric of a column. */
function limitsOn(result: Result, { paths }: Figure): readonly number[] {
  const known = LIMITS.get(result) ?? limitsOf(result);
  LIMITS.set(result, known);
  return paths.flatMap((path) => known.get(path) ?? []);
}

function limitsOf({ variants, hypothesis }: Result): ReadonlyMap<string, readonly number[]> {
  const limits = new Map<string, number[]>();
  const all: readonly BudgetResult[] = [
    ...variants.flatMap(({ budgets, expectations = [] }) => [...budgets, ...expectations]),
    ...(hypothesis?.expectations ?? []),
  ];
  for (const { metric, limit, steps } of all) {
    if (limit === null || steps !== undefined) continue;
    const own = limits.get(metric) ?? [];
    if (!own.includes(limit)) own.push(limit);
    limits.set(metric, own);
  }
  return limits;
}
