import { sumOf } from '../../stats/sums.js';
import type { Estimate, QuantileEstimates } from '../../contracts/result/estimate.js';
import {
  designEffect,
  sectionInterval,
  wilsonInterval,
  type Interval,
} from '../../stats/interval.js';
import type { Wide } from '../../stats/replications.js';
import { uncertainInterval, type Uncertain } from '../../stats/uncertain.js';
import { UncertainQuantile } from '../../stats/uncertain-quantile.js';
import { batchInterval, BATCHES, type Batches } from './batch-interval.js';
import type { Histogram } from '../../stats/histogram.js';

/** Kind of a measured value, which decides how its interval is computed. */
export type ValueKind =
  /** hits over trials: Wilson with the design effect between runs. */
  | 'share'
  /** A figure of pooled data and the same figure of each run; the interval is sectioned around the pooled figure. */
  | 'pooled'
  /** Observed exactly: counts, extremes, shares of runs. No interval unless one is asked for. */
  | 'exact'
  /** Seconds or `never` (Infinity). */
  | 'recovery';

/** A value over all runs of a variant. `null` = nothing was measured, Infinity = never. */
export interface Measured {
  readonly kind: ValueKind;
  readonly value: number | null;
  /** By replication. */
  readonly each: readonly (number | null)[];
  /** Only for shares: by replication. */
  readonly hits: readonly number[];
  readonly trials: readonly number[];
  /** Only for quantiles of two runs or more: from which their intervals come. */
  readonly uncertain?: Uncertain;
  /** Only for means of a single run: by step, see batchInterval. */
  readonly batches?: Batches;
}

/** Share of hits among trials, by replication. */
export function shareOf(hits: readonly number[], trials: readonly number[]): Measured {
  return {
    kind: 'share',
    value: ratio(sumOf(hits), sumOf(trials)),
    each: ratios(hits, trials),
    hits,
    trials,
  };
}

/** Ratio of two sums; numerator and denominator by replication. */
export function ratioOf(over: readonly number[], under: readonly number[]): Measured {
  return pooled(ratio(sumOf(over), sumOf(under)), ratios(over, under));
}

/** Mean of one figure of each run. */
export function meanOf(
  each: readonly (number | null)[],
  kind: 'pooled' | 'exact' = 'pooled',
): Measured {
  const known = each.filter((value) => value !== null);
  return { kind, value: ratio(sumOf(known), known.length), each, hits: [], trials: [] };
}

/** Seconds until something ends, by run; `never` = Infinity. The value is the mean of the ends, if there are most. */
export function recoveryFrom(each: readonly (number | null)[]): Measured {
  const known = each.filter((value) => value !== null);
  const ended = known.filter((value) => Number.isFinite(value));
  const isMostlyNever = known.length > 0 && ended.length * 2 <= known.length;
  const value = isMostlyNever ? Infinity : meanOf(ended).value;
  return { kind: 'recovery', value, each, hits: [], trials: [] };
}

/** Largest of one figure per run. */
export function largestOf(each: readonly (number | null)[]): Measured {
  return extremeOf(each, Math.max);
}

/** Smallest of one figure of each run. */
export function smallestOf(each: readonly (number | null)[]): Measured {
  return extremeOf(each, Math.min);
}

function extremeOf(
  each: readonly (number | null)[],
  extreme: (...values: number[]) => number,
): Measured {
  const known = each.filter((value) => value !== null);
  const value = known.length === 0 ? null : extreme(...known);
  return { kind: 'exact', value, each, hits: [], trials: [] };
}

/** A figure of pooled data with the same figure of each run. */
export function pooled(value: number | null, each: readonly (number | null)[]): Measured {
  return { kind: 'pooled', value, each, hits: [], trials: [] };
}

/** A value that could not be measured. */
export function nothing(replications: number): Measured {
  return pooled(null, new Array<null>(replications).fill(null));
}

/** A statistic of a histogram of ns, in seconds; null if it is empty. */
export function statistic(histogram: Histogram, name: string): number | null {
  if (histogram.count === 0) return null;
  switch (name) {
    case 'mean':
      return histogram.mean() / 1e9;
    case 'min':
      return histogram.min / 1e9;
    case 'max':
      return histogram.max / 1e9;
    default:
      return histogram.quantile(QUANTILES.get(name)!) / 1e9;
  }
}

/** Quantiles by the name of their statistic. */
export const QUANTILES: ReadonlyMap<string, number> = new Map([
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
]);

/** A figure for each statistic that latencies have. */
export function byStatistic<T>(
  figureOf: (name: keyof QuantileEstimates) => T,
): Readonly<Record<keyof QuantileEstimates, T>> {
  return {
    mean: figureOf('mean'),
    p50: figureOf('p50'),
    p90: figureOf('p90'),
    p95: figureOf('p95'),
    p99: figureOf('p99'),
    p999: figureOf('p999'),
    max: figureOf('max'),
  };
}

/** A statistic of pooled histograms, with that of each run. */
export function distributionOf(all: Histogram, each: readonly Histogram[], name: string): Measured {
  const kind = name === 'min' || name === 'max' ? 'exact' : 'pooled';
  const values = each.map((histogram) => statistic(histogram, name));
  const value = statistic(all, name);
  const p = QUANTILES.get(name);
  const isUncertain = p !== undefined && value !== null && each.length > 1;
  const more = isUncertain ? { uncertain: new UncertainQuantile(all, each, p, 1e9) } : {};
  return { kind, value, each: values, hits: [], trials: [], ...more };
}

/** Interval over replications, or over the batches of the only one; null if there is none. */
export function intervalOf(measured: Measured, confidence: number): Interval | null {
  if (measured.value === null) return null;
  if (measured.each.length < 2) return overBatches(measured, confidence);
  if (measured.trials.length > 0) {
    const { hits, trials } = measured;
    const effect = designEffect(hits, trials);
    return wilsonInterval(sumOf(hits), sumOf(trials), confidence, effect, hits.length);
  }
  const known = measured.each.filter((value) => value !== null);
  if (known.length < 2 || known.some((value) => !Number.isFinite(value))) return null;
  const { uncertain } = measured;
  if (uncertain !== undefined) return uncertainInterval(uncertain, confidence);
  return sectionInterval(measured.value, known, confidence);
}

/** An interval of a measured value, as the number of replications that it needs depends on it. */
export function wideOf(measured: Measured, interval: Interval, error: number): Wide {
  const n = Math.max(1, measured.each.length);
  return {
    n,
    df: measured.kind === 'share' ? clustersOf(measured) - 1 : interval.n - 1,
    halfWidth: interval.halfWidth,
    error,
  };
}

/** The clusters whose variance widens the interval of a share; Infinity if it is that of independent requests. */
function clustersOf({ hits, trials }: Measured): number {
  return designEffect(hits, trials) > 1 ? hits.length : Infinity;
}

/** The values of two figures in the same runs. */
export function pairedValues(
  one: Pick<Measured, 'each'>,
  other: Pick<Measured, 'each'>,
): readonly (readonly [number | null, number | null])[] {
  const n = Math.min(one.each.length, other.each.length);
  return one.each.slice(0, n).map((value, i) => [value, other.each[i]!]);
}

/** The trials of that one of two shares which has fewer; 0 if one of the figures is none. */
export function trialsOf(...two: readonly Partial<Pick<Measured, 'trials'>>[]): number {
  return Math.min(...two.map(({ trials = [] }) => sumOf(trials)));
}

/** A measured value as the result contains it; `never` is null there. */
export function estimateOf(measured: Measured, confidence = 0.95): Estimate {
  const interval = measured.kind === 'exact' ? null : intervalOf(measured, confidence);
  return {
    value: finite(measured.value),
    ci95: interval === null ? null : [interval.low, interval.high],
    each: measured.each.map(finite),
    ...fromOf(measured, interval),
  };
}

/** Marks an interval that comes from the batches of a single run. */
export function fromOf(
  { each }: Measured,
  interval: Interval | null,
): { readonly from?: 'batches' } {
  return interval !== null && each.length < 2 ? { from: 'batches' } : {};
}

/** Infinity (`never`) as null. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** a / b; null if b is 0. */
export function ratio(a: number, b: number): number | null {
  return b > 0 ? a / b : null;
}

/** Shares get a Wilson interval, which stays within 0 and 1; all other values that of the batch means. */
function overBatches({ kind, value, batches }: Measured, confidence: number): Interval | null {
  if (batches === undefined || value === null) return null;
  const interval = batchInterval(value, batches, confidence);
  if (interval === null || kind !== 'share') return interval;
  const { over, under } = batches;
  const effect = designEffect(inBatches(over), inBatches(under));
  return wilsonInterval(sumOf(over), sumOf(under), confidence, effect, BATCHES);
}

/** Sums of 20 groups of consecutive steps. Steps that do not fill a group are dropped at the front. */
function inBatches(steps: readonly number[]): number[] {
  const size = Math.floor(steps.length / BATCHES);
  const first = steps.length - size * BATCHES;
  return Array.from({ length: BATCHES }, (_, i) =>
    sumOf(steps.slice(first + i * size, first + (i + 1) * size)),
  );
}

function ratios(over: readonly number[], under: readonly number[]): (number | null)[] {
  return over.map((value, i) => ratio(value, under[i]));
}
