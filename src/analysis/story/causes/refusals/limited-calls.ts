import { OUTCOME_NAMES, type OutcomeName } from '../../../../spec/outcome.js';
import type { Layer } from '../../../../spec/scenario/policies.js';
import { formatShare } from '../../../../text/figures.js';
import { list } from '../../../../text/words.js';
import { outcomesIn, sumSteps, type Link } from '../../links.js';
import type { RefusalKind, Refusal } from './kind.js';

/** Policies of a caller that refuse calls by a configured limit, in words. */
const LIMITS: ReadonlyMap<Layer['policy'], string> = new Map<Layer['policy'], string>([
  ['rateLimit', 'rate limit'],
  ['throttle', 'throttle'],
  ['concurrencyLimit', 'concurrency limit'],
  ['bulkhead', 'bulkhead'],
]);

/** Calls that a limit of their caller refuses before they are sent. */
export const limitedCalls: RefusalKind = ({ scene, lane, from, until }) => {
  return scene.links
    .filter(({ caller }) => caller === lane)
    .map((link): Refusal => {
      const count = unsentOf(link, ['rejectedBulkhead', 'rejectedRateLimit'], from, until);
      const { caller, callee } = link;
      const names = [...LIMITS].filter(([policy]) => link.policies.has(policy));
      const what = names.length === 0 ? 'connection limit' : list(names.map(([, name]) => name));
      const share = count / Math.max(1, sumSteps(link.made, from, until));
      return {
        ref: { kind: 'limit', subject: `${caller.name}->${callee.name}` },
        text: `the ${what} of ${caller.name} refuses calls to ${callee.name}`,
        evidence: `${formatShare(share)} of the calls are refused`,
        count,
      };
    });
};

/** Calls with one of these outcomes that were never sent. */
function unsentOf(
  { calls, attempts }: Link,
  names: readonly OutcomeName[],
  from: number,
  until: number,
): number {
  const of = (table: Float64Array): number => {
    const counts = outcomesIn(table, from, until);
    return names.reduce((sum, name) => sum + counts[OUTCOME_NAMES.indexOf(name)], 0);
  };
  return Math.max(0, of(calls) - of(attempts));
}
