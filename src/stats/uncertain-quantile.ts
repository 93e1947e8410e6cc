import type { Histogram } from './histogram.js';
import { quantileRank } from './rank.js';
import { sumOf } from './sums.js';
import type { Uncertain } from './uncertain.js';

interface Found {
  readonly residuals: readonly number[];
  readonly events: number;
  /** Standard error of the share beyond the quantile. */
  readonly error: number;
}

/**
 * A quantile p of pooled data. Its error is that of the share of the data beyond it, a ratio over the replications, at
 * least that of independent data; a quantile z standard errors off is the one of p + z * error. So rare busy times,
 * which make quantiles of single runs too small and too alike, widen the interval upward, where the data are sparse.
 * Sources: Woodruff 1952, Confidence intervals for medians and other position measures, JASA 47; Francisco and
 * Fuller 1991 for clustered data.
 */
export class UncertainQuantile implements Uncertain {
  private known: Found | null = null;
  /** Values by rank: a difference asks for the same few ones thousands of times. */
  private readonly ranked = new Map<number, number>();

  /** Of at least two replications that are not all empty; `unit` is that of the figure in ns. */
  constructor(
    private readonly all: Histogram,
    private readonly each: readonly Histogram[],
    private readonly p: number,
    private readonly unit: number,
  ) {}

  get estimate(): number {
    return this.all.quantile(this.p) / this.unit;
  }

  get residuals(): readonly number[] {
    return this.found().residuals;
  }

  get events(): number {
    return this.found().events;
  }

  at(z: number): number {
    const p = Math.max(0, Math.min(1, this.p + z * this.found().error));
    const rank = quantileRank(p, this.all.count);
    const known = this.ranked.get(rank);
    if (known !== undefined) return known;
    const value = this.all.quantile(p) / this.unit;
    this.ranked.set(rank, value);
    return value;
  }

  private found(): Found {
    return (this.known ??= this.errorOf());
  }

  private errorOf(): Found {
    const { all, each, p } = this;
    const value = all.quantile(p);
    // Many values may equal the quantile: the share beyond it depends on whether they count, and varies differently.
    const beyond = clustered(each, (own) => own.countAbove(value));
    const from = clustered(each, (own) => own.count - own.countBelow(value));
    const { residuals, variance } = beyond.variance >= from.variance ? beyond : from;
    const independent = (p * (1 - p)) / all.count;
    const clustering = Math.max(1, variance / independent);
    const events = (Math.min(p, 1 - p) * all.count) / each.length / clustering;
    return { residuals, events, error: Math.sqrt(independent * clustering) };
  }
}

/** Variance of a share of pooled data with its residuals by replication. Source: Kish 1965, ratio estimator. */
function clustered(
  each: readonly Histogram[],
  countOf: (own: Histogram) => number,
): { readonly residuals: readonly number[]; readonly variance: number } {
  const runs = each.length;
  const counts = each.map(countOf);
  const total = sumOf(each.map(({ count }) => count));
  const share = sumOf(counts) / total;
  // A larger share beyond a value makes the quantile larger.
  const residuals = counts.map((count, i) => count - share * each[i]!.count);
  const squares = sumOf(residuals.map((one) => one * one));
  return { residuals, variance: (squares * runs) / ((runs - 1) * total * total) };
}
