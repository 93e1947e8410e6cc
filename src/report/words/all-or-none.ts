import { mostUnseen } from '../../stats/interval.js';
import { formatCount, formatShare, isAllOrNone, type Unit } from '../../text/figures.js';

/** A figure, and the runs that have it. */
interface Figure {
  readonly value: number | null;
  readonly unit: Unit;
  readonly ci95: readonly [number, number] | null;
  readonly runs: number;
}

/**
 * In how many further runs shares may differ that are 0 or 100 % in all runs so far; empty without any. Their
 * requests would bound less: requests fail together, so a run without a failure is one observation.
 */
export function allOrNoneWords(figures: readonly Figure[]): string {
  const shares = figures.filter(
    ({ value, unit, ci95, runs }) => ci95 !== null && runs > 1 && isAllOrNone(value, unit),
  );
  if (shares.length === 0) return '';
  const values = [0, 1].filter((value) => shares.some((one) => one.value === value));
  const runs = Math.min(...shares.map((one) => one.runs));
  const most = formatShare(mostUnseen(runs));
  return `${values.map(formatShare).join(' or ')} in all ${formatCount(runs)} runs: up to ${most} of further runs may differ (95 % confidence).`;
}
