import type { BudgetResult, Comparison, Result, VariantResult } from '../spec/result/result.js';
import { isSplit, sameMargin } from '../stats/margin.js';
import { studentQuantile } from '../stats/student.js';
import type { Column } from './column.js';

/** The figure of a column, as far as a comparison needs it. */
export type Figure = Pick<Column, 'unit' | 'better' | 'pick' | 'paths'>;

/** A result and the variant with which the others are compared: a view, or the two that one is made from. */
export interface Compared {
  readonly result: Result;
  readonly baseline: VariantResult;
}

/** A value compared with that of the baseline. */
export interface Difference {
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly verdict: Comparison['verdict'];
  /** Difference that is too small to matter; null if there is nothing to compare. */
  readonly margin: number | null;
  /** The variants have other loads, so they are not compared. */
  readonly otherLoad?: true;
}

const NONE = { difference: null, ci95: null, verdict: 'unknown', margin: null } as const;

/** The difference to the baseline: from the comparisons, else paired over the replications. */
export function differenceOf(all: Compared, column: Figure, variant: VariantResult): Difference {
  if (variant.otherLoad === true) return { ...NONE, otherLoad: true };
  const { comparisons, incomplete } = all.result;
  for (const path of column.paths) {
    const found = comparisons.find((c) => c.of === variant.name && c.metric === path);
    if (found !== undefined) return found;
  }
  if (incomplete !== undefined && (variant.unfinished ?? !hasBaseline(all))) return NONE;
  return pairedDifference(all.result, column, variant, all.baseline);
}

/** How a variant compares with any other one, by the comparisons if one of them is the baseline. */
export function verdictBetween(
  all: Compared,
  column: Figure,
  one: VariantResult,
  two: VariantResult,
): Comparison['verdict'] {
  if (two.name === all.baseline.name) return decided(all, column, one, two, false);
  if (one.name === all.baseline.name) return decided(all, column, two, one, true);
  return pairedDifference(all.result, column, one, two).verdict;
}

function decided(
  all: Compared,
  column: Figure,
  other: VariantResult,
  baseline: VariantResult,
  isTurned: boolean,
): Comparison['verdict'] {
  const { verdict } = differenceOf({ ...all, baseline }, column, other);
  if (!isTurned || verdict === 'same' || verdict === 'unknown') return verdict;
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
  if (one === two) return false;
  if (all.result.replications > 1) return verdictBetween(all, column, one, two) === 'worse';
  const [a, b] = [column.pick(one), column.pick(two)];
  if (a.value === null || b.value === null) return false;
  const isLess = column.better === 'more' ? a.value < b.value : a.value > b.value;
  const margin = sameMargin(column.unit, b.value, limitsOn(all.result, column));
  if (!isLess || Math.abs(a.value - b.value) <= margin) return false;
  if (a.ci95 === null || b.ci95 === null) return true;
  return a.ci95[1] < b.ci95[0] || b.ci95[1] < a.ci95[0];
}

/** Whether all replications of the baseline are available for comparison. */
function hasBaseline({ baseline }: Compared): boolean {
  return baseline.baseline && baseline.unfinished === undefined;
}

/** Student's t on the differences of replications, centred on the difference of the pooled values. */
function pairedDifference(
  result: Result,
  column: Figure,
  variant: VariantResult,
  baseline: VariantResult,
): Difference {
  if (variant.otherLoad !== baseline.otherLoad) return { ...NONE, otherLoad: true };
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
  const mean = pairs.reduce((a, b) => a + b, 0) / pairs.length;
  const variance = pairs.reduce((a, b) => a + (b - mean) * (b - mean), 0) / (pairs.length - 1);
  const half = studentQuantile(0.975, pairs.length - 1) * Math.sqrt(variance / pairs.length);
  const ci95: readonly [number, number] = [difference - half, difference + half];
  const isWithin = ci95[0] >= -margin && ci95[1] <= margin;
  if (isWithin && !isSplit(one.value, two.value, limits))
    return { difference, ci95, verdict: 'same', margin };
  if (ci95[0] <= 0 && ci95[1] >= 0) return { difference, ci95, verdict: 'unknown', margin };
  const verdict = difference > 0 === (column.better === 'more') ? 'better' : 'worse';
  return { difference, ci95, verdict, margin };
}

/** Values to which budgets limit the metric of a column. */
function limitsOn({ variants, hypothesis }: Result, { paths }: Figure): readonly number[] {
  const own = (budget: BudgetResult): readonly number[] =>
    budget.limit !== null && budget.steps === undefined && paths.includes(budget.metric)
      ? [budget.limit]
      : [];
  return [
    ...variants.flatMap(({ budgets }) => budgets),
    ...(hypothesis?.expectations ?? []),
  ].flatMap(own);
}
