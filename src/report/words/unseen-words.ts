import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatNumber, formatSeconds, formatShare } from '../../text/figures.js';
import { strongList, type Words } from '../base/emphasis.js';
import { listed, upTo } from '../base/format.js';
import {
  behindOf,
  cancelledEstimate,
  countEstimate,
  deadEstimate,
  isLeftWaiting,
  stalestOf,
  unsettledOf,
  type Behind,
  type Unsettled,
  type WorstShare,
} from '../families/unseen.js';
import { wordsOf } from '../view/explained.js';
import type { View } from '../view/view.js';

/** Age in seconds below which no subject counts as behind. */
const OLD = 1;
/** Share of stale reads below which they are not reported. */
const STALE = 0.01;
/** The best variant is named if it is this many times better. */
const BETTER = 1.5;
/** Most variants that are named together. */
const NAMED = 3;

/** Most sentences about effects that no request shows. */
const SENTENCES = 3;

/** Sentences about sagas, messages, backlogs and reads, each without its full stop: one for each that applies. */
export function unseenSentences(view: View): readonly Words[] {
  const counted =
    (meter: string): Count =>
    (variant) =>
      countEstimate(view, variant, 'messages', meter).value;
  const lost = anomalyWords(view, counted('lostEffects'), (n) =>
    n === 1 ? 'message is lost' : 'messages are lost',
  );
  const again = anomalyWords(view, counted('duplicateEffects'), (n) =>
    n === 1 ? 'effect happens again' : 'effects happen again',
  );
  const dead = anomalyWords(view, deadCount, (n) =>
    n === 1 ? 'message ends as a dead letter' : 'messages end as dead letters',
  );
  const [sagas, stale] = [sagaWords(view), staleWords(view)];
  // A single sentence may be long.
  const isAlone = [lost, dead, again, sagas, stale].every((words) => words === null);
  const behind = behindWords(view, { detail: isAlone ? 'full' : 'brief' });
  const waiting = isWorseThanDead(view) ? [behind, dead] : [dead, behind];
  return [sagas, lost, ...waiting, again, stale]
    .filter((words) => words !== null)
    .slice(0, SENTENCES);
}

const deadCount: Count = (variant) => deadEstimate(variant).value;

/** Part of a backlog: fewer dead letters are the smaller trouble, although a backlog drains and they stay. */
const FEW_DEAD = 0.01;

/** Whether a backlog is left, or is far larger than the number of dead letters. */
function isWorseThanDead(view: View): boolean {
  const most = foundIn(view, (variant) => behindOf(view, variant)).map(({ value }) => value.most);
  const dead = foundIn(view, deadCount).map(({ value }) => value);
  const isLeft = view.result.variants.some((variant) => isLeftWaiting(view, variant));
  return isLeft || Math.max(0, ...dead) < FEW_DEAD * Math.max(0, ...most);
}

/** A count of a variant; null where there is none. */
type Count = (variant: VariantResult) => number | null;

/** The worst outcome of sagas, and the variants in which all end consistently; null without sagas. */
export function sagaWords(view: View): Words | null {
  const found = foundIn(view, (variant) => unsettledOf(view, variant));
  if (found.length === 0) return null;
  const share = (one: Unsettled): number => one.broken / one.begun;
  const worst = largestBy(found, ({ value }) => share(value));
  if (worst.value.broken === 0) {
    const most = cancelledWords(view);
    return ['Every saga comes to a consistent end', ...(most === null ? [] : [', but ', ...most])];
  }
  const { subject, begun, broken, ends } = worst.value;
  const kinds = ends
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${formatNumber(count)} ${word}`);
  const well = found.filter(({ value }) => value.broken === 0);
  return [
    `${formatNumber(broken)} of ${formatNumber(begun)} ${subject} sagas come to no consistent end`,
    ...inVariant(view, worst.variant),
    kinds.length > 1
      ? `: ${listed(kinds)}`
      : ends.length > 0
        ? ` (${kinds[0]!.split(' ')[1]!})`
        : '',
    ...(well.length > 0 && well.length < 4
      ? ['; in ', ...strongList(well.map(({ variant }) => variant.name)), ' every one does']
      : []),
    ...cancelledBeside(view),
  ];
}

function cancelledBeside(view: View): Words {
  const words = cancelledWords(view);
  return words === null ? [] : ['; ', ...words];
}

/** The variant with the largest share of sagas that are undone; null if none is. */
function cancelledWords(view: View): Words | null {
  const found = foundIn(view, (variant) => cancelledEstimate(view, variant).value);
  const worst = found.length === 0 ? null : largestBy(found, ({ value }) => value);
  if (worst === null || worst.value === 0) return null;
  return [
    `${formatShare(worst.value)} of the sagas are cancelled`,
    ...inVariant(view, worst.variant),
  ];
}

/**
 * The largest number of messages whose effect does not happen exactly once, and the variants with far fewer; null if
 * all effects do.
 */
function anomalyWords(view: View, count: Count, noun: (n: number) => string): Words | null {
  const found = foundIn(view, count);
  if (found.length === 0) return null;
  const worst = largestBy(found, ({ value }) => value);
  if (worst.value === 0) return null;
  const best = largestBy(found, ({ value }) => -value);
  const alike = found.filter(({ value }) => value === best.value).slice(0, NAMED);
  // With several runs it is a mean.
  const mean = view.result.replications > 1 ? 'On average ' : '';
  const per = view.result.replications > 1 ? ' per run' : '';
  return [
    `${mean}${formatNumber(worst.value)} ${noun(worst.value)}${per}`,
    ...inVariant(view, worst.variant),
    ...(best.value * BETTER < worst.value
      ? [
          `, ${best.value === 0 ? 'none' : formatNumber(best.value)} in `,
          ...strongList(alike.map(({ variant }) => variant.name)),
        ]
      : []),
  ];
}

/** `more-consumers falls least behind: up to 6,305 messages wait`, where another variant is far more behind; else null. */
export function leastBehind(
  view: View,
): { readonly variant: VariantResult; readonly words: Words } | null {
  const found = foundIn(view, (variant) => behindOf(view, variant));
  if (found.length < 2) return null;
  const rank = ({ drained, oldest }: Behind): number =>
    drained === Infinity ? 1e9 + oldest : oldest;
  const worst = largestBy(found, ({ value }) => rank(value));
  // Where nothing ever waits for the same consumer, it may be dropped, or go another way.
  const { subject } = worst.value;
  const same = foundIn(view, (variant) => behindOf(view, variant, (one) => one === subject)).filter(
    ({ value }) => value.most > 0,
  );
  if (same.length === 0) return null;
  const best = largestBy(same, ({ value }) => -rank(value));
  if (rank(best.value) * BETTER >= rank(worst.value)) return null;
  const { most, noun, drained } = best.value;
  const end =
    drained === 0
      ? ', drained when the fault ends'
      : drained === Infinity
        ? ''
        : drainWords(best, 'brief');
  const words = [
    { strong: best.variant.name },
    ` falls least behind: ${lower(upTo(formatCount(most), noun))}${end}`,
  ];
  return { variant: best.variant, words };
}

/**
 * The subject that is furthest behind, and when it catches up; null if none is. `among`: the subjects to consider, by
 * default all.
 */
export function behindWords(
  view: View,
  asked: { readonly among?: (subject: string) => boolean; readonly detail: 'full' | 'brief' },
): Words | null {
  const { among, detail } = asked;
  const found = foundIn(view, (variant) => behindOf(view, variant, among));
  if (found.length === 0) return null;
  const rank = ({ drained, oldest }: Behind): number =>
    drained === Infinity ? 1e9 + oldest : oldest;
  const latest = largestBy(found, ({ value }) => rank(value));
  if (latest.value.oldest < OLD) return null;
  const isLeft = ({ value }: typeof latest): boolean => value.drained === Infinity;
  // `Up to` is about the subject in every variant, so the variant with the most is named.
  const alikeLeft = found.filter(
    (one) => one.value.subject === latest.value.subject && isLeft(one) === isLeft(latest),
  );
  const worst = largestBy(alikeLeft, ({ value }) => value.most);
  const { subject, noun, most, oldest } = worst.value;
  const best = largestBy(found, ({ value }) => -rank(value));
  const alike = found.filter(({ value }) => isAlike(value, best.value));
  const names = alike.slice(0, NAMED).map(({ variant }) => variant.name);
  return [
    `${upTo(formatCount(most), noun)} ${noun === 'row' ? 'in' : 'for'} ${subject}`,
    ...inVariant(view, worst.variant),
    // A section chooses its subjects by this age, so it shows it.
    detail === 'full' || among !== undefined ? `, the oldest for ${formatSeconds(oldest)}` : '',
    drainWords(worst, detail),
    ...bestWords(worst.value, best, names),
  ];
}

/** The subject with the most stale reads; null if hardly any is stale. */
export function staleWords(view: View): Words | null {
  const found = foundIn(view, (variant) => stalestOf(view, variant));
  if (found.length === 0) return null;
  const worst = largestBy(found, ({ value }) => value.share);
  if (worst.value.share < STALE) return null;
  const best = largestBy(found, ({ value }) => -value.share);
  const isBetter = best.value.share * BETTER < worst.value.share;
  return [
    `${formatShare(worst.value.share)} of the reads of ${worst.value.subject} are stale`,
    ...inVariant(view, worst.variant),
    ...(isBetter ? staleBest(best.value, best.variant) : []),
  ];
}

function staleBest({ share }: WorstShare, variant: VariantResult): Words {
  return [', ', share === 0 ? 'none' : formatShare(share), ' in ', { strong: variant.name }];
}

function bestWords(worst: Behind, found: Found<Behind>, names: readonly string[]): Words {
  const { value: best } = found;
  const isBetter =
    best.most * BETTER < worst.most || (worst.drained === Infinity && best.drained !== Infinity);
  if (!isBetter) return [];
  if (best.oldest < OLD) return ['; in ', ...strongList(names), ' no consumer falls behind'];
  const end = best.drained === Infinity ? '' : drainWords(found, 'brief');
  return ['; in ', ...strongList(names), ` it is ${formatCount(best.most)}${end}`];
}

/** Whether two variants both have no backlog, or the same one. */
function isAlike(a: Behind, b: Behind): boolean {
  if (a.oldest < OLD || b.oldest < OLD) return a.oldest < OLD && b.oldest < OLD;
  return a.most === b.most && a.drained === b.drained;
}

/** End of the backlog: `, drained 218 s after “slow-store” ended`; of a variant with a single fault `after the fault`. */
function drainWords({ value, variant }: Found<Behind>, detail: 'full' | 'brief'): string {
  const { drained, fault } = value;
  if (drained === null || drained === 0) return '';
  if (drained === Infinity)
    return detail === 'full' ? ', and the backlog outlives the run' : ', never drained';
  const isOnly = fault === null || variant.faults.length === 1;
  return `, drained ${formatSeconds(drained)} after ${isOnly ? 'the fault' : `“${wordsOf(variant, fault)}” ended`}`;
}

function inVariant(view: View, variant: VariantResult): Words {
  return view.result.variants.length > 1 ? [' in ', { strong: variant.name }] : [];
}

interface Found<T> {
  readonly variant: VariantResult;
  readonly value: T;
}

function foundIn<T>(view: View, find: (variant: VariantResult) => T | null): readonly Found<T>[] {
  return view.result.variants.flatMap((variant) => {
    const value = find(variant);
    return value === null ? [] : [{ variant, value }];
  });
}

/** The element with the largest value, the first of equals. */
function largestBy<T>(all: readonly T[], of: (one: T) => number): T {
  return all.reduce((best, one) => (of(one) > of(best) ? one : best));
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
