import type { Estimate } from '../../contracts/result/estimate.js';
import type { AgainstRow } from '../../contracts/result/against.js';
import type { VariantSummary } from '../../contracts/result/result.js';
import { sectionInterval } from '../../stats/interval.js';
import { sameMargin } from '../../stats/margin.js';
import { runsToDecide } from '../../stats/replications.js';
import { FIGURES, type Figure } from './figures.js';

/** The figures that at least one of two variants has, and that are not zero in both. */
export function sharedFigures(there: VariantSummary, here: VariantSummary): readonly Figure[] {
  return FIGURES.filter(({ pick }) => {
    const values = [pick(there)?.value ?? null, pick(here)?.value ?? null];
    return values.some((value) => value !== null && value !== 0);
  });
}

/** Judges each figure with this probability of an error. Runs with the same random numbers are compared in pairs. */
export function rowsOf(
  there: VariantSummary,
  here: VariantSummary,
  error: number,
): readonly AgainstRow[] {
  const moved = (here.success.value ?? 0) - (there.success.value ?? 0);
  return sharedFigures(there, here).map((figure) => {
    const row = rowOf(figure, figure.pick(there), figure.pick(here), error);
    const isApart = isOfOthers(figure, moved, row) || isNoMerit(figure, row, [there, here]);
    return isApart ? { ...row, verdict: 'apart', more: null } : row;
  });
}

/**
 * A quantile of the successes is about other requests where success moves by more than half of the share above the
 * quantile: this alone may move it.
 */
function isOfOthers({ above }: Figure, moved: number, { verdict }: AgainstRow): boolean {
  if (above === undefined || verdict === 'same' || Math.abs(moved) <= above / 2) return false;
  // Faster although more succeed, or slower although fewer do, is no effect of the others.
  return !(verdict === 'better' && moved > 0) && !(verdict === 'worse' && moved < 0);
}

/** Fewer attempts where calls were refused before their first one. */
function isNoMerit(
  { hasUnsent }: Figure,
  { difference }: AgainstRow,
  summaries: readonly VariantSummary[],
): boolean {
  return hasUnsent !== undefined && (difference ?? 0) < 0 && summaries.some(hasUnsent);
}

function rowOf(
  { name, unit, better }: Figure,
  there: Estimate | null,
  here: Estimate | null,
  error: number,
): AgainstRow {
  const [before, after] = [there?.value ?? null, here?.value ?? null];
  const head = { figure: name, unit, there: before, here: after };
  const open = { difference: null, interval: null, verdict: 'unknown', more: null } as const;
  if (before === null || after === null) return { ...head, ...open };
  const difference = after - before;
  const differences = pairedDifferences(there!, here!);
  if (difference === 0 && differences.every((one) => one === 0))
    return { ...head, difference, interval: [0, 0], verdict: 'same', more: null };
  const found = sectionInterval(difference, differences, 1 - error);
  if (found === null) return { ...head, ...open, difference };
  const interval = [found.low, found.high] as const;
  const margin = sameMargin(unit, before);
  if (found.low >= -margin && found.high <= margin)
    return { ...head, difference, interval, verdict: 'same', more: null };
  if (found.low <= 0 && found.high >= 0) {
    const { n, halfWidth } = found;
    const isEnough = (half: number): boolean =>
      Math.abs(difference) > half || Math.abs(difference) + half <= margin;
    const more = runsToDecide({ n, df: n - 1, halfWidth, error }, isEnough);
    return { ...head, difference, interval, verdict: 'unknown', more };
  }
  const isGain = better === 'more' ? difference > 0 : difference < 0;
  return { ...head, difference, interval, verdict: isGain ? 'better' : 'worse', more: null };
}

/** Differences of the runs that both have the figure. */
function pairedDifferences(there: Estimate, here: Estimate): readonly number[] {
  const n = Math.min(there.each.length, here.each.length);
  return Array.from({ length: n }, (_, i) => i).flatMap((i) => {
    const [a, b] = [there.each[i]!, here.each[i]!];
    return a === null || b === null ? [] : [b - a];
  });
}
