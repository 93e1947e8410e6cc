import type { VariantResult } from '../../contracts/result/result.js';
import { hotPartitionOf } from '../../plan/interventions/hot-keys.js';
import { formatCount } from '../../text/figures.js';
import { unseenCount } from './unseen-proof-words.js';

/**
 * What to do where one partition gets more messages than its consumer handles, and a run with an even spread proves it:
 * `Give the messages of posts another key than account: ... with an even spread, of ... that wait for posts on average, 3
 * remain`. null in other cases.
 */
export function hotKeyAdvice(variant: VariantResult): string | null {
  for (const one of variant.counterfactuals?.unseen ?? []) {
    const even = one.interventions.find(
      ({ kind, role }) => kind === 'hotKeys' && (role === 'cause' || role === 'remedy'),
    );
    const hot = even === undefined ? null : hotPartitionOf(variant, even.subject);
    if (even === undefined || hot === null) continue;
    const rest = formatCount(Math.round(even.harm));
    // A partition has one consumer of a group.
    const vain = hot.partitions === 1 ? 'more consumers do not help; ' : '';
    return (
      `Give the messages of ${even.subject} another key than ${hot.key}: ${vain}` +
      `spread evenly, of ${unseenCount(variant, one)}, ${rest} ${rest === '1' ? 'remains' : 'remain'}`
    );
  }
  return null;
}
