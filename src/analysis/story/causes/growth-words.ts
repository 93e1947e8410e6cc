import type { CauseFact } from '../../../contracts/result/cause.js';
import { formatRate, formatSeconds } from '../../../text/figures.js';
import type { Growth } from './candidate.js';

/**
 * `the load of users rises from 200/s to 600/s`, and how many times the earlier load that is; a load that starts has no
 * earlier one.
 */
export function growthWords(
  subject: string,
  { before, after, isSudden, everyNs, started }: Growth,
): Pick<CauseFact, 'text' | 'value' | 'unit'> {
  if (started !== undefined) return { text: started, value: null, unit: 'times' };
  if (!(before > 0)) {
    const text = isSudden
      ? `the load of ${subject} starts with ${formatRate(after)}`
      : `the load of ${subject} grows to ${formatRate(after)}`;
    return { text, value: null, unit: 'times' };
  }
  const verb = isSudden ? 'rises' : 'grows';
  const every = everyNs === undefined ? '' : ` every ${formatSeconds(everyNs / 1e9)}`;
  const rates = `from ${formatRate(before)} to ${formatRate(after)}${every}`;
  return { text: `the load of ${subject} ${verb} ${rates}`, value: after / before, unit: 'times' };
}
