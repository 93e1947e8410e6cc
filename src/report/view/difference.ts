import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult, Comparison } from '../../contracts/result/budgets.js';
import { compareFamily, type Comparing } from '../../stats/comparison.js';
import { sameMargin } from '../../stats/margin.js';
import { documentedError } from '../../stats/paired.js';
import type { Column } from './column.js';
import { haveSameLoad, referenceOf, withLoadOf, type Compared } from './reference.js';

/** The figure of a column, as far as a comparison needs it. */
export type Figure = Pick<Column, 'key' | 'unit' | 'better' | 'pick' | 'paths' | 'unranked'>;

/** A value compared with that of the first variant with the same load, such as the baseline. */
export interface Difference extends Omit<Comparing, 'adjustedP'> {
  /** No other variant has its load, or it is the first one that has it. */
  readonly otherLoad?: true;
}

const NONE = {
  difference: null,
  interval: null,
  confidence: null,
  verdict: 'unknown',
  margin: null,
} as const;

/** The difference to the first variant with the same load: from the comparisons, else paired over the replications. */
export function differenceOf(all: Compared, column: Figure, variant: VariantResult): Difference {
  const reference = referenceOf(all, variant);
  if (reference === variant && variant.otherLoad === true) return { ...NONE, otherLoad: true };
  if (column.unranked === true) return NONE;
  const { comparisons, incomplete } = all.result;
  for (const path of column.paths) {
    const found = comparisons.find((c) => c.of === variant.name && c.metric === path);
    if (found !== undefined) return found;
  }
  if (incomplete !== undefined && (variant.unfinished ?? !isWhole(reference))) return NONE;
  return pairedDifference(all, column, variant, reference);
}

/** How a variant compares with any other one, by the comparisons if one of them is the first with their load. */
export function verdictBetween(
  all: Compared,
  column: Figure,
  one: VariantResult,
  two: VariantResult,
): Comparison['verdict'] {
  return differenceBetween(all, column, one, two).verdict;
}

/** The verdict of a variant on another one, and if there is none, the side to which each pair of runs leans. */
export function differenceBetween(
  all: Compared,
  column: Figure,
  one: VariantResult,
  two: VariantResult,
): Pick<Difference, 'verdict' | 'leaning'> {
  const reference = referenceOf(all, one);
  if (reference !== referenceOf(all, two) || column.unranked === true) return NONE;
  if (two === reference) return differenceOf(all, column, one);
  if (one !== reference) return pairedDifference(all, column, one, two);
  const { verdict, leaning } = differenceOf(all, column, two);
  const own = turned(verdict);
  return leaning === undefined ? { verdict: own } : { verdict: own, leaning: turned(leaning) };
}

function turned<V extends Comparison['verdict']>(verdict: V): V | 'better' | 'worse' {
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
  if (one === two || column.unranked === true || !haveSameLoad(all, one, two)) return false;
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

/** The difference between two variants with the same load, judged with those of all others to the second one. */
function pairedDifference(
  all: Compared,
  column: Figure,
  variant: VariantResult,
  reference: VariantResult,
): Difference {
  const base = column.pick(reference);
  if (base.value === null || column.pick(variant).value === null) return NONE;
  const known = familyOf(all, column, reference).get(variant);
  return known ?? judgedWith(all, column, [variant], reference)[0]!;
}

/** By column and the variant compared with: the judgements on all others. Each pair of a ranking asks for them. */
const FAMILIES = new WeakMap<Figure, Map<VariantResult, Family>>();

type Family = ReadonlyMap<VariantResult, Difference>;

function familyOf(all: Compared, column: Figure, reference: VariantResult): Family {
  const own = FAMILIES.get(column) ?? new Map<VariantResult, Family>();
  FAMILIES.set(column, own);
  const known = own.get(reference);
  if (known !== undefined) return known;
  const others = withLoadOf(all, reference).filter((one) => one !== reference);
  const judged = judgedWith(all, column, others, reference);
  const family = new Map(others.map((one, i) => [one, judged[i]!]));
  own.set(reference, family);
  return family;
}

/** The differences of some variants to another one, judged together. */
function judgedWith(
  all: Compared,
  column: Figure,
  compared: readonly VariantResult[],
  reference: VariantResult,
): readonly Difference[] {
  const base = column.pick(reference);
  const family = compared.map((one) => {
    const figure = column.pick(one);
    const { value, each } = figure;
    const pairs = each.flatMap((other, i) => {
      const own = base.each[i];
      const isKnown = other !== null && own !== null && own !== undefined;
      return isKnown ? [[own, other] as const] : [];
    });
    const member = { value, baseValue: base.value, pairs };
    if (!isQuantile(column.key)) return member;
    return { ...member, uncertain: [documentedError(base), documentedError(figure)] as const };
  });
  const { unit, better } = column;
  return compareFamily(family, { unit, better, limits: limitsOn(all.result, column) });
}

/** Whether a metric is a quantile: `users.latency.p99 during outage`. */
export function isQuantile(metric: string): boolean {
  return /\.p\d+\b/u.test(metric);
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
