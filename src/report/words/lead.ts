import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { isOfUsers } from '../../analysis/verdicts/harmed.js';
import type { KnownCause } from '../../contracts/result/cause.js';
import { headOf } from '../../contracts/result/fault-text.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
import { heldWithout } from './budget-cause.js';
import { plural } from '../../text/words.js';
import { isEnd, isLasting } from '../view/episodes.js';
import { wordsOf } from '../view/explained.js';
import { listed } from '../base/format.js';

/** A cause with a smaller part of the harm is not in the first sentence. */
const SOME = 0.05;
/** What runs prove comes first. */
export const CERTAINTY: readonly KnownCause['known'][] = ['proved', 'likely', 'guess'];
/** Most causes in it. */
const MOST = 2;

/**
 * Which users are hurt, how, from when until when, and why: `users.go: success 33.5 % from 38.5 s to 58.5 s. Cause
 * (proved): db1 fails 67 % of its requests with 500.` null if no request of users degrades.
 */
export function leadWords(variant: VariantResult): string | null {
  const hurt = hurtUsers(variant);
  const [worst] = hurt;
  if (worst === undefined) return null;
  const others =
    hurt.length > 1
      ? ` ${plural(hurt.length - 1, 'other kind')} of requests ${hurt.length === 2 ? 'degrades' : 'degrade'} too.`
      : '';
  return `${worst.subject}: ${worst.how} ${worst.when}.${others}${causeWords(variant)}`;
}

/** A kind of request that degrades. */
export interface Hurt {
  readonly subject: string;
  readonly how: string;
  readonly when: string;
  readonly rank: number;
  /** Share of the requests that succeed, where that is its figure; else 1. */
  readonly success: number;
  /** Its responses are late. */
  readonly isSlow: boolean;
  readonly at: number;
  /** It degrades until the end of the run. */
  readonly lasts: boolean;
}

/** The kinds of requests that degrade, the worst first, and of equals the first. */
export function hurtUsers(variant: VariantResult): readonly Hurt[] {
  const own = groupedBy(variant.cascade.events, ({ subject }) =>
    isOfUsers(variant, subject) ? subject : null,
  );
  const hurt = [...own].flatMap(([subject, all]): readonly Hurt[] => {
    const starts = all.filter(({ kind }) => DEGRADATIONS.includes(kind));
    const [first] = starts;
    if (first === undefined) return [];
    const rankOf = ({ kind }: CascadeEvent): number => DEGRADATIONS.indexOf(kind);
    const worst = starts.reduce((most, one) => (rankOf(one) > rankOf(most) ? one : most));
    return [
      {
        subject,
        how: headOf(worst),
        when: whenWords(first, worst, all),
        rank: rankOf(worst),
        success: worst.figure?.metric === 'success' ? worst.figure.value : 1,
        isSlow: isLatency(worst),
        at: first.at,
        lasts: isLasting(all),
      },
    ];
  });
  return hurt.sort((a, b) => b.rank - a.rank || a.success - b.success || a.at - b.at);
}

function isLatency({ figure }: CascadeEvent): boolean {
  return figure?.metric === 'latency';
}

/** `from 20 s to 30 s, healthy again at 34 s`: the figure may count for a part of the degradation only. */
function whenWords(
  { at }: CascadeEvent,
  worst: CascadeEvent,
  all: readonly CascadeEvent[],
): string {
  const ends = all.filter(isEnd);
  const last = ends.at(-1);
  const times = last?.episodes ?? ends.length;
  const again = times > 1 ? `, ${formatCount(times)} times` : '';
  const isLater = worst.at !== at;
  // A figure without an end of its own counts from the event to the end of the degradation.
  const counts = isLatency(worst) || worst.figure?.metric === 'unanswered';
  const until = worst.figure?.until ?? (isLater && counts ? last?.at : undefined);
  const isOver = last?.kind === 'recovered';
  const end = isOver ? formatInstant(last.at) : 'the end of the run';
  if (until === undefined || last === undefined || (until >= last.at && !isLater))
    return `from ${startOf(at)} to ${end}${again}`;
  // The figure is that of this part of the degradation only.
  const part = `from ${startOf(worst.at)} to ${until >= last.at ? end : formatInstant(until)}`;
  if (times > 1)
    return `${part}; degraded ${formatCount(times)} times from ${startOf(at)} to ${end}`;
  if (isLater && until >= last.at) return `${part}; degraded from ${startOf(at)} on`;
  if (isLater) return `${part}; degraded from ${startOf(at)} to ${end}`;
  return `${part}, ${isOver ? `healthy again at ${end}` : 'not healthy again'}`;
}

/** The time at which a degradation begins: `30 s`, or `the start` of a run that begins with it. */
function startOf(at: number): string {
  return at === 0 ? 'the start' : formatInstant(at);
}

/** Whether users are hurt as much without a fault: it is to blame for harm that no request shows, and not for theirs. */
export function isClearedOfUsers(variant: VariantResult, fault: string | undefined): boolean {
  const row = variant.counterfactuals?.faults.find((one) => one.fault === fault);
  return row?.role === 'none' && hurtUsers(variant).length > 0;
}

/** The causes with more than a small part of the harm: first those of broken budgets, then the largest; two faults with the same words have their ids. */
export function mainCauses(variant: VariantResult): readonly KnownCause[] {
  return variant.cascade.causes
    .filter(({ role, share }) => role === 'cause' && (share ?? 1) >= SOME)
    .filter((cause) => !isClearedOfUsers(variant, cause.fault))
    .sort(
      (a, b) =>
        CERTAINTY.indexOf(a.known) - CERTAINTY.indexOf(b.known) ||
        heldWithout(variant, b.fault) - heldWithout(variant, a.fault) ||
        (b.share ?? 0) - (a.share ?? 0) ||
        a.at - b.at,
    )
    .map((cause) => {
      const { fault, text } = cause;
      const isShared = fault !== undefined && wordsOf(variant, fault).endsWith(` (${fault})`);
      return isShared ? { ...cause, text: `${text} (${fault})` } : cause;
    });
}

/** The causes with the largest parts of the harm, each with how it is known. */
function causeWords(variant: VariantResult): string {
  const all = mainCauses(variant);
  const [first] = all;
  if (first === undefined) return '';
  if (all.length === 1) return ` Cause (${first.known}): ${first.text}.`;
  const causes = all.slice(0, MOST).map(({ text, known }: KnownCause) => `${text} (${known})`);
  const more = all.length - causes.length;
  return ` Causes: ${listed(more > 0 ? [...causes, `${formatCount(more)} more`] : causes)}.`;
}
