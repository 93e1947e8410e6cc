import type { Estimate } from '../../contracts/result/estimate.js';
import type { AgainstRow } from '../../contracts/result/against.js';
import type { VariantSummary } from '../../contracts/result/result.js';

/** A figure by which a change is judged. */
export interface Figure {
  readonly name: string;
  readonly unit: AgainstRow['unit'];
  readonly better: 'more' | 'less';
  /** Null where a variant has no such figure. */
  readonly pick: (summary: VariantSummary) => Estimate | null;
  /** It is about the successful requests: the share of them that is above a quantile. */
  readonly above?: number;
  /** Fewer of it may be calls that were refused, which is no merit. */
  readonly hasUnsent?: (summary: VariantSummary) => boolean;
}

/** The figures in the order of the table. */
export const FIGURES: readonly Figure[] = [
  { name: 'success', unit: 'share', better: 'more', pick: ({ success }) => success },
  {
    name: 'p50 of successes',
    unit: 'seconds',
    better: 'less',
    pick: ({ successLatency }) => successLatency.p50,
    above: 0.5,
  },
  {
    name: 'p99 of successes',
    unit: 'seconds',
    better: 'less',
    pick: ({ successLatency }) => successLatency.p99,
    above: 0.01,
  },
  {
    name: 'attempts per call',
    unit: 'number',
    better: 'less',
    pick: ({ attemptsPerCall }) => attemptsPerCall,
    hasUnsent: ({ attemptsPerCall }) => attemptsPerCall.unsent === true,
  },
  { name: 'wasted work', unit: 'share', better: 'less', pick: ({ wasted }) => wasted },
  {
    name: 'degraded',
    unit: 'share',
    better: 'less',
    // A result without degraded responses leaves the figure out.
    pick: ({ degraded, success }) => degraded ?? zeros(success),
  },
  { name: 'cost', unit: 'number', better: 'less', pick: ({ cost }) => cost ?? null },
];

function zeros({ each }: Estimate): Estimate {
  return { value: 0, ci95: null, each: each.map(() => 0) };
}
