import { headOf } from '../../contracts/result/fault-text.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { budgetValue, isBroken } from '../view/budget-words.js';
import { besideText } from './character.js';
import { formatInstant, formatShare } from '../../text/figures.js';
import { capitalised, plural, verb } from '../../text/words.js';
import { strongList, type Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import { groupedBy } from '../../text/order.js';
import { joined, variantHead } from './answer-room.js';
import { refusalWords } from './refused.js';
import { outdone } from '../view/standing.js';
import { undoneWords } from '../view/undone.js';
import {
  activeWords,
  degradedIntervals,
  heldBudgets,
  longestDegraded,
  shades,
  type View,
  isServer,
  viewOfVariant,
} from '../view/view.js';

/** `psp hangs from 60 to 100 s`; null without a fault. */
export function headlineWords(view: View): string | null {
  const parts = headlineParts(view);
  return parts === null ? null : `${parts.own}${parts.elsewhere}`;
}

/** The same in two parts: what other variants have in its place is empty where all have the same. */
export function headlineParts(
  view: View,
): { readonly own: string; readonly elsewhere: string } | null {
  const span = shades(view)[0];
  if (view.headline === null || span === undefined) return null;
  const { words } = view.headline;
  const time = activeWords(view, span);
  return { own: `${words} ${fromWords(time)}`, elsewhere: elsewhereWords(view, words, time) };
}

function fromWords(time: string): string {
  return time.startsWith('from') ? time : `from ${time}`;
}

/** The same of a fault that is over at once: `products.shared is flushed at 60 s`; null for others. */
export function instantWords({ headline, result: { run } }: View): string | null {
  const span = headline?.spans[0];
  if (span === undefined || span.until > span.from || span.from >= run.duration) return null;
  return `${headline!.words} at ${formatInstant(Math.max(0, span.from))}`;
}

/** Whether all variants that have the headline fault have the same words for it. A rollout may be of another kind. */
export function isSameInAll(view: View): boolean {
  return view.result.variants.every((variant) => {
    const { headline } = viewOfVariant(view, variant);
    return headline === null || headline.words === view.headline?.words;
  });
}

/** Most times that a head lists. */
const TIMES = 2;

/**
 * Variants that have the headline fault at another time, in other words, or not at all: ` (80 to 100 s in later, not in
 * calm)`.
 */
function elsewhereWords(view: View, words: string, time: string): string {
  if (view.only !== null) return '';
  const others = groupedBy(view.result.variants, (variant) => {
    const own = viewOfVariant(view, variant);
    const span = shades(own)[0];
    if (own.headline === null || span === undefined) return 'not';
    const when = activeWords(view, span);
    if (own.headline.words !== words) return `${own.headline.words} ${fromWords(when)}`;
    return when === time ? null : when;
  });
  if (others.size === 0) return '';
  if (others.size > TIMES)
    return ` (differs in ${listed([...others].flatMap(([, some]) => some.map(({ name }) => name)))})`;
  const all = [...others].map(([own, some]) => `${own} in ${listed(some.map(({ name }) => name))}`);
  return ` (${all.join(', ')})`;
}

/** Components that degraded in the first run, longest first, without the faulted ones. */
export function degradedSubjects(
  view: View,
  variant: VariantResult,
): { readonly subject: string; readonly seconds: number }[] {
  const faulted = new Set(variant.faults.flatMap((fault) => fault.target));
  const rows: { subject: string; seconds: number }[] = [];
  for (const node of view.result.topology.nodes) {
    if (!isServer(node) || faulted.has(node.name)) continue;
    const seconds = longestDegraded(variant, [node.name]);
    if (seconds > 0) rows.push({ subject: node.name, seconds });
  }
  return rows.sort((a, b) => b.seconds - a.seconds || (a.subject < b.subject ? -1 : 1));
}

/** The components with instances that degrade at some time, those included that a fault hits. */
export function everDegraded({ result }: View, variant: VariantResult): readonly string[] {
  return result.topology.nodes
    .filter((node) => isServer(node) && degradedIntervals(variant, node.name).length > 0)
    .map(({ name }) => name);
}

/** The budgets that a variant breaks, with their values: `“orders.success > 95 %” is not held: 57.3 %. ` */
export function missedWords(variant: VariantResult): string {
  const { budgets } = variant;
  const missed = budgets.filter((one) => isBroken(one) && one.severity === 'error');
  const named = missed.slice(0, NAMED);
  const texts = named.map((one) => `“${one.name ?? one.text}” (${budgetValue(one)})`);
  if (missed.length === 1)
    return `“${named[0]!.name ?? named[0]!.text}” is not held: ${budgetValue(named[0]!)}. `;
  const others = missed.length - named.length;
  const { of } = heldBudgets(variant);
  return `${missed.length} of ${of} budgets are not held: ${listed([...texts, ...(others > 0 ? [plural(others, 'other')] : [])])}. `;
}

/** Most broken budgets that the sentence names. */
const NAMED = 2;

/**
 * That no variant holds every budget, and the variants that come closest, of those that no other one beats in success or
 * goodput; before them those that break none, where the runs decide too little.
 */
export function closestWords(
  view: View,
  judged: readonly VariantResult[],
): { readonly words: Words; readonly closest: readonly VariantResult[] } {
  const none = 'No variant holds every budget';
  const compared = judged.filter(({ otherLoad }) => otherLoad !== true);
  const open = compared.filter((v) => heldBudgets(v).broken === 0);
  if (open.length > 0) {
    const does = `${verb(open.length, 'break')} no budget, but these runs do not decide all of them`;
    return { words: [...bold(open.map((v) => v.name)), ` ${does}`], closest: open };
  }
  const worse = outdone(view);
  const able = compared.filter(({ name }) => !worse.has(name));
  // Budgets of single variants: the fewest missed, not the most held.
  const missed = (v: VariantResult): number => heldBudgets(v).of - heldBudgets(v).held;
  const least = Math.min(...able.map(missed));
  const closest = able.filter((v) => missed(v) === least);
  const isBeaten = judged.some((v) => worse.has(v.name) && missed(v) < least);
  const isNone = closest.every((v) => heldBudgets(v).held === 0);
  if (closest.length === judged.length || closest.length === 0 || (isNone && !isBeaten))
    return { words: [none], closest: [] };
  const does = verb(closest.length, isBeaten ? 'serve' : 'come');
  const words = [
    `${none}; `,
    ...bold(closest.map((v) => v.name)),
    ` ${does} ${isBeaten ? 'users best' : 'closest'}`,
  ];
  return { words, closest };
}

/** Words for a run in which no kind of request degrades. */
export function calmWords(view: View): Words {
  const { worstVariant } = view;
  const success = worstVariant.summary.success.value;
  if (success === null) return ['No request finished.'];
  const all =
    success === 1
      ? 'every request still succeeds'
      : (refusedWords(worstVariant, 1 - success) ?? `${formatShare(success)} of requests succeed`);
  const hasFault = worstVariant.faults.length > 0;
  if (hasFault && isWithoutFault(worstVariant))
    return [`No fault begins in this run; ${all}. Other runs may have one: use --replications 5.`];
  const head = success < 1 ? variantHead(view) : [];
  const start = hasFault ? openingWords(view, worstVariant) : 'no fault is injected';
  const text = head.length > 0 ? start : asSentence(view, start);
  if (hasFault) {
    const undone = undoneWords(view, worstVariant);
    return joined([...head, `${text}, and ${all}.`], undone === null ? [] : [[` ${undone}.`]]);
  }
  if (success < 1) return [...head, `${text}; ${all}.`];
  const isCalm = besideText(view, worstVariant) === null;
  return [isCalm ? 'Nothing broke: every request succeeds.' : 'Every request succeeds.'];
}

/** `4.1 % of requests are refused (throttled)`, where nearly all that do not succeed are. */
function refusedWords({ components }: VariantResult, share: number): string | null {
  const how = refusalWords(Object.values(components).filter(({ kind }) => kind === 'workload'));
  if (how === null) return null;
  const who = share === 1 ? 'every request is' : `${formatShare(share)} of requests are`;
  return `${who} refused (${how})`;
}

/** Whether the one run has no fault of the file, because each is drawn or waits for a condition. */
function isWithoutFault({ cascade, perReplication }: VariantResult): boolean {
  return perReplication.length === 1 && cascade.events.every(({ kind }) => kind !== 'fault');
}

/** The headline fault as a variant has it, with its time: `psp hangs from 60 to 100 s`. */
function openingWords(all: View, variant: VariantResult): string {
  const view = viewOfVariant(all, variant);
  const { headline } = view;
  const common = headlineWords(view) ?? headline?.words ?? 'a fault is active';
  const own = variant.cascade.events.find((e) => e.kind === 'fault' && e.subject === headline?.id);
  return own === undefined ? common : common.replace(headline!.words, () => headOf(own));
}

/** Words with a capital first letter, unless they begin with a name or a path. */
export function asSentence({ result }: View, words: string): string {
  const names = result.topology.nodes.flatMap(({ name, zones }) => [
    name,
    ...zones.filter((zone) => zone !== null),
  ]);
  const isPath = /^\w+[.[]\S/u.test(words);
  return isPath || names.some((name) => words.startsWith(name)) ? words : capitalised(words);
}

function bold(names: readonly string[]): Words {
  return names.length > 4 ? [listed(names)] : strongList(names);
}
