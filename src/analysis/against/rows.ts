import type { AgainstRow } from '../../contracts/result/against.js';
import { matteringMargin, sameMargin } from '../../stats/margin.js';
import { pairedInterval } from '../../stats/paired.js';
import { runsToDecide } from '../../stats/replications.js';
import { finite, trialsOf } from '../measure/estimate.js';
import { FIGURES, type Figure, type Sampled, type SideFigures } from './figures.js';

/** The figures that at least one of two variants has, and that are not zero in both. */
export function sharedFigures(there: SideFigures, here: SideFigures): readonly Figure[] {
  return FIGURES.filter(({ pick }) => {
    const values = [valueOf(pick(there)), valueOf(pick(here))];
    return values.some((value) => value !== null && value !== 0);
  });
}

/** Judges each figure with this probability of an error. Runs with the same random numbers are compared in pairs. */
export function rowsOf(
  there: SideFigures,
  here: SideFigures,
  error: number,
): readonly AgainstRow[] {
  return sharedFigures(there, here).map((figure) => {
    const row = rowOf(figure, figure.pick(there), figure.pick(here), error);
    const isApart = isOfOthers(figure, row, there, here) || isNoMerit(figure, row, [there, here]);
    return isApart ? { ...row, verdict: 'apart', more: null } : row;
  });
}

/**
 * Whether a quantile of the successes may have moved because other requests succeed. Where more succeed, those that are new
 * may be the slowest: the quantile of the others is then one of a lower share. So slower is worse only if that is slower,
 * too; faster with fewer successes is better only if it is faster than the quantile there without the slowest; and an
 * undecided one stays open only if the new ones cannot move it.
 */
function isOfOthers(
  { above, pick }: Figure,
  { verdict }: AgainstRow,
  there: SideFigures,
  here: SideFigures,
): boolean {
  const [before, after] = [valueOf(there.success) ?? 0, valueOf(here.success) ?? 0];
  const isExcused = verdict === (after > before ? 'worse' : 'better');
  if (above === undefined || before === after) return false;
  if (!isExcused && verdict !== 'unknown') return false;
  const [fewer, more] = after > before ? [there, here] : [here, there];
  // A stored result has no other quantiles: success must have moved by more than half of the share above this one.
  if (more.within === null) return Math.abs(after - before) > above / 2;
  const [low, high] = [Math.min(before, after), Math.max(before, after)];
  const withoutNew = more.within(((1 - above) * low) / high) ?? 0;
  const own = valueOf(pick(isExcused ? fewer : more)) ?? 0;
  return isExcused
    ? withoutNew <= own + matteringMargin('seconds', own)
    : withoutNew < own - sameMargin('seconds', own);
}

/** Fewer attempts where calls were refused before their first one. */
function isNoMerit(
  { isOfCalls }: Figure,
  { difference }: AgainstRow,
  sides: readonly SideFigures[],
): boolean {
  return isOfCalls === true && (difference ?? 0) < 0 && sides.some(({ hasUnsent }) => hasUnsent);
}

function rowOf(
  { name, unit, better }: Figure,
  there: Sampled | null,
  here: Sampled | null,
  error: number,
): AgainstRow {
  const [before, after] = [valueOf(there), valueOf(here)];
  const head = { figure: name, unit, there: before, here: after };
  const open = { difference: null, interval: null, verdict: 'unknown', more: null } as const;
  if (before === null || after === null) return { ...head, ...open };
  const difference = after - before;
  const differences = pairedDifferences(there!, here!);
  const uncertain = [there!.uncertain, here!.uncertain] as const;
  if (difference === 0 && differences.every((one) => one === 0)) {
    const equalPairs = differences.length;
    return { ...head, difference, interval: null, verdict: 'same', more: null, equalPairs };
  }
  const trials = trialsOf(there!, here!);
  const found = pairedInterval({ difference, differences, uncertain, trials }, 1 - error);
  if (found === null) return { ...head, ...open, difference };
  const interval = [found.low, found.high] as const;
  const margin = matteringMargin(unit, before);
  if (found.low >= -margin && found.high <= margin)
    return { ...head, difference, interval, verdict: 'same', more: null };
  const size = Math.abs(difference);
  if (!isApartFromZero(interval) || size <= margin) {
    const { n, halfWidth } = found;
    const isEnough = (half: number): boolean =>
      size > margin ? size > half : size + half <= margin;
    const more = runsToDecide({ n, df: n - 1, halfWidth, error }, isEnough);
    return { ...head, difference, interval, verdict: 'unknown', more };
  }
  const isGain = better === 'more' ? difference > 0 : difference < 0;
  return { ...head, difference, interval, verdict: isGain ? 'better' : 'worse', more: null };
}

/** Whether an interval of a difference excludes 0. */
export function isApartFromZero([low, high]: readonly [number, number]): boolean {
  return low > 0 || high < 0;
}

/** Differences of the runs that both have the figure. */
function pairedDifferences(there: Sampled, here: Sampled): readonly number[] {
  const n = Math.min(there.each.length, here.each.length);
  return Array.from({ length: n }, (_, i) => i).flatMap((i) => {
    const [a, b] = [there.each[i]!, here.each[i]!];
    return a === null || b === null || !Number.isFinite(b - a) ? [] : [b - a];
  });
}

function valueOf(figure: Sampled | null): number | null {
  return figure === null ? null : finite(figure.value);
}
