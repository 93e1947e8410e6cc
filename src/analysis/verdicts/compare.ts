import type { Comparison } from '../../contracts/result/budgets.js';
import { compareFamily, type Member } from '../../stats/comparison.js';
import { momentsOf } from '../../stats/moments.js';
import { finite, pairedValues, trialsOf, type Measured } from '../measure/estimate.js';
import type { Headline } from '../measure/summary.js';

/** One headline figure, which every variant has. */
interface Row {
  readonly metric: string;
  readonly unit: Comparison['unit'];
  readonly better: 'less' | 'more';
  readonly measured: Measured;
}

/**
 * Differences between every variant and the baseline, over runs that share their random numbers. A family is one figure
 * over all variants. `limits` are the values to which budgets limit a metric.
 */
export function compareAll(
  variants: readonly { readonly name: string; readonly figures: Headline }[],
  baseline: string,
  subject: string,
  limits: Limits = NO_LIMITS,
  error?: number,
): readonly Comparison[] {
  const base = variants.find((variant) => variant.name === baseline);
  if (base === undefined) return [];
  const others = variants.flatMap((variant) =>
    variant === base
      ? []
      : [{ of: variant.name, rows: byMetric(rowsOf(variant.figures, subject)) }],
  );
  const byFigure = rowsOf(base.figures, subject).map((row) =>
    compareRow(row, others, baseline, limits, error),
  );
  // The document lists them by variant.
  return others.flatMap(({ of }) => byFigure.flatMap((own) => own.filter((one) => one.of === of)));
}

/** Limits of budgets, by metric and window. */
export type Limits = ReadonlyMap<string, readonly number[]>;

const NO_LIMITS: Limits = new Map();

function byMetric(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.metric, row]));
}

/** One figure of all variants that have it. */
function compareRow(
  base: Row,
  others: readonly { readonly of: string; readonly rows: ReadonlyMap<string, Row> }[],
  baseline: string,
  all: Limits,
  error: number | undefined,
): readonly Comparison[] {
  const { metric, unit } = base;
  const family = others.flatMap(({ of, rows }) => {
    const row = rows.get(metric);
    return row === undefined ? [] : [{ of, ...memberOf(base.measured, row.measured) }];
  });
  const limits = all.get(metric) ?? [];
  const judged = compareFamily(family, { unit, better: base.better, limits }, error);
  return judged.map((one, i) => {
    const { of, value, baseValue, pairs } = family[i]!;
    const isFinitePairs = pairs.every(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
    return {
      metric,
      of,
      baseline,
      n: pairs.length,
      value,
      baselineValue: baseValue,
      ...one,
      family: 'headline',
      varianceRatio: isFinitePairs ? varianceRatio(pairs) : null,
      unit,
    };
  });
}

function memberOf(base: Measured, other: Measured): Member {
  return {
    value: finite(other.value),
    baseValue: finite(base.value),
    pairs: pairsOf(base, other),
    uncertain: [base.uncertain, other.uncertain],
    trials: trialsOf(base, other),
  };
}

function rowsOf(figures: Headline, subject: string): readonly Row[] {
  const row = (
    name: string,
    unit: Row['unit'],
    better: Row['better'],
    measured: Measured,
  ): Row => ({ metric: `${subject}.${name}`, unit, better, measured });
  const { successLatency, recovery } = figures;
  const rows: Row[] = [
    row('success', 'share', 'more', figures.success),
    row('goodput', 'perSecond', 'more', figures.goodput),
    ...figures.during.map((entry): Row => ({
      metric: `${entry.request}.success during ${entry.fault}`,
      unit: 'share',
      better: 'more',
      measured: entry.success,
    })),
    row('successLatency.p50', 'seconds', 'less', successLatency.p50),
    row('successLatency.p95', 'seconds', 'less', successLatency.p95),
    row('successLatency.p99', 'seconds', 'less', successLatency.p99),
    row('successLatency.p999', 'seconds', 'less', successLatency.p999),
  ];
  if (recovery.fault !== null) {
    rows.push(row(`recovery after ${recovery.fault}`, 'seconds', 'less', recovery));
  }
  const { attemptsPerCall, hasUnsent, wasted } = figures;
  const less = { better: 'less' } as const;
  // Calls that are never sent cost nothing, and make no variant better.
  if (!hasUnsent)
    rows.push({ metric: 'attemptsPerCall', unit: 'number', ...less, measured: attemptsPerCall });
  rows.push({ metric: 'wastedWork', unit: 'share', ...less, measured: wasted });
  return rows;
}

/** Pairs of runs that both have the figure; Infinity means `never`. */
function pairsOf(base: Measured, other: Measured): (readonly [number, number])[] {
  return pairedValues(base, other).flatMap(([a, b]): [number, number][] =>
    a !== null && b !== null ? [[a, b]] : [],
  );
}

/** Variance of the difference between independent runs, relative to that of the pairs. */
function varianceRatio(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 2) return null;
  const apart = momentsOf(pairs.map(([a, b]) => b - a)).variance;
  const a = momentsOf(pairs.map((pair) => pair[0])).variance;
  const b = momentsOf(pairs.map((pair) => pair[1])).variance;
  return apart > 0 ? (a + b) / apart : null;
}
