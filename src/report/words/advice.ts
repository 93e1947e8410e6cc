import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import { allOf, capitalised, plural } from '../../text/words.js';
import { isCalm, joined, MOST, sizeOf, variantHead, withEffect } from './answer-room.js';
import { changedBest } from './changed-best.js';
import { changeWords, nextUnseen } from './cheapest.js';
import { avertedLosses, effectWords, lossesOf } from '../view/effects.js';
import { strongList, type Words } from '../base/emphasis.js';
import { adviceWords, recommendedOf, type Recommended } from './recommended.js';
import { questionsBetween, replacedBy, withLoadOf } from '../view/reference.js';
import { settingsOf, settingsLineText, settingsTexts, type Settings } from '../view/settings.js';
import { leastBehind } from './unseen-words.js';
import { isLeftWaiting } from '../families/unseen.js';
import { hotKeyAdvice } from './hot-key-advice.js';
import { poisonAdvice } from './poison-advice.js';
import { gainLine, NO_PRICE, priceLine, priceLines, type Price } from './price.js';
import { rollBackWords } from './roll-back.js';
import { survivorsOf } from './survivors.js';
import { uncoveredWords } from './uncovered.js';
import { answeringHarms, unmetUnseen, type UnmetUnseen } from './unmet-unseen.js';
import { undoneWords } from '../view/undone.js';
import { heldBudgets, holdsAll, wouldHold, type View } from '../view/view.js';
import { closestWords } from './words.js';

/** What to do, the variant that it names without its settings, its price and its gain; null and empty without them. */
interface Advice {
  readonly words: Words | null;
  readonly bare: { readonly variant: VariantResult; readonly changes: Settings } | null;
  readonly price: Price;
  /** How much more succeeds with it, and how sure that is. */
  readonly gain: Words;
}

/** The variant to take, else the change that helps, else the variant that comes closest. */
export function actWords(view: View): Advice {
  const { worstVariant, result } = view;
  // No setting makes requests arrive.
  if (result.variants.every(({ summary }) => summary.requests === 0))
    return { ...NOTHING, words: null };
  const chosen = recommendedOf(view);
  if (chosen !== null) {
    const { variant, changes, spare, enough } = chosen;
    const isCut = enough !== null && spare.length > 0;
    const all = changes.length + spare.length;
    const to = view.baseline === worstVariant ? '' : ` to ${view.baseline.name}`;
    const few = isCut
      ? `; ${changes.length} of its ${all} changes${to} ${changes.length === 1 ? 'is' : 'are'} enough`
      : '';
    const which = (settings: string): string => `${isCut ? ':' : ' with'} ${settings}`;
    const head = [...adviceWords(variant), few];
    return advice(view, head, { variant, changes, which });
  }
  const survivor = survivorOf(view);
  if (survivor !== null) return survivor;
  const spared = sparedWords(view);
  if (spared !== null) return { ...NOTHING, words: spared };
  const unmet = unmetUnseen(worstVariant);
  if (unmet !== null) return { ...NOTHING, words: unmetAdvice(view, unmet) };
  const own = worstVariant.counterfactuals;
  const change = own === undefined ? null : changeWords(own, worstVariant);
  const undone = rollBackWords(worstVariant, change?.isSetting === true);
  if (undone !== null) return { ...NOTHING, words: [...variantHead(view), undone, '.'] };
  const served = change === null ? null : bestServed(view, change.isSetting ? change.left : 1);
  if (served !== null) return served;
  if (change !== null && holdsAll(worstVariant)) {
    const head = [`${heldWords(view)} To serve more, ${change.words}`];
    const more: Words = [...withEffect(head, change), '.'];
    // A price without its change is that of doing nothing.
    return change.isNamed && sizeOf(more) <= MOST
      ? { ...NOTHING, words: more, price: change.price }
      : { ...NOTHING, words: [heldWords(view)] };
  }
  if (change !== null) {
    // The runs that prove causes try few settings, and single changes only.
    const tried = change.hasTried
      ? 'no tried setting helps (faultline fix tries more); '
      : 'no setting was tried (faultline fix does); ';
    const lead = change.isSetting ? '' : tried;
    const of = variantHead(view);
    const said = `${lead}${change.words}`;
    const head: Words = [...of, of.length === 0 ? capitalised(said) : said];
    return { ...NOTHING, price: change.price, words: [...withEffect(head, change), '.'] };
  }
  const judged = result.variants.filter(
    (variant) => variant.unfinished === undefined && heldBudgets(variant).of > 0,
  );
  if (judged.length > 1 && !judged.some(holdsAll)) {
    const { words, closest } = closestWords(view, judged);
    const [variant] = closest;
    if (closest.length !== 1) return { ...NOTHING, words: [...words, '.'] };
    const changes = settingsOf(view, variant!);
    return advice(view, words, { variant: variant!, changes, which: bracketsOf(view, variant!) });
  }
  return bestOf(view);
}

/** What helps where no broken budget is about requests of users: the setting that averts most of what it is about. */
function unmetAdvice(view: View, unmet: UnmetUnseen): Words {
  const { worstVariant } = view;
  const own = answeringHarms(worstVariant.counterfactuals, unmet, worstVariant);
  const found = own === undefined ? null : nextUnseen(own, worstVariant);
  const message = messageAdvice({ ...worstVariant, ...(own && { counterfactuals: own }) });
  if (message !== null) return [`${message}.`];
  return found === null ? UNKNOWN : [...variantHead(view), found];
}

/** What to do about messages that wait, where no other value of a setting is the answer; null in other cases. */
function messageAdvice(variant: VariantResult): string | null {
  return poisonAdvice(variant) ?? hotKeyAdvice(variant);
}

/** Most paths of settings in a sentence. */
const FEW = 3;

/** An advice with its settings and their values; where it has room for their paths only, a line below has the values. */
function advice(
  view: View,
  head: Words,
  of: {
    readonly variant: VariantResult;
    readonly changes: Settings;
    readonly which: Which;
  },
  rest: readonly Words[] = [],
): Advice {
  const { values, paths } = settingsTexts(of.changes);
  const settings = [values, of.changes.length > FEW ? '' : paths]
    .filter((text) => text !== '')
    .map(of.which)
    .find((text) => sizeOf([...head, text]) <= MOST);
  const parts = [
    [settings ?? listedBelow(of.changes)],
    ...lossesOf(view, of.variant).map((text): Words => [`; ${text}`]),
    ...rest,
  ];
  const words = joined(head, parts);
  const bare = settings === of.which(values) ? null : of;
  return { words: [...words, '.'], bare, ...priced(view, of.variant) };
}

/** ` (8 settings, below)`: the line below has them. */
function listedBelow(changes: Settings): string {
  return changes.length === 0 ? '' : ` (${plural(changes.length, 'setting')}, below)`;
}

/** What a variant costs, and what it gains. */
function priced(view: View, variant: VariantResult): Pick<Advice, 'price' | 'gain'> {
  return { price: priceLine(view, variant), gain: gainLine(view, variant) };
}

/** Advice without a variant or a change that has a price. */
const NOTHING = { bare: null, price: NO_PRICE, gain: [] } as const;

/** ` (as-is with …)`: settings in brackets, after the variant that they change where the report is about another one. */
function bracketsOf(view: View, variant: VariantResult): Which {
  const { baseline, worstVariant } = view;
  const isFrom = baseline !== worstVariant && replacedBy(view, variant) === baseline;
  return (settings) => ` (${isFrom ? `${baseline.name} with ` : ''}${settings})`;
}

type Which = (settings: string) => string;

/**
 * Where the variant that the report is about does not survive, or is not judged: the survivor with the fewest changes
 * that are settings of the system; null without one.
 */
function survivorOf(view: View): Advice | null {
  const { worstVariant } = view;
  const [best, ...others] = survivorsOf(view);
  if (best === undefined) return null;
  const names = others.slice(0, 2).map(({ name }) => name);
  const more: Words = names.length > 0 ? ['; ', ...strongList(names), ' too'] : [];
  const isOther = worstVariant.changes?.some(({ isQuestion }) => isQuestion) === true;
  const changes = best.baseline && isOther ? [] : settingsOf(view, best);
  const which = (settings: string): string => ` with ${settings}`;
  return advice(view, adviceWords(best), { variant: best, changes, which }, [more]);
}

/** `blocked holds all budgets and is no cure: nodes[0] is not emptied: ...`, of a variant that is advised otherwise; null without one. */
export function sparedWords(view: View): Words | null {
  const { worstVariant } = view;
  if (holdsAll(worstVariant)) return null;
  for (const variant of withLoadOf(view, worstVariant).filter(wouldHold)) {
    const undone = undoneWords(view, variant);
    const { of } = heldBudgets(variant);
    if (undone === null) continue;
    return [{ strong: variant.name }, ` holds ${allOf(of, 'budget')} and is no cure: ${undone}.`];
  }
  return null;
}

/** The variant of the advice, with the settings that make it of the baseline; null where another kind of change is advised. */
export function advisedOf(view: View): Recommended | null {
  const chosen = recommendedOf(view);
  if (chosen !== null) return chosen;
  const [variant] = survivorsOf(view);
  if (variant === undefined) return null;
  return { variant, changes: variant.changes ?? [], spare: [], enough: null };
}

/** `lifo has no budgets and serves more: 97.4 % of requests succeed, with short-queue 96 %.` */
export function unjudgedLine(view: View): Words {
  const advised = advisedOf(view)?.variant;
  if (advised === undefined) return [];
  const unjudged = withoutQuestions(view, withLoadOf(view, view.worstVariant)).filter(
    (variant) => heldBudgets(variant).of === 0,
  );
  const most = mostServed(unjudged);
  const best = unjudged.find((variant) => successOf(variant) === most);
  if (best === undefined || most - successOf(advised) < BETTER) return [];
  return [
    { strong: best.name },
    ` has no budgets and serves more: ${formatShare(most)} of requests succeed, with `,
    { strong: advised.name },
    ` ${formatShare(successOf(advised))}.`,
  ];
}

/** The variants that serve users best, or else fall least behind, or lose least; none where all are alike. */
function bestOf(view: View): Advice {
  const { worstVariant, result } = view;
  const able = withLoadOf(view, worstVariant);
  const served = bestServed(view);
  if (served !== null) return served;
  const ours = withoutQuestions(view, able);
  const most = mostServed(able);
  if (most - successOf(worstVariant) >= BETTER) return otherFault(view, able, most);
  const ahead = leastBehind(view) ?? losesLeast(view, ours);
  if (ahead !== null) {
    const { variant, words } = ahead;
    const changes = settingsOf(view, variant);
    return advice(view, words, { variant, changes, which: bracketsOf(view, variant) });
  }
  const judged = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const message = messageAdvice(worstVariant);
  // Budgets that hold say nothing of a backlog that never drains.
  const isOpen = !judged.some(holdsAll) || isLeftWaiting(view, worstVariant);
  if (message !== null && isOpen) return { ...NOTHING, words: [`${message}.`] };
  if (judged.some((variant) => heldBudgets(variant).broken > 0))
    return { ...NOTHING, words: UNKNOWN };
  // Users that a fault harms are within what the budgets allow, if there are any for this variant.
  const isJudged = heldBudgets(worstVariant).of > 0 || (isCalm(result) && judged.length > 0);
  const isHeld = isJudged && judged.every(holdsAll);
  return { ...NOTHING, words: isHeld ? [heldWords(view)] : null };
}

/** Nothing is to be done where the budgets hold: a limit that refuses what is too much does what it is for. */
function heldWords(view: View): string {
  const { result, worstVariant } = view;
  const judged = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const isEach = judged.every(holdsAll);
  const who = judged.length === 1 ? 'it' : isEach ? 'every variant' : worstVariant.name;
  const uncovered = uncoveredWords(view);
  if (uncovered === null) return `Nothing: ${who} holds every budget.`;
  const start = who === worstVariant.name ? who : capitalised(who);
  const [full, brief] = [uncovered, uncoveredWords(view, 1)!].map(
    (words) => `${start} holds every budget; ${words}.`,
  );
  return sizeOf([full!]) <= MOST ? full! : brief!;
}

/** Where no run shows a change that helps. */
const UNKNOWN: Words = [
  'Not known: ',
  { strong: 'faultline fix' },
  ' looks for the smallest change of settings that holds the budgets.',
];

/**
 * The variants of the same load and faults that serve users clearly better than the one that the report is about, and than a
 * change of it that leaves a share of its failures; else null.
 */
function bestServed(view: View, left = 1): Advice | null {
  const { worstVariant } = view;
  const all = withoutQuestions(view, withLoadOf(view, worstVariant));
  // Where it holds all that it has to, a variant without budgets is no better one.
  const judged = holdsAll(worstVariant) ? all.filter((own) => heldBudgets(own).of > 0) : all;
  const most = mostServed(judged);
  if (most - 1 + left * (1 - successOf(worstVariant)) < BETTER) return null;
  const ours = all.filter((own) => successOf(own) <= most);
  return servesBest(view, ours, most, ours.length < all.length ? ' of those with budgets' : '');
}

/** Those of some variants that answer the same question, and in which every planned operation ends. */
function withoutQuestions(view: View, able: readonly VariantResult[]): readonly VariantResult[] {
  return able.filter(
    (variant) =>
      variant === view.worstVariant ||
      (questionsBetween(variant, view.worstVariant).length === 0 &&
        undoneWords(view, variant) === null),
  );
}

function mostServed(some: readonly VariantResult[]): number {
  return Math.max(...some.map(successOf), 0);
}

function servesBest(
  view: View,
  able: readonly VariantResult[],
  most: number,
  among: string,
): Advice {
  const { worstVariant } = view;
  const alike = able.filter((variant) => most - successOf(variant) < ALIKE);
  // As many requests succeed in all of these, so one that loses more than another one is not the best.
  const best = alike
    .filter((one) => alike.every((other) => avertedLosses(view, one, other).length === 0))
    .slice(0, NAMED);
  const named = best.length > 0 ? best : alike.slice(0, NAMED);
  const head: Words = [
    ...strongList(named.map(({ name }) => name)),
    ` ${named.length === 1 ? 'serves' : 'serve'} users best${among}: ${formatShare(most)} of requests succeed, ${worstVariant.name} ${formatShare(successOf(worstVariant))}`,
  ];
  const [variant] = named;
  const changes = settingsOf(view, variant!);
  const own = { variant: variant!, changes, which: bracketsOf(view, variant!) };
  if (named.length === 1) {
    const changed = changedBest(view, variant!);
    return changed === null ? advice(view, head, own) : { ...NOTHING, ...changed };
  }
  const below = own.changes.length === 0 ? '' : ` (settings of ${variant!.name} below)`;
  const words: Words = [...joined(head, [[below]]), '.'];
  return { words, bare: own, price: priceLines(view, named), gain: gainLine(view, variant!) };
}

/**
 * Where users are better off only with another fault, if they behave otherwise, or in a variant without the budgets that are
 * held: nothing that has to be set, and worth knowing.
 */
function otherFault(view: View, able: readonly VariantResult[], most: number): Advice {
  const { worstVariant } = view;
  const best = able.find((variant) => successOf(variant) === most)!;
  const differing = questionsBetween(best, worstVariant);
  const other =
    differing.length === 0
      ? ''
      : differing.some((path) => !path.startsWith('workloads.'))
        ? ', with another fault'
        : ', with other users';
  const textOf = (settings: string): Words => [
    'In ',
    { strong: best.name },
    `${other}${settings}${other === '' ? '' : ','} ${formatShare(most)} of requests succeed, in `,
    { strong: worstVariant.name },
    ` ${formatShare(successOf(worstVariant))}.`,
  ];
  const full = textOf(` (${settingsTexts(settingsOf(view, best)).values})`);
  return { ...NOTHING, words: sizeOf(full) <= MOST ? full : textOf('') };
}

/** `written is safer: no saga breaks, in in-memory 1.03 % of sagas break`; null where no variant loses clearly less. */
function losesLeast(
  view: View,
  able: readonly VariantResult[],
): { readonly variant: VariantResult; readonly words: Words } | null {
  const { worstVariant } = view;
  const found = able.flatMap((variant) => {
    const isServed = successOf(worstVariant) - successOf(variant) < ALIKE;
    const [averted] = isServed ? avertedLosses(view, worstVariant, variant) : [];
    const isSafe = avertedLosses(view, variant, worstVariant).length === 0;
    return averted === undefined || !isSafe ? [] : [{ variant, averted }];
  });
  const rankOf = ({ variant, averted }: (typeof found)[number]): number =>
    averted.column.pick(variant).value ?? 0;
  const [best] = found.sort((a, b) => rankOf(a) - rankOf(b));
  if (best === undefined) return null;
  const { variant, averted } = best;
  const words: Words = [
    { strong: variant.name },
    ` is safer: ${effectWords(averted, variant)}, in `,
    { strong: worstVariant.name },
    ` ${effectWords(averted, worstVariant)}`,
  ];
  return { variant, words };
}

function successOf({ summary }: VariantResult): number {
  return summary.success.value ?? 0;
}

/** `Settings of canary against rolling: services.pricing.rollout.kind: rolling → canary`: the settings of an advised variant. */
export function settingsLine(view: View, { variant, changes }: NonNullable<Advice['bare']>): Words {
  const base = replacedBy(view, variant);
  const isPart = changes.length < (variant.changes ?? []).length;
  if (changes.length === 0) return [];
  return [
    { strong: 'Settings' },
    ' of ',
    { strong: variant.name },
    `${isPart ? ' that are enough' : ''} against `,
    { strong: base.name },
    `: ${settingsLineText(changes)}.`,
  ];
}

/** A variant serves users better if this much more of the requests succeed, and alike within the other. */
const BETTER = 0.002;
const ALIKE = 0.0005;
const NAMED = 2;
