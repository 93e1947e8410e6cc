import type { Comparison } from '../../spec/result/result.js';
import { holm, sectionInterval } from '../../stats/interval.js';
import { isSplit, sameMargin } from '../../stats/margin.js';
import { momentsOf } from '../../stats/moments.js';
import { studentCdf, studentQuantile } from '../../stats/student.js';
import { finite, type Measured } from '../measure/estimate.js';
import type { Headline } from '../measure/summary.js';

/** One headline figure, which every variant has. */
interface Row {
  readonly metric: string;
  readonly unit: Comparison['unit'];
  readonly better: 'low' | 'high';
  readonly measured: Measured;
}

const SIGNIFICANT = 0.05;
/** Fewest pairs that must all agree where differences have no scale. */
const UNANIMOUS = 3;

/**
 * Differences between every variant and the baseline, over runs that share their random numbers. The p-values of the
 * whole table are adjusted together. `limits` are the values to which budgets limit a metric.
 */
export function compareAll(
  variants: readonly { readonly name: string; readonly figures: Headline }[],
  baseline: string,
  subject: string,
  limits: Limits = NO_LIMITS,
): readonly Comparison[] {
  const base = variants.find((variant) => variant.name === baseline);
  if (base === undefined) return [];
  const baseRows = new Map(rowsOf(base.figures, subject).map((row) => [row.metric, row]));
  const drafts: Draft[] = [];
  for (const variant of variants) {
    if (variant === base) continue;
    for (const row of rowsOf(variant.figures, subject)) {
      const other = baseRows.get(row.metric);
      if (other !== undefined) drafts.push(draft(row, other, variant.name, baseline, limits));
    }
  }
  const tested = drafts.filter((entry) => entry.p !== null);
  const adjusted = holm(tested.map((entry) => entry.p!));
  const byDraft = new Map(tested.map((entry, i) => [entry, adjusted[i]]));
  return drafts.map((entry) => finished(entry, byDraft.get(entry) ?? null));
}

/** Limits of budgets, by metric and window. */
export type Limits = ReadonlyMap<string, readonly number[]>;

const NO_LIMITS: Limits = new Map();

interface Draft {
  readonly row: Row;
  readonly limits: readonly number[];
  readonly comparison: Omit<Comparison, 'adjustedP' | 'verdict'>;
  readonly p: number | null;
  /** If some run never recovers: +1 when all pairs are better, -1 when all are worse, else 0. */
  readonly oneSided: number;
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
    row('success', 'share', 'high', figures.success),
    row('goodput', 'perSecond', 'high', figures.goodput),
    ...figures.during.map((entry): Row => ({
      metric: `${entry.request}.success during ${entry.fault}`,
      unit: 'share',
      better: 'high',
      measured: entry.success,
    })),
    row('successLatency.p50', 'seconds', 'low', successLatency.p50),
    row('successLatency.p95', 'seconds', 'low', successLatency.p95),
    row('successLatency.p99', 'seconds', 'low', successLatency.p99),
    row('successLatency.p999', 'seconds', 'low', successLatency.p999),
  ];
  if (recovery.fault !== null) {
    rows.push(row(`recovery after ${recovery.fault}`, 'seconds', 'low', recovery));
  }
  rows.push(
    {
      metric: 'attemptsPerCall',
      unit: 'number',
      better: 'low',
      measured: figures.attemptsPerCall,
    },
    { metric: 'wastedWork', unit: 'share', better: 'low', measured: figures.wasted },
  );
  return rows;
}

function draft(row: Row, base: Row, name: string, baseline: string, all: Limits): Draft {
  const limits = all.get(row.metric) ?? [];
  const value = finite(row.measured.value);
  const baselineValue = finite(base.measured.value);
  const pairs = pairsOf(base.measured, row.measured);
  const isFinitePairs = pairs.every(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  const difference =
    value !== null && baselineValue !== null && isFinitePairs ? value - baselineValue : null;
  const differences = isFinitePairs ? pairs.map(([a, b]) => b - a) : [];
  const interval = difference === null ? null : sectionInterval(difference, differences);
  const sign = isFinitePairs ? { p: null, oneSided: 0 } : signs(pairs);
  return {
    row,
    limits,
    comparison: {
      metric: row.metric,
      of: name,
      baseline,
      n: pairs.length,
      value,
      baselineValue,
      difference,
      ci95: interval === null ? null : [interval.low, interval.high],
      family: 'headline',
      margin: baselineValue === null ? null : sameMargin(row.unit, baselineValue, limits),
      varianceRatio: isFinitePairs ? varianceRatio(pairs) : null,
      unit: row.unit,
    },
    p: interval === null ? sign.p : pValue(interval.estimate, interval.halfWidth, interval.n),
    oneSided: sign.oneSided,
  };
}

function finished(entry: Draft, adjustedP: number | null): Comparison {
  return { ...entry.comparison, adjustedP, verdict: verdictOf(entry, adjustedP) };
}

function verdictOf(entry: Draft, adjustedP: number | null): Comparison['verdict'] {
  const { difference, ci95, value, baselineValue, margin } = entry.comparison;
  const isSignificant = adjustedP !== null && adjustedP < SIGNIFICANT;
  if (difference === null) {
    if (entry.oneSided === 0) return 'unknown';
    return entry.oneSided > 0 ? 'better' : 'worse';
  }
  if (ci95 === null) return difference === 0 ? 'same' : 'unknown';
  const isWithin = margin !== null && ci95[0] >= -margin && ci95[1] <= margin;
  if (isWithin && !isSplit(value ?? 0, baselineValue ?? 0, entry.limits)) return 'same';
  const isApart = ci95[0] > 0 || ci95[1] < 0;
  if (!isApart || !isSignificant) return 'unknown';
  return difference > 0 === (entry.row.better === 'high') ? 'better' : 'worse';
}

/** Pairs of runs that both have the figure; Infinity means `never`. */
function pairsOf(base: Measured, other: Measured): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  const n = Math.min(base.each.length, other.each.length);
  for (let i = 0; i < n; i++) {
    const a = base.each[i];
    const b = other.each[i];
    if (a !== null && b !== null) pairs.push([a, b]);
  }
  return pairs;
}

/**
 * Sign test of pairs in which some never recover; ties are left out. Lower is better. Between recovery and no
 * recovery there is no scale, so a verdict needs at least three pairs that all agree.
 */
function signs(pairs: readonly (readonly [number, number])[]): {
  p: number | null;
  oneSided: number;
} {
  let better = 0;
  let worse = 0;
  for (const [a, b] of pairs) {
    if (b < a) better++;
    else if (b > a) worse++;
  }
  const n = better + worse;
  if (n === 0) return { p: pairs.length > 1 ? 1 : null, oneSided: 0 };
  let tail = 0;
  let ways = 1;
  for (let k = 0; k <= Math.min(better, worse); k++) {
    tail += ways;
    ways = (ways * (n - k)) / (k + 1);
  }
  let p = 2 * tail;
  for (let i = 0; i < n; i++) p /= 2;
  const oneSided = n < UNANIMOUS ? 0 : worse === 0 ? 1 : better === 0 ? -1 : 0;
  return { p: Math.min(1, p), oneSided };
}

function pValue(difference: number, halfWidth: number, n: number): number {
  const error = halfWidth / studentQuantile(0.975, n - 1);
  if (error === 0) return difference === 0 ? 1 : 0;
  return 2 * studentCdf(-Math.abs(difference / error), n - 1);
}

/** Variance of the difference between independent runs, relative to that of the pairs. */
function varianceRatio(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 2) return null;
  const apart = momentsOf(pairs.map(([a, b]) => b - a)).variance;
  const a = momentsOf(pairs.map((pair) => pair[0])).variance;
  const b = momentsOf(pairs.map((pair) => pair[1])).variance;
  return apart > 0 ? (a + b) / apart : null;
}
