import { DEGRADATIONS } from '../spec/result/degradations.js';
import { headOf } from '../spec/result/fault-text.js';
import type { VariantResult } from '../spec/result/result.js';
import { budgetValue, isBroken } from './budget-words.js';
import { besideText } from './character.js';
import { behindSubjects } from './chain.js';
import { outcomeColumns } from './columns.js';
import { isWorse } from './difference.js';
import { degradedWords } from './degraded.js';
import { fastFailureWords } from './fast-failures.js';
import { neverRecovers } from './next-fault.js';
import { otherLoadText } from './other-load.js';
import { formatShare, formatSpan } from '../text/figures.js';
import { capitalised, plural } from '../text/words.js';
import { strongList, type Words } from './emphasis.js';
import { listed } from './format.js';
import { incompleteHeading } from './incomplete.js';
import { groupedBy } from '../text/order.js';
import { outdone } from './standing.js';
import { isLeftWaiting } from './unseen.js';
import { expectedCounts, expectedWords, isUnexpected, withoutGoals } from './expected-words.js';
import { recoveredWords, slowAfterWords } from './recovered-words.js';
import { undecidedWords } from './undecided-words.js';
import { unseenWords } from './unseen-words.js';
import {
  brokenWarnings,
  degradedIntervals,
  heldBudgets,
  longestDegraded,
  requestLabel,
  shades,
  type View,
  isServer,
  viewOfVariant,
} from './view.js';

/** The badge before the verdict. */
export interface Badge {
  readonly text: string;
  readonly tone: 'fail' | 'pass' | 'open';
}

/** Pass or fail over all variants; null if there is nothing to judge. */
export function badgeOf(view: View): Badge | null {
  const { hypothesis, variants } = view.result;
  if (hypothesis !== null) {
    const tone =
      hypothesis.verdict === 'confirmed'
        ? 'pass'
        : hypothesis.verdict === 'inconclusive'
          ? 'open'
          : 'fail';
    return { text: `hypothesis ${hypothesis.verdict}`, tone };
  }
  const judged = variants.filter((variant) => heldBudgets(variant).of > 0);
  const isWrong = variants.some(isUnexpected);
  if (judged.length === 0) {
    if (view.result.incomplete !== undefined) return { text: 'incomplete', tone: 'open' };
    if (isWrong) return { text: 'not as expected', tone: 'open' };
    // An expected outage is no pass.
    return expectedCounts(view.result).of === 0 ? null : { text: 'no goals', tone: 'open' };
  }
  const failing = judged.filter((variant) => heldBudgets(variant).broken > 0).length;
  if (failing > 0)
    return {
      text: judged.length === 1 ? 'fail' : `${failing} of ${judged.length} variants fail`,
      tone: 'fail',
    };
  const open = judged.filter(
    (variant) => heldBudgets(variant).held < heldBudgets(variant).of,
  ).length;
  if (view.result.incomplete !== undefined) return { text: 'incomplete', tone: 'open' };
  if (open > 0) return { text: 'undecided', tone: 'open' };
  return isWrong
    ? { text: 'pass, not as expected', tone: 'open' }
    : { text: passWords(variants, judged), tone: 'pass' };
}

/** A variant without goals does not pass. */
function passWords(variants: readonly VariantResult[], judged: readonly VariantResult[]): string {
  if (withoutGoals(variants).length === 0) return 'pass';
  const verb = judged.length === 1 ? 'passes' : 'pass';
  return `${judged.length} of ${plural(variants.length, 'variant')} ${verb}`;
}

/** The verdict: the variants that hold the budgets, whether the behaviour is as expected, the most important finding, and effects that no request shows. */
export function verdictWords(view: View): Words {
  const unseen = unseenWords(view);
  const incomplete = incompleteHeading(view.result);
  const degraded = degradedWords(view);
  const otherLoad = otherLoadText(view);
  return [
    ...(incomplete === null ? [] : [`${incomplete} `]),
    ...undecidedWords(view),
    ...budgetWords(view),
    ...expectedWords(view.result),
    ...fastFailureWords(view),
    ...storyWords(view),
    ...(degraded.length > 0 ? [' ', ...degraded] : []),
    ...(otherLoad === null ? [] : [` ${otherLoad}`]),
    ...(unseen.length > 0 ? [' ', ...unseen] : []),
  ];
}

/** `psp hangs from 60 to 100 s`; null without a fault. */
export function headlineWords(view: View): string | null {
  const span = shades(view)[0];
  if (view.headline === null || span === undefined) return null;
  const time = formatSpan(span.from, span.until);
  return `${view.headline.words} from ${time}${elsewhereWords(view, time)}`;
}

/** Variants that have the headline fault at another time, or not at all: ` (80 to 100 s in later, not in calm)`. */
function elsewhereWords(view: View, time: string): string {
  if (view.only !== null) return '';
  const others = groupedBy(view.result.variants, (variant) => {
    const span = shades(viewOfVariant(view, variant))[0];
    const own = span === undefined ? 'not' : formatSpan(span.from, span.until);
    return own === time ? null : own;
  });
  if (others.size === 0) return '';
  const words = [...others].map(
    ([own, some]) => `${own} in ${listed(some.map(({ name }) => name))}`,
  );
  return ` (${words.join(', ')})`;
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

function budgetWords(view: View): Words {
  const judged = view.result.variants.filter(
    (variant) => variant.unfinished === undefined && heldBudgets(variant).of > 0,
  );
  if (judged.length === 0) return [];
  const whole = judged.filter((v) => heldBudgets(v).held === heldBudgets(v).of);
  const names = (variants: readonly VariantResult[]): Words => bold(variants.map((v) => v.name));
  if (whole.length < judged.length && judged.every((v) => heldBudgets(v).broken === 0)) {
    // The sentence before names those that are undecided.
    return whole.length === 0
      ? []
      : [...names(whole), ` ${whole.length === 1 ? 'holds' : 'hold'} every budget. `];
  }
  const others = withoutGoals(view.result.variants).length > 0;
  if (judged.length === 1 && !others) {
    const { held, of } = heldBudgets(judged[0]!);
    if (held === of) return [of === 1 ? 'The budget is held. ' : `All ${of} budgets are held. `];
    return [missedWords(judged[0]!)];
  }
  if (whole.length === judged.length && !others) {
    const warned = brokenWarnings(view.result);
    const which = view.result.incomplete === undefined ? 'Every' : 'Every finished';
    return [
      `${which} variant holds every budget${warned > 0 ? `, with ${plural(warned, 'warning')}` : ''}. `,
    ];
  }
  if (whole.length === 1) {
    const only = judged.length > 1 ? ['Only '] : [];
    return [...only, ...names(whole), ` holds every budget${beside(view, whole[0]!)}. `];
  }
  if (whole.length > 1) return [...names(whole), ' hold every budget. '];
  return closestWords(view, judged);
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

/** Added to the only variant that holds the budgets, if another one serves users better. */
function beside(view: View, variant: VariantResult): string {
  return outdone(view).has(variant.name) ? ', but another variant serves more requests' : '';
}

/** The variants that come closest, of those that no other one beats in success or goodput. */
export function closestWords(view: View, judged: readonly VariantResult[]): Words {
  const none = 'No variant holds every budget';
  const worse = outdone(view);
  const able = judged.filter(({ name, otherLoad }) => !worse.has(name) && otherLoad !== true);
  const mostOf = (some: readonly VariantResult[]): number =>
    Math.max(0, ...some.map((v) => heldBudgets(v).held));
  const most = mostOf(able);
  const closest = able.filter((v) => heldBudgets(v).held === most);
  const isBeaten = judged.some((v) => worse.has(v.name) && heldBudgets(v).held > most);
  if (closest.length === judged.length || closest.length === 0 || (most === 0 && !isBeaten))
    return [`${none}. `];
  const isOne = closest.length === 1;
  const verb = isBeaten ? (isOne ? 'serves' : 'serve') : isOne ? 'comes' : 'come';
  return [
    `${none}; `,
    ...bold(closest.map((v) => v.name)),
    ` ${verb} ${isBeaten ? 'users best' : 'closest'}. `,
  ];
}

export function storyWords(view: View): Words {
  const { variants } = view.result;
  const { worstVariant, baseline } = view;
  const { faults } = worstVariant;
  const stuck = worstVariant.cascade.verdicts.filter((v) => v === 'metastable').length;
  const never = worstVariant.summary.recovery.never;
  const success = worstVariant.summary.success.value;
  const before = baseline.summary.success.value;
  const parts: (string | { strong: string })[] = [];
  if (
    variants.length > 1 &&
    !worstVariant.baseline &&
    success !== null &&
    before !== null &&
    isWorse(view, outcomeColumns(view)[0]!, worstVariant, baseline)
  ) {
    parts.push(
      { strong: worstVariant.name },
      ` is worse than ${baseline.name}: it succeeds with ${formatShare(success)} of requests instead of ${formatShare(before)}`,
    );
    if (never > 0) parts.push(`, and it ${neverWords(view)}`);
    parts.push('.');
    return parts;
  }
  if (never > 0)
    return [
      { strong: worstVariant.name },
      ` ${neverWords(view)}${stuck > 0 ? ': the system is metastable' : ''}.`,
    ];
  if (success !== null && success < 0.9995 && faults.length > 0) return [...lossWords(view), '.'];
  if (success === null) return ['No request finished.'];
  if (faults.length > 0) return quietWords(view, success);
  if (success === 1)
    return [
      besideText(view, worstVariant) === null ? 'Nothing broke: every' : 'Every',
      ' request succeeds.',
    ];
  return [`No fault is injected; ${formatShare(success)} of requests succeed.`];
}

/** The cost of the fault and its end, in the worst variant. */
function lossWords(view: View): Words {
  const { worstVariant, headline } = view;
  const during = worstVariant.summary.during
    .filter(
      (d) =>
        d.fault === headline?.id && d.success.value !== null && view.requests.includes(d.request),
    )
    .sort((a, b) => a.success.value! - b.success.value!)[0];
  const fault = opening(view, worstVariant);
  const of = view.result.variants.length > 1 ? ['; in ', { strong: worstVariant.name }] : [';'];
  const worst =
    during === undefined || during.success.value! > 0.9995
      ? [...of, ` ${formatShare(worstVariant.summary.success.value!)} of all requests succeed`]
      : [
          ...of,
          ` ${formatShare(during.success.value!)} of `,
          { strong: requestLabel(view, during.request) },
          ' requests succeed meanwhile',
        ];
  const { value } = worstVariant.summary.recovery;
  const back =
    value === null
      ? ''
      : value > 0
        ? recoveredWords(view, worstVariant, value)
        : (slowAfterWords(view, worstVariant) ?? endWords(view, worstVariant));
  return [fault, ...worst, back];
}

/** The state when requests succeed again, with a component that is still degraded at the end of the run. */
function endWords(view: View, variant: VariantResult): string {
  const left = variant.cascade.events.filter((event) => event.kind === 'notRecovered');
  if (left.length === 0)
    return isLeftWaiting(view, variant)
      ? ', and requests succeed again when it ends'
      : ', and the system is healthy when it ends';
  const back = 'requests succeed again when it ends';
  const behind = behindSubjects(variant);
  const degraded = left.find((event) => !behind.has(event.subject));
  return degraded === undefined
    ? `, and ${back}`
    : `; ${back}, but ${degraded.subject} is ${degraded.text}`;
}

/** Words for a fault that costs no request: whether users wait. */
function quietWords(view: View, success: number): Words {
  const variants: readonly VariantResult[] = view.result.variants;
  const all =
    success === 1 ? 'every request still succeeds' : `${formatShare(success)} of requests succeed`;
  const waiting = variants.filter((v) => slowRequest(view, v) !== null);
  const slow = waiting.includes(view.worstVariant) ? view.worstVariant : waiting[0];
  if (slow === undefined) return [`${opening(view, view.worstVariant)}, and ${all}.`];
  const { request, text } = slowRequest(view, slow)!;
  const everywhere = waiting.length === variants.length;
  const where: Words = everywhere
    ? [variants.length > 1 ? ' in every variant' : '']
    : [' in ', { strong: slow.name }];
  return [
    `${opening(view, slow)}; ${all}, but `,
    { strong: requestLabel(view, request) },
    ' requests wait',
    ...where,
    `: ${text}${everywhere && variants.length > 1 ? ` in ${slow.name}` : ''}.`,
  ];
}

/** The first kind of request that got slower, and by how much. */
function slowRequest(
  view: View,
  variant: VariantResult,
): { readonly request: string; readonly text: string } | null {
  for (const request of view.requests) {
    const event = variant.cascade.events.find(
      (e) => e.subject === request && DEGRADATIONS.includes(e.kind),
    );
    if (event !== undefined) return { request, text: event.text };
  }
  return null;
}

/** The headline fault as a variant has it, with its time: `psp hangs from 60 to 100 s`. */
function opening(all: View, variant: VariantResult): string {
  const view = viewOfVariant(all, variant);
  const { headline } = view;
  const common = headlineWords(view) ?? headline?.words ?? 'a fault is active';
  const own = variant.cascade.events.find((e) => e.kind === 'fault' && e.subject === headline?.id);
  const words = own === undefined ? common : common.replace(headline!.words, () => headOf(own));
  return asSentence(view, words);
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

function neverWords({ result, worstVariant }: View): string {
  return neverRecovers(result, worstVariant, ' when the fault is over');
}

function bold(names: readonly string[]): Words {
  return names.length > 4 ? [listed(names)] : strongList(names);
}
