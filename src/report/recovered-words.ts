import { latencyLater } from '../spec/result/latency-later.js';
import type { VariantResult } from '../spec/result/result.js';
import { formatSeconds } from '../text/figures.js';
import { degradedIntervals, shades, viewOfVariant, type View } from './view.js';

/** Time for which requests stay slow or degraded after they succeed again; null if they do not. */
export function slowAfterWords(view: View, variant: VariantResult): string | null {
  const later = latencyLater(variant.summary, view.result.run.step);
  if (later === 'never') return '; when it ends requests succeed again, but stay slow to the end';
  if (later !== null)
    return `; when it ends requests succeed again, but stay slow for another ${formatSeconds(later)}`;
  const seconds = degradedAfter(view, variant);
  if (seconds <= view.result.run.step + 1e-9) return null;
  return `; when it ends requests succeed again, but some stay degraded for another ${formatSeconds(seconds)}`;
}

/** When success is back, and when the last degradation ends if that takes clearly longer. */
export function recoveredWords(view: View, variant: VariantResult, recovery: number): string {
  const seconds = degradedAfter(view, variant);
  const isWell = !variant.cascade.events.some(({ kind }) => kind === 'notRecovered');
  if (!isWell || seconds <= 2 * recovery + 2 * view.result.run.step)
    return `, and success is back ${formatSeconds(recovery)} after its end`;
  return `; success is back ${formatSeconds(recovery)} after its end, and the system is healthy after ${formatSeconds(seconds)}`;
}

/** Seconds after the end of the headline fault for which user requests stay degraded. */
function degradedAfter(view: View, variant: VariantResult): number {
  const span = shades(viewOfVariant(view, variant))[0];
  if (span === undefined) return 0;
  // A milder episode may follow directly.
  const last = view.requests.map((request) =>
    degradedIntervals(variant, request).reduce(
      (at, { from, until }) => (from <= at + 1e-9 ? Math.max(at, until) : at),
      span.until,
    ),
  );
  return Math.max(...last, span.until) - span.until;
}
