import type { VariantResult } from '../spec/result.js';
import { briefSeconds, formatCount, formatShare, listed, meanCount, upTo } from './format.js';
import {
  behindOf,
  countEstimate,
  stalestOf,
  unsettledOf,
  type Behind,
  type Unsettled,
  type WorstShare,
} from './unseen.js';
import type { View } from './view.js';
import type { Words } from './words.js';

/** Seconds of age below which nobody is behind. */
const OLD = 1;
/** Share of stale reads below which there is nothing to say. */
const STALE = 0.01;
/** How many times the best variant must be better to be named. */
const BETTER = 1.5;
/** Variants that are named beside each other. */
const NAMED = 3;

/** Sentences about what no request shows. */
const SENTENCES = 3;

/** What became of sagas, of messages, of those who are behind and of reads: a sentence each, of what there is. */
export function unseenWords(view: View): Words {
  const lost = amissWords(view, 'lostEffects', (n) =>
    n === 1 ? 'message is lost' : 'messages are lost',
  );
  const again = amissWords(view, 'duplicateEffects', (n) =>
    n === 1 ? 'effect happens again' : 'effects happen again',
  );
  const [sagas, stale] = [sagaWords(view), staleWords(view)];
  // One sentence may be long, several may not.
  const isAlone = [lost, again, sagas, stale].every((words) => words === null);
  const behind = behindWords(view, { detail: isAlone ? 'full' : 'brief' });
  const said = [sagas, lost, behind, again, stale]
    .filter((words) => words !== null)
    .slice(0, SENTENCES);
  return said.flatMap((words, i) => [...words, i < said.length - 1 ? '. ' : '.']);
}

/** How sagas end at worst, and who ends them all well; null without sagas. */
export function sagaWords(view: View): Words | null {
  const found = foundIn(view, (variant) => unsettledOf(view, variant));
  if (found.length === 0) return null;
  const share = (one: Unsettled): number => one.broken / one.begun;
  const worst = largestBy(found, ({ value }) => share(value));
  if (worst.value.broken === 0) return ['Every saga comes to a consistent end'];
  const { subject, begun, broken, ends } = worst.value;
  const kinds = ends
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${meanCount(count)} ${word}`);
  const well = found.filter(({ value }) => value.broken === 0);
  return [
    `${meanCount(broken)} of ${meanCount(begun)} ${subject} sagas come to no consistent end`,
    ...inVariant(view, worst.variant),
    kinds.length > 1
      ? `: ${listed(kinds)}`
      : ends.length > 0
        ? ` (${kinds[0]!.split(' ')[1]!})`
        : '',
    ...(well.length > 0 && well.length < 4
      ? ['; in ', ...boldList(well.map(({ variant }) => variant.name)), ' every one does']
      : []),
  ];
}

/** How many messages do not have their effect once at worst, and where it is far fewer; null where all do. */
function amissWords(view: View, meter: string, noun: (n: number) => string): Words | null {
  const found = foundIn(view, (variant) => countEstimate(view, variant, 'messages', meter).value);
  if (found.length === 0) return null;
  const worst = largestBy(found, ({ value }) => value);
  if (worst.value === 0) return null;
  const best = largestBy(found, ({ value }) => -value);
  const alike = found.filter(({ value }) => value === best.value).slice(0, NAMED);
  return [
    `${meanCount(worst.value)} ${noun(worst.value)}`,
    ...inVariant(view, worst.variant),
    ...(best.value * BETTER < worst.value
      ? [
          `, ${best.value === 0 ? 'none' : meanCount(best.value)} in `,
          ...boldList(alike.map(({ variant }) => variant.name)),
        ]
      : []),
  ];
}

/** Who is furthest behind, and when it has caught up; null where nobody is. `among`: of whom it is asked, else of all. */
export function behindWords(
  view: View,
  { among, detail }: { readonly among?: readonly string[]; readonly detail: 'full' | 'brief' },
): Words | null {
  const isAsked = (subject: string): boolean => among?.includes(subject) ?? true;
  const found = foundIn(view, (variant) => behindOf(view, variant, isAsked));
  if (found.length === 0) return null;
  const rank = ({ drained, oldest }: Behind): number =>
    drained === Infinity ? 1e9 + oldest : oldest;
  const worst = largestBy(found, ({ value }) => rank(value));
  if (worst.value.oldest < OLD) return null;
  const { subject, noun, most, oldest } = worst.value;
  const best = largestBy(found, ({ value }) => -rank(value));
  const alike = found.filter(({ value }) => isAlike(value, best.value));
  return [
    `${upTo(formatCount(most), noun)} ${noun === 'row' ? 'in' : 'for'} ${subject}`,
    ...inVariant(view, worst.variant),
    // A section has room for that by which it picks whom it tells of.
    detail === 'full' || among !== undefined ? `, the oldest for ${briefSeconds(oldest)}` : '',
    drainWords(worst.value, detail),
    ...bestWords(
      worst.value,
      best.value,
      alike.slice(0, NAMED).map(({ variant }) => variant.name),
    ),
  ];
}

/** Whose reads are stale most often; null where hardly any is. */
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

/** Words without their emphasis. */
export function flat(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.strong)).join('');
}

function staleBest({ share }: WorstShare, variant: VariantResult): Words {
  return [', ', share === 0 ? 'none' : formatShare(share), ' in ', { strong: variant.name }];
}

function bestWords(worst: Behind, best: Behind, names: readonly string[]): Words {
  const isBetter =
    best.most * BETTER < worst.most || (worst.drained === Infinity && best.drained !== Infinity);
  if (!isBetter) return [];
  if (best.oldest < OLD) return ['; in ', ...boldList(names), ' no consumer falls behind'];
  const gone =
    best.drained !== null && best.drained > 0 && best.drained !== Infinity
      ? `, gone ${briefSeconds(best.drained)} after the fault`
      : '';
  return ['; in ', ...boldList(names), ` it is ${formatCount(best.most)}${gone}`];
}

/** Two variants in which nobody, or somebody as far, falls behind. */
function isAlike(a: Behind, b: Behind): boolean {
  if (a.oldest < OLD || b.oldest < OLD) return a.oldest < OLD && b.oldest < OLD;
  return a.most === b.most && a.drained === b.drained;
}

/** When the backlog is over: `, gone 218 s after the fault`. */
function drainWords({ drained }: Behind, detail: 'full' | 'brief'): string {
  if (drained === null || drained === 0) return '';
  if (drained === Infinity)
    return detail === 'full' ? ', and the backlog outlives the run' : ', not gone by the end';
  const gone = `gone ${briefSeconds(drained)} after the fault`;
  return detail === 'full' ? `, and the backlog is ${gone}` : `, ${gone}`;
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

/** The first of the largest. */
function largestBy<T>(all: readonly T[], of: (one: T) => number): T {
  return all.reduce((best, one) => (of(one) > of(best) ? one : best));
}

function boldList(names: readonly string[]): Words {
  return names.flatMap((name, i) => [
    ...(i === 0 ? [] : [i === names.length - 1 ? ' and ' : ', ']),
    { strong: name },
  ]);
}
