import type { Difference } from './difference.js';
import { formatCount, formatValue, type Unit } from '../../text/figures.js';

/** `about 20 replications would decide`; with `never`, a reason why no number of them would. */
export function decidingWords(runs: number | null, never: string): string {
  return runs === null ? never : `about ${formatCount(runs)} replications would decide`;
}

/** What an undecided difference lacks: `better in each of 2 runs, too few to be sure: about 5 would decide`. */
export function openWords(
  { leaning, runsToDecide, interval }: Difference,
  n: number,
  unit: Unit,
): string {
  if (runsToDecide === undefined) return '';
  const most = interval === null ? 0 : Math.max(Math.abs(interval[0]), Math.abs(interval[1]));
  const never =
    interval === null
      ? 'the runs differ, and more of them do not decide'
      : `more replications do not help: equal within ${formatValue(most, unit)}`;
  if (leaning === undefined || runsToDecide === null) return decidingWords(runsToDecide, never);
  const runs = `${leaning}, but ${formatCount(n)} runs are too few to be sure`;
  return `${runs}: about ${formatCount(runsToDecide)} would decide`;
}
