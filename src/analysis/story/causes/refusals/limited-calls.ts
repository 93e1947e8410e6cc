import { OUTCOME_NAMES, type OutcomeName } from '../../../../contracts/outcome.js';
import { formatCount, formatShare } from '../../../../text/figures.js';
import { list } from '../../../../text/words.js';
import { countIn, meanSteps, outcomesIn, type Link, linksFrom } from '../../links.js';
import type { RefusalKind, Refusal } from './kind.js';

/** Policies of a caller that refuse calls by a configured limit, in words. */
const LIMITS: ReadonlyMap<string, string> = new Map([
  ['rateLimit', 'rate limit'],
  ['throttle', 'throttle'],
  ['concurrencyLimit', 'concurrency limit'],
  ['bulkhead', 'bulkhead'],
]);

/** Outcomes of calls that such a limit refuses; those of attempts come from the callee. */
const UNSENT: readonly OutcomeName[] = ['rejectedBulkhead', 'rejectedRateLimit'];

/** Calls that a limit of their caller refuses before they are sent. */
export const limitedCalls: RefusalKind = ({ scene, lane, from, until }) => {
  return linksFrom(scene, lane).map((link): Refusal => {
    const { caller, callee, calls, attempts } = link;
    const of = (table: Link['calls']): number => countIn(table, UNSENT, from, until);
    const count = Math.max(0, of(calls) - of(attempts));
    const what = limitsOf(link);
    const share = count / Math.max(1, endedOf(link, from, until));
    return {
      ref: { kind: 'limit', subject: `${caller.name}->${callee.name}` },
      text: `the ${what} of ${caller.name} refuses calls to ${callee.name}`,
      evidence: `${formatShare(share)} of the calls are refused${leftWords(link, from, until)}`,
      count,
    };
  });
};

/** Calls whose callers have left and that still count in the limit, in words; '' = fewer than one on average. */
function leftWords(link: Link, from: number, until: number): string {
  const left = meanSteps(link.leftBehind, from, until);
  if (left < 1) return '';
  const of = `${formatCount(left)} of ${formatCount(meanSteps(link.inFlight, from, until))}`;
  return `, and ${of} calls in progress have no caller any more`;
}

/** The limits on the calls of a link, in words. */
export function limitsOf({ layers }: Pick<Link, 'layers'>): string {
  const names = [...LIMITS].filter(([own]) => layers.some(({ policy }) => policy === own));
  return names.length === 0 ? 'connection limit' : list(names.map(([, name]) => name));
}

/** Calls that end in the run. */
function endedOf({ calls }: Link, from: number, until: number): number {
  const counts = outcomesIn(calls, from, until);
  return counts.reduce((sum, n) => sum + n, 0) - counts[OUTCOME_NAMES.indexOf('unfinished')];
}
