import { formatCount, formatPlusMinus, formatValue, type Unit } from '../../text/figures.js';
import type { Difference } from '../view/difference.js';

/** Words for two figures that are the same: with the margin, or the number of runs in which they are equal. */
export function sameWords(
  { difference, interval, margin }: Difference,
  unit: Unit,
  replications: number,
): string {
  if (difference === 0 && interval === null && replications > 1)
    return `equal in all ${formatCount(replications)} runs`;
  if (difference === 0 || margin === null) return 'no difference';
  return `no difference within ${marginText(margin, unit)}`;
}

/** A margin in the unit of differences: `0.01 pt`, `2.2 ms`. */
function marginText(margin: number, unit: Unit): string {
  if (unit !== 'share') return formatValue(margin, unit);
  return `${formatPlusMinus(margin, [-margin, margin], unit).replace('± ', '')} pt`;
}
