import { OUTCOME_NAMES } from '../../../../contracts/outcome.js';
import { formatCount, formatShare } from '../../../../text/figures.js';
import { callLimits, UNSENT } from '../../../measure/call-limits.js';
import { countIn, meanSteps, outcomesIn, type Link, linksFrom } from '../../links.js';
import type { RefusalKind, Refusal } from './kind.js';

/** Calls that a limit of their caller refuses before they are sent. */
export const limitedCalls: RefusalKind = ({ scene, lane, from, until }) => {
  return linksFrom(scene, lane).map((link): Refusal => {
    const { caller, callee, calls, attempts } = link;
    const of = (table: Link['calls']): number => countIn(table, UNSENT, from, until);
    const count = Math.max(0, of(calls) - of(attempts));
    const what = callLimits(link.layers);
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

/** Calls that end in the run. */
function endedOf({ calls }: Link, from: number, until: number): number {
  const counts = outcomesIn(calls, from, until);
  return counts.reduce((sum, n) => sum + n, 0) - counts[OUTCOME_NAMES.indexOf('unfinished')];
}
