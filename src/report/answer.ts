import { oneRunWords } from '../spec/result/one-run.js';
import { sustainedBy } from '../spec/result/sustained.js';
import type { VariantResult } from '../spec/result/result.js';
import { formatCount, formatNumber, formatShare } from '../text/figures.js';
import type { VariantChange } from '../spec/scenario/scenario.js';
import { flow } from '../text/flow.js';
import { capitalised, plural } from '../text/words.js';
import { changeWords } from './cheapest.js';
import { plainWords, strongList, type Words } from './emphasis.js';
import { expectedCounts, expectedWords, isUnexpected } from './expected-words.js';
import { incompleteHeading } from './incomplete.js';
import { fastFailureWords } from './fast-failures.js';
import { hurtUsers, mainCauses } from './lead.js';
import { otherLoadText } from './other-load.js';
import { adviceWords, recommendedOf } from './recommended.js';
import { withLoadOf } from './reference.js';
import { undecidedWords } from './undecided-words.js';
import { briefProofs } from './unseen-proof-words.js';
import { isLeftWaiting } from './unseen.js';
import { leastBehind, unseenSentences } from './unseen-words.js';
import { degradedWords } from './degraded.js';
import { listed } from './format.js';
import {
  brokenWarnings,
  heldBudgets,
  holdsAll,
  isRemedy,
  loopWords,
  requestLabel,
  type View,
} from './view.js';
import { closestWords, missedWords, calmWords } from './words.js';

/** The badge before the answer. */
export interface Badge {
  readonly text: string;
  readonly tone: 'fail' | 'pass' | 'open';
}

/** What a report says first. Each of the three is one sentence or two, of at most `MOST` words. */
export interface Answer {
  /** How many variants survive by their goals; null without variants. */
  readonly badge: Badge | null;
  /** The users that are hurt, how, and when. */
  readonly what: Words;
  /** Why; null where no run and no request shows it. */
  readonly why: Words | null;
  /** What to do; null where nothing is to be done, or nothing that helps is known. */
  readonly act: Words | null;
  /** What else a reader must not miss, a sentence each. */
  readonly also: readonly Words[];
}

/** The three answers that a result has, by their names. */
export function namedAnswers({
  what,
  why,
  act,
}: Answer): readonly { readonly name: string; readonly words: Words }[] {
  return [
    { name: 'What', words: what },
    ...(why === null ? [] : [{ name: 'Why', words: why }]),
    ...(act === null ? [] : [{ name: 'Do', words: act }]),
  ];
}

/** Most words of an answer. */
export const MOST = 22;

/** The answers of a report. */
export function answerOf(view: View): Answer {
  const what = whatWords(view);
  return {
    badge: badgeOf(view),
    what: what.words,
    why: whyWords(view),
    act: actWords(view),
    also: alsoWords(view, what.said),
  };
}

/** How many variants survive by their goals: those that hold all of them. Checks of known behaviour do not count. */
export function badgeOf({ result }: View): Badge | null {
  const { variants } = result;
  const judged = variants.filter((variant) => heldBudgets(variant).of > 0);
  const wrong = variants.some(isUnexpected) ? ', not as expected' : '';
  const few = `${wrong}${oneRunWords(result) === null ? '' : ', 1 run'}`;
  if (result.incomplete !== undefined) return { text: 'incomplete', tone: 'open' };
  if (judged.length === 0) {
    const { of } = expectedCounts(result);
    if (wrong !== '') return { text: 'not as expected', tone: 'open' };
    return of === 0 ? null : { text: 'no goals', tone: 'open' };
  }
  const survivors = judged.filter(holdsAll).length;
  const lost = judged.filter((variant) => heldBudgets(variant).broken > 0).length;
  const open = judged.length - survivors - lost;
  // Goals that are held are no pass where users of some variant are hurt.
  const isCalm = variants.every(
    (variant) => hurtUsers(variant).length === 0 && !isLeftWaiting({ result }, variant),
  );
  const isWhole = survivors === judged.length && wrong === '' && (isCalm || variants.length === 1);
  const tone = lost === judged.length ? 'fail' : isWhole ? 'pass' : 'open';
  if (variants.length === 1) {
    const word = open > 0 ? 'undecided' : survivors > 0 ? 'survives' : 'does not survive';
    return { text: `${word}${few}`, tone: open > 0 ? 'open' : tone };
  }
  const undecided = open > 0 ? `, ${formatCount(open)} undecided` : '';
  return {
    text: `${formatCount(survivors)} of ${formatCount(judged.length)} ${judged.length < variants.length ? 'with goals ' : ''}${survivors === 1 ? 'survives' : 'survive'}${undecided}${few}`,
    tone: survivors === 0 && open === 0 ? 'fail' : tone,
  };
}

/** The harm to users in the variant that the report is about; else what no request shows; else that nothing happens. */
function whatWords(view: View): { readonly words: Words; readonly said: Words | null } {
  const { worstVariant } = view;
  const [worst, ...others] = hurtUsers(worstVariant);
  if (worst !== undefined) {
    const subject = requestLabel(view, worst.subject);
    const names = others.map((one) => requestLabel(view, one.subject));
    const too = names.length > 2 ? plural(names.length, 'other kind') : listed(names);
    const words = joined(
      [...variantHead(view), { strong: subject }, ` requests: ${worst.how} ${worst.when}`],
      [names.length === 0 ? [] : [`; ${too} too`]],
    );
    return { words: [...shortened(words), '.'], said: null };
  }
  const variants = view.result.variants.filter((variant) => variant === worstVariant);
  const own = { ...view, result: { ...view.result, variants } };
  const [unseen] = unseenSentences(own);
  if (unseen === undefined) return { words: calmWords(view), said: null };
  const head = variantHead(view);
  const short = shortened([...head, ...(head.length > 0 ? lowered(unseen) : unseen)]);
  return { words: [...short, '.'], said: view.result.variants.length === 1 ? unseen : null };
}

/** The causes of the variant that the report is about, what keeps it down, and where it is felt first. */
function whyWords(view: View): Words | null {
  const { worstVariant } = view;
  const unseen = unseenProof(worstVariant);
  if (unseen !== null) return unseen;
  const causes = mainCauses(worstVariant);
  const [first] = causes;
  const further = [keptWords(view, worstVariant), feltWords(worstVariant)];
  if (first === undefined) {
    const [head, ...rest] = further.filter((words) => words.length > 0);
    return head === undefined ? null : [...joined(opened(head), rest), '.'];
  }
  const isSame = causes.every(({ known }) => known === first.known);
  const texts = causes.map(({ text, known }) => (isSame ? text : `${text} (${known})`));
  const known = isSame ? ` (${first.known})` : '';
  const head: Words = [`${listed(texts)}${known}`];
  return [...joined(head, further), '.'];
}

/**
 * Where no request of users degrades: what the runs without single faults show about the harm that no request shows;
 * empty where they clear the faults of it; null without such runs.
 */
function unseenProof(variant: VariantResult): Words | null {
  const own = variant.counterfactuals;
  if (hurtUsers(variant).length > 0 || own?.unseen === undefined) return null;
  // A sentence that is cut in its list of runs says nothing.
  const proofs = briefProofs({ variant, own });
  const proof = proofs.find((words) => sizeOf([words]) <= MOST) ?? proofs.at(-1);
  if (proof !== undefined) return [proof];
  const isCleared = own.unseen.every(({ faults }) =>
    faults.every(({ role }) => role === 'none' || role === 'undecided'),
  );
  return isCleared ? ['The runs without single faults show no cause.'] : null;
}

/** A sentence after a name. */
function lowered(words: Words): Words {
  const [first, ...rest] = words;
  return typeof first === 'string' && /^[A-Z][a-z]+ /u.test(first)
    ? [first.charAt(0).toLowerCase() + first.slice(1), ...rest]
    : words;
}

/** The beginning of a sentence from a further part of one. A name of the scenario keeps its case. */
function opened(words: Words): Words {
  const [first, ...rest] = words;
  if (typeof first !== 'string') return words;
  const plain = first.replace(/^; /u, '');
  return [plain.startsWith('the loop ') ? capitalised(plain) : plain, ...rest];
}

/** `; edge → checkout → payments keeps it down`: the loop of a metastable variant. */
function keptWords(view: View, { cascade, counterfactuals }: VariantResult): Words {
  const kept = sustainedBy(cascade, counterfactuals?.metastability ?? null);
  if (kept === null) return [];
  return [`; the loop ${loopWords(view, kept.loop.through)} keeps it down (${kept.known})`];
}

/** `; payments: 64 of 64 workers wait for psp`: the first resource that is exhausted. */
function feltWords({ cascade }: VariantResult): Words {
  const felt = cascade.events.find(({ kind }) => FELT.has(kind));
  return felt === undefined ? [] : [`; ${felt.subject}: ${felt.text}`];
}

const FELT: ReadonlySet<VariantResult['cascade']['events'][number]['kind']> = new Set([
  'saturated',
  'poolFull',
  'killed',
  'blocked',
]);

/** The variant to take, else the change that helps, else the variant that comes closest. */
function actWords(view: View): Words | null {
  const { worstVariant, result } = view;
  const chosen = recommendedOf(view);
  if (chosen !== null) {
    const { variant, changes, spare, enough } = chosen;
    const all = changes.length + spare.length;
    const few =
      enough !== null && spare.length > 0
        ? `; ${changes.length} of its ${all} changes ${changes.length === 1 ? 'is' : 'are'} enough`
        : '';
    const settings = settingsOf(changes);
    const which: Words =
      settings === null ? [] : [few === '' ? ` with ${settings}` : `: ${settings}`];
    return [...joined([`${adviceWords(variant)}${few}`], [which, priceOf(variant)]), '.'];
  }
  const survivor = survivorWords(view);
  if (survivor !== null) return survivor;
  const own = worstVariant.counterfactuals;
  const change = own === undefined ? null : changeWords(own);
  if (change !== null) {
    const head: Words = [...variantHead(view), change.words];
    return [...joined(head, [[`: ${change.effect}`]]), '.'];
  }
  const judged = result.variants.filter(
    (variant) => variant.unfinished === undefined && heldBudgets(variant).of > 0,
  );
  if (judged.length > 1 && !judged.some(holdsAll)) return closestWords(view, judged);
  return bestWords(view);
}

/**
 * Where the variant that the report is about does not survive, or is not judged: the survivor with the fewest changes
 * that are settings of the system; null without one.
 */
function survivorWords(view: View): Words | null {
  const { worstVariant } = view;
  if (holdsAll(worstVariant)) return null;
  const able = withLoadOf(view, worstVariant).filter(isRemedy);
  const changesIn = ({ changes }: VariantResult): number => changes?.length ?? 0;
  const [best, ...others] = able.sort(
    (a, b) =>
      changesIn(a) - changesIn(b) ||
      (b.summary.success.value ?? 0) - (a.summary.success.value ?? 0),
  );
  if (best === undefined) return null;
  const more =
    others.length > 0 ? `; ${listed(others.slice(0, 2).map(({ name }) => name))} too` : '';
  const count = changesIn(best);
  const head = best.baseline
    ? adviceWords(best).replace('Use', 'Keep')
    : `${adviceWords(best)} with ${settingsOf(best.changes ?? []) ?? plural(count, 'changed setting')}`;
  return [...joined([head], [priceOf(best), [more]]), '.'];
}

/** `policies.pay.timeout: 250ms`, of at most two changes; of a third one only the paths; else null. */
function settingsOf(changes: readonly VariantChange[]): string | null {
  if (changes.length === 0 || changes.length > FEW + 1) return null;
  return listed(
    changes.map(({ path, to }) => {
      const text = `${path}: ${flow(to)}`;
      return to === null ? `no ${path}` : changes.length > FEW || text.length > SHORT ? path : text;
    }),
  );
}

const FEW = 2;
/** Letters of a change whose value is said too. */
const SHORT = 80;

/** ` (services.mailer.replicas: 3)`: the settings of a variant, if they are few. */
function settingsPart({ changes = [] }: VariantResult): Words {
  const settings = settingsOf(changes);
  return settings === null ? [] : [` (${settings})`];
}

/** The variants that serve users best, or else fall least behind; null where all are alike. */
function bestWords(view: View): Words | null {
  const { worstVariant, result } = view;
  const successOf = ({ summary }: VariantResult): number => summary.success.value ?? 0;
  const able = withLoadOf(view, worstVariant);
  const most = Math.max(...able.map(successOf), 0);
  if (most - successOf(worstVariant) >= BETTER) {
    const best = able.filter((variant) => most - successOf(variant) < ALIKE).slice(0, NAMED);
    const head: Words = [
      ...strongList(best.map(({ name }) => name)),
      ` ${best.length === 1 ? 'serves' : 'serve'} users best: ${formatShare(most)} of requests succeed, ${worstVariant.name} ${formatShare(successOf(worstVariant))}`,
    ];
    return [...joined(head, [best.length === 1 ? settingsPart(best[0]!) : []]), '.'];
  }
  const ahead = leastBehind(view);
  if (ahead !== null) return [...joined(ahead.words, [settingsPart(ahead.variant)]), '.'];
  const judged = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const isCalm = result.variants.every((variant) => hurtUsers(variant).length === 0);
  if (!isCalm || judged.length === 0 || !judged.every(holdsAll)) return null;
  return [`Nothing: ${judged.length === 1 ? 'it' : 'every variant'} holds every budget.`];
}

/** A variant serves users better if this much more of the requests succeed, and alike within the other. */
const BETTER = 0.002;
const ALIKE = 0.0005;
const NAMED = 2;

/** `; 24 % of the responses are degraded`: the price of a variant. */
function priceOf({ summary: { degraded } }: VariantResult): Words {
  const share = degraded?.value ?? 0;
  return share < DEGRADED ? [] : [`; ${formatShare(share)} of responses are degraded`];
}

const DEGRADED = 0.005;

/** What a reader must not miss beside the three answers. */
function alsoWords(view: View, said: Words | null): readonly Words[] {
  const { result } = view;
  const otherLoad = otherLoadText(view);
  const [only] = result.variants;
  const missed =
    result.variants.length === 1 && heldBudgets(only!).broken > 0 ? [missedWords(only!)] : [];
  const unseen = unseenSentences(view).filter(
    (words) => said === null || plainWords(words) !== plainWords(said),
  );
  const incomplete = incompleteHeading(result);
  const warned = brokenWarnings(result);
  const all: readonly Words[] = [
    incomplete === null ? [] : [incomplete],
    undecidedWords(view),
    missed,
    warned === 0
      ? []
      : [
          `${plural(warned, 'budget')} with the severity of a warning ${warned === 1 ? 'is' : 'are'} not held.`,
        ],
    expectedWords(result),
    fastFailureWords(view),
    degradedWords(view),
    otherLoad === null ? [] : [otherLoad],
    roomWords(view),
    ...unseen.map((words) => [...words, '.']),
  ];
  return all.filter((words) => plainWords(words).trim() !== '');
}

/** `At 3.2x this load payments is full.`: the headroom without a fault. */
function roomWords({ worstVariant: { headroom } }: View): Words {
  const [first] = headroom?.components ?? [];
  if (first === undefined || headroom?.underFault === true) return [];
  return first.factor <= 1
    ? [`Headroom: none, ${first.component} is full before any fault.`]
    : [`Headroom: ${first.component} is full at ${formatNumber(first.factor)}x this load.`];
}

/** `retries: ` where there are several variants. */
function variantHead({ result, worstVariant }: View): Words {
  return result.variants.length > 1 ? [{ strong: worstVariant.name }, ': '] : [];
}

/** A sentence with as many of its further parts as it has room for. */
function joined(head: Words, parts: readonly Words[]): Words {
  let all = head;
  for (const part of parts) {
    const longer = [...all, ...part];
    if (sizeOf(longer) <= MOST) all = longer;
  }
  return all;
}

/** Number of words. */
function sizeOf(words: Words): number {
  return plainWords(words)
    .split(/\s+/)
    .filter((word) => /[\p{L}\d]/u.test(word)).length;
}

/** A sentence up to the last comma or semicolon before it gets too long. */
function shortened(words: Words): Words {
  if (sizeOf(words) <= MOST) return words;
  const parts = words.flatMap((word): Words =>
    typeof word === 'string' ? word.split(/(?=[;,] )/u) : [word],
  );
  for (let end = parts.length - 1; end > 0; end--) {
    const next = parts[end];
    const short = parts.slice(0, end);
    if (typeof next === 'string' && /^[;,] /u.test(next) && sizeOf(short) <= MOST) return short;
  }
  return words;
}
