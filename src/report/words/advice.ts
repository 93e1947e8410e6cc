import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import { allOf, capitalised } from '../../text/words.js';
import { isCalm, MOST, sizeOf, variantHead, withEffect } from './answer-room.js';
import { changeWords, nextUnseen } from './cheapest.js';
import { strongList, type Words } from '../base/emphasis.js';
import { adviceWords, recommendedOf, type Recommended } from './recommended.js';
import { withLoadOf } from '../view/reference.js';
import { settingsOf } from '../view/settings.js';
import { leastBehind } from './unseen-words.js';
import { isLeftWaiting } from '../families/unseen.js';
import { hotKeyAdvice } from './hot-key-advice.js';
import { poisonAdvice } from './poison-advice.js';
import { quickerAdvice, quickServed } from './quicker.js';
import { rollBackWords } from './roll-back.js';
import { survivorsOf } from './survivors.js';
import { uncoveredWords } from './uncovered.js';
import { answeringHarms, unmetUnseen, type UnmetUnseen } from './unmet-unseen.js';
import { undoneWords } from '../view/undone.js';
import { heldBudgets, holdsAll, wouldHold, type View } from '../view/view.js';
import { changedBest } from './changed-best.js';
import { closestWords } from './words.js';
import { advice, bracketsOf, NOTHING, type Advice } from './advised.js';
import {
  BETTER,
  bestServed,
  losesLeast,
  mostServed,
  otherFault,
  successOf,
  withoutQuestions,
} from './best-served.js';

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
  const quick = quickServed(view, change);
  if (quick !== null) return quick;
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
  return closestAdvice(view) ?? bestOf(view);
}

/** Where no variant holds every budget: the one that comes closest, with the setting that helps it further, if a run shows one. */
function closestAdvice(view: View): Advice | null {
  const judged = view.result.variants.filter(
    (variant) => variant.unfinished === undefined && heldBudgets(variant).of > 0,
  );
  if (judged.length < 2 || judged.some(holdsAll)) return null;
  const { words, closest } = closestWords(view, judged);
  const [variant] = closest;
  if (variant === undefined || closest.length !== 1) return { ...NOTHING, words: [...words, '.'] };
  const own = { variant, changes: settingsOf(view, variant) };
  const changed = changedBest(variant, words);
  return changed === null
    ? advice(view, words, { ...own, which: bracketsOf(view, variant) })
    : { ...NOTHING, ...changed, bare: own };
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
  // Budgets that hold are the answer: how quick is quick enough is theirs to say.
  return isHeld
    ? { ...NOTHING, words: [heldWords(view)] }
    : (quickerAdvice(view) ?? { ...NOTHING, words: null });
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
