import { formatPlusMinus, formatValue, type Unit } from '../../text/figures.js';

/** Words for two figures that are the same: with the margin, unless they are equal. */
export function sameWords(difference: number, margin: number | null, unit: Unit): string {
  if (difference === 0 || margin === null) return 'no difference';
  return `no difference within ${marginText(margin, unit)}`;
}

/** A margin in the unit of differences: `0.01 pt`, `2.2 ms`. */
function marginText(margin: number, unit: Unit): string {
  if (unit !== 'share') return formatValue(margin, unit);
  return `${formatPlusMinus(margin, [-margin, margin], unit).replace('± ', '')} pt`;
}
