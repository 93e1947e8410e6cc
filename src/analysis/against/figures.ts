import type { AgainstRow } from '../../contracts/result/against.js';
import type { Estimate } from '../../contracts/result/estimate.js';
import type { VariantSummary } from '../../contracts/result/result.js';
import type { Headline } from '../measure/summary.js';
import { documentedError } from '../../stats/paired.js';
import type { Uncertain } from '../../stats/uncertain.js';
import type { Measured } from '../measure/estimate.js';

/** A figure of some runs. */
export interface Sampled
  extends Pick<Measured, 'value' | 'each'>, Partial<Pick<Measured, 'trials'>> {
  /** Only for quantiles. */
  readonly uncertain?: Uncertain | undefined;
}

/** Every figure by which one side of a comparison is judged; null where a variant has no such figure. */
export interface SideFigures {
  readonly success: Sampled;
  readonly p50: Sampled;
  readonly p99: Sampled;
  readonly attemptsPerCall: Sampled;
  /** Some calls were never sent: fewer attempts are no merit. */
  readonly hasUnsent: boolean;
  readonly wasted: Sampled;
  readonly degraded: Sampled;
  readonly cost: Sampled | null;
  /** The time within which this share of the successes ends; null for a stored result, which has no distribution. */
  readonly within: ((share: number) => number | null) | null;
}

/** The figures of runs, with their distributions. */
export function figuresOf(headline: Headline, within: SideFigures['within']): SideFigures {
  const { success, successLatency, attemptsPerCall, hasUnsent, wasted, degraded, costs } = headline;
  const { p50, p99 } = successLatency;
  const cost = costs?.cost ?? null;
  return { success, p50, p99, attemptsPerCall, hasUnsent, wasted, degraded, cost, within };
}

/** The figures that a result document has. */
export function storedFiguresOf(summary: VariantSummary): SideFigures {
  const { success, successLatency, attemptsPerCall, wasted, degraded, cost } = summary;
  const quantile = (own: Estimate): Sampled => ({ ...own, uncertain: documentedError(own) });
  return {
    success,
    p50: quantile(successLatency.p50),
    p99: quantile(successLatency.p99),
    attemptsPerCall,
    hasUnsent: attemptsPerCall.unsent === true,
    wasted,
    // A result without degraded responses leaves the figure out.
    degraded: degraded ?? { value: 0, each: success.each.map(() => 0) },
    cost: cost ?? null,
    within: null,
  };
}

/** A figure by which a change is judged. */
export interface Figure {
  readonly name: string;
  readonly unit: AgainstRow['unit'];
  readonly better: 'more' | 'less';
  readonly pick: (side: SideFigures) => Sampled | null;
  /**
   * What a change of it weighs beside the others, in failed requests: that of a share by its difference, any other by the
   * part by which it grows. A slower percentile is about the requests above it, and one that takes twice the time counts
   * like a failed one; a degraded response counts half, load and money a tenth.
   */
  readonly weight: number;
  /** It is about the successful requests: the share of them that is above a quantile. */
  readonly above?: number;
  /** Fewer of it may be calls that were refused, which is no merit. */
  readonly isOfCalls?: true;
}

/** The figures in the order of the table. */
export const FIGURES: readonly Figure[] = [
  { name: 'success', unit: 'share', better: 'more', weight: 1, pick: ({ success }) => success },
  {
    name: 'p50 of successes',
    unit: 'seconds',
    better: 'less',
    weight: 0.5,
    pick: ({ p50 }) => p50,
    above: 0.5,
  },
  {
    name: 'p99 of successes',
    unit: 'seconds',
    better: 'less',
    weight: 0.01,
    pick: ({ p99 }) => p99,
    above: 0.01,
  },
  {
    name: 'attempts per call',
    unit: 'number',
    better: 'less',
    weight: 0.1,
    pick: ({ attemptsPerCall }) => attemptsPerCall,
    isOfCalls: true,
  },
  { name: 'wasted work', unit: 'share', better: 'less', weight: 0.1, pick: ({ wasted }) => wasted },
  {
    name: 'degraded',
    unit: 'share',
    better: 'less',
    weight: 0.5,
    pick: ({ degraded }) => degraded,
  },
  { name: 'cost', unit: 'number', better: 'less', weight: 0.1, pick: ({ cost }) => cost },
];

/** The figure that users notice first: no gain elsewhere makes up for a loss of it. */
export const SUCCESS = FIGURES[0]!.name;
