import { oneRunWords } from '../../contracts/result/one-run.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatNumber } from '../../text/figures.js';
import { capitalised, plural, verb } from '../../text/words.js';
import { actWords, settingsLine } from './advice.js';
import { isCalm, joined, MOST, shortened, sizeOf, variantHead } from './answer-room.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { expectedCounts, expectedWords, isUnexpected } from './expected-words.js';
import { innocentsOf } from './innocents.js';
import { incompleteHeading } from './incomplete.js';
import { fastFailureWords } from './fast-failures.js';
import { hurtUsers, mainCauses } from './lead.js';
import { otherLoadText } from './other-load.js';
import { undecidedWords } from './undecided-words.js';
import { briefProofs, togetherProof } from './unseen-proof-words.js';
import { isLeftWaiting } from '../families/unseen.js';
import { unseenSentences } from './unseen-words.js';
import { contrastWords } from './contrast.js';
import { degradedWords } from './degraded.js';
import { listed } from '../base/format.js';
import { handleWords } from './headroom.js';
import {
  brokenWarnings,
  heldBudgets,
  holdsAll,
  loopWords,
  requestLabel,
  type View,
} from '../view/view.js';
import { staysDown, wasDown } from '../view/episodes.js';
import { calmWords, missedWords } from './words.js';

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
  /** The settings of the variant in `act`, where it has no room for them; else null. */
  readonly settings: Words | null;
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

/** A result with an alarm says what the file does, and not what its author meant. */
const ALARMED = {
  words: ['Mend the alarm first: until then these figures are not those of your system.'],
  bare: null,
} as const;

function isAlarmed({ result }: View): boolean {
  return (result.alarms ?? []).length > 0;
}

/** The answers of a report. */
export function answerOf(view: View): Answer {
  const what = whatWords(view);
  const { words, bare } = isAlarmed(view) ? ALARMED : actWords(view);
  const settings = bare === null ? [] : settingsLine(view, bare);
  return {
    badge: badgeOf(view),
    what: what.words,
    why: whyWords(view),
    act: words,
    settings: settings.length === 0 ? null : settings,
    also: [settings, ...alsoWords(view, what.said)].filter(
      (line) => plainWords(line).trim() !== '',
    ),
  };
}

/**
 * How many variants survive by their goals: those that hold all of them. Checks of known behaviour do not count. Goals
 * that are held while requests of users are down, or fail to the end of the run, are goals that are held, and no survival.
 */
export function badgeOf(view: View): Badge | null {
  const { result } = view;
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
  const holding = judged.filter(holdsAll);
  const survivors = holding.length;
  const isDown = holding.some((one) => staysDown(one) || isLeftWaiting(view, one) || wasDown(one));
  const lost = judged.filter((variant) => heldBudgets(variant).broken > 0).length;
  const open = judged.length - survivors - lost;
  // Goals that are held are no pass where users of some variant are hurt.
  const isWhole =
    survivors === judged.length && wrong === '' && (isCalm(result) || variants.length === 1);
  const lasting = lastingWords(
    view,
    variants.filter((variant) => heldBudgets(variant).broken === 0),
  );
  const tone = lost === judged.length ? 'fail' : isWhole ? 'pass' : 'open';
  if (variants.length === 1) {
    const held = isDown ? 'holds its goals' : 'survives';
    const word = open > 0 ? 'undecided' : survivors > 0 ? held : 'does not survive';
    return { text: `${word}${lost > 0 ? '' : lasting}${few}`, tone: open > 0 ? 'open' : tone };
  }
  const undecided = open > 0 ? `, ${formatCount(open)} undecided` : '';
  const isAll = judged.length === variants.length;
  const does = survivors === 1 ? 'survives' : 'survive';
  const holds = survivors === 1 ? 'holds its goals' : 'hold their goals';
  return {
    text: `${formatCount(survivors)} of ${formatCount(judged.length)} ${isAll ? '' : 'with goals '}${isDown ? holds : does}${lasting}${undecided}${few}`,
    tone: survivors === 0 && open === 0 ? 'fail' : tone,
  };
}

/** Of variants that break no goal: how many do not come back before the run ends. */
function lastingWords(view: View, unbroken: readonly VariantResult[]): string {
  const down = unbroken.filter((one) => staysDown(one)).length;
  const full = unbroken.filter((one) => isLeftWaiting(view, one)).length;
  const [count, many] = down > 0 ? [down, 'recover'] : [full, 'drain'];
  if (count === 0) return '';
  const does = verb(count, many);
  return view.result.variants.length === 1
    ? `, never ${does}`
    : `, ${formatCount(count)} never ${does}`;
}

/** The harm to users in the variant that the report is about; else what no request shows; else that nothing happens. */
function whatWords(view: View): { readonly words: Words; readonly said: Words | null } {
  const { worstVariant } = view;
  const [worst, ...others] = hurtUsers(worstVariant);
  if (worst !== undefined) {
    const subject = requestLabel(view, worst.subject);
    const names = others.map((one) => requestLabel(view, one.subject));
    const too = names.length > 2 ? plural(names.length, 'other kind') : listed(names);
    // "Too" would say that its share is the same.
    const rest =
      others.length === 1
        ? `; ${names[0]!}: ${others[0]!.how}`
        : names.length > 0
          ? `; ${too} too`
          : '';
    const words = joined(
      [...variantHead(view), { strong: subject }, ` requests: ${worst.how} ${worst.when}`],
      [[rest]],
    );
    return { words: [...shortened(words), '.'], said: null };
  }
  const variants = view.result.variants.filter((variant) => variant === worstVariant);
  const own = { ...view, result: { ...view.result, variants } };
  const [unseen] = unseenSentences(own);
  if (unseen === undefined) return { words: calmWords(view), said: null };
  const head = variantHead(view);
  const short = shortened([...head, ...(head.length > 0 ? lowered(unseen) : unseen)]);
  return { words: [...short, '.'], said: unseen };
}

/** The causes of the variant that the report is about, what keeps it down, and where it is felt first. */
function whyWords(view: View): Words | null {
  const { worstVariant } = view;
  const unseen = unseenWhy(view);
  if (unseen !== null) return unseen;
  const causes = mainCauses(worstVariant);
  const [first] = causes;
  const further = [keptWords(view, worstVariant), feltWords(worstVariant)];
  if (first === undefined) {
    // What is full is no reason for a harm that no one has.
    if (hurtUsers(worstVariant).length === 0) return null;
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
 * Where no request of users degrades: what the runs without single faults show about the harm that no request shows,
 * else the settings without which the baseline has less of it; null where no run shows anything.
 */
function unseenWhy(view: View): Words | null {
  const { worstVariant: variant } = view;
  const own = variant.counterfactuals;
  if (hurtUsers(variant).length > 0) return null;
  // A sentence that is cut in its list of runs says nothing.
  const proofs = own === undefined ? [] : briefProofs({ variant, own });
  const proof = proofs.find((words) => sizeOf([words]) <= MOST) ?? proofs.at(-1);
  if (proof !== undefined) return [proof];
  const contrast = contrastWords(view);
  if (contrast !== null) return [...shortened(contrast), '.'];
  const together = own === undefined ? null : togetherProof({ variant, own });
  if (together !== null) return [together];
  const isCleared = own?.unseen?.every(({ faults }) =>
    faults.every(
      ({ role, without }) => (role === 'none' || role === 'undecided') && without !== null,
    ),
  );
  const busy = busyWords(variant);
  if (busy !== null) return [...shortened([busy]), '.'];
  return isCleared === true ? ['The runs without single faults show no cause.'] : null;
}

/** `mailer is saturated: its 1 consumer of mails handles 20/s of 60/s`, of a topic or queue that falls behind. */
function busyWords({ headroom, cascade }: VariantResult): string | null {
  const behind = cascade.events.filter(({ kind }) => kind === 'backlog');
  const busy = headroom?.components.find(
    ({ resource, of, factor }) =>
      resource === 'consumers' &&
      factor <= 1 &&
      behind.some(({ subject }) => subject === of || subject.startsWith(`${of}.`)),
  );
  if (busy === undefined || headroom?.underFault === true) return null;
  return `${busy.component} is saturated: ${handleWords(busy)} (measured)`;
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

/**
 * `; payments: 64 of 64 workers wait for psp`: the first resource that is exhausted; else what a zone takes with it, as in
 * `; ingress has no instance elsewhere`.
 */
function feltWords({ cascade }: VariantResult): Words {
  const felt = cascade.events.find(({ kind }) => FELT.has(kind));
  if (felt !== undefined) return [`; ${felt.subject}: ${felt.text}`];
  const detail = cascade.events.find(({ takes }) => takes !== undefined)?.detail;
  return detail === undefined ? [] : [`; ${detail}`];
}

const FELT: ReadonlySet<VariantResult['cascade']['events'][number]['kind']> = new Set([
  'saturated',
  'poolFull',
  'killed',
  'blocked',
]);

/** What a reader must not miss beside the three answers. */
function alsoWords(view: View, said: Words | null): readonly Words[] {
  const { result } = view;
  const otherLoad = otherLoadText(view);
  const [only] = result.variants;
  const missed =
    result.variants.length === 1 && heldBudgets(only!).broken > 0 ? [missedWords(only!)] : [];
  const unseen = unseenSentences(view).filter((words) => !isSaid(view, words, said));
  const incomplete = incompleteHeading(result);
  const warned = brokenWarnings(result);
  return [
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
    innocentWords(view),
    ...unseen.map((words) => [...words, '.']),
  ];
}

/** Whether what no request shows is what the first answer says: of its variant the same counts, whose table has the others. */
function isSaid({ worstVariant }: View, words: Words, said: Words | null): boolean {
  if (said === null) return false;
  const name = words.findIndex((word) => typeof word !== 'string');
  const [of, own] = name < 0 ? [words, null] : [words.slice(0, name), words[name]];
  const isOwn = own === null || plainWords([own!]) === worstVariant.name;
  return isOwn && plainWords(said).startsWith(plainWords(of).replace(/ in $/u, ''));
}

/** `Headroom without faults: payments is full at 3.2x this load.` */
function roomWords({ worstVariant: { headroom, faults } }: View): Words {
  const [first] = headroom?.components ?? [];
  if (first === undefined || headroom?.underFault === true) return [];
  return first.factor <= 1
    ? [`Headroom: none, ${first.component} is full before any fault.`]
    : [
        `Headroom${faults.length === 0 ? '' : ' without faults'}: ${first.component} is full at ${formatNumber(first.factor)}x this load.`,
      ];
}

/** `Not to blame: psp hangs and orders 3x slower.` */
function innocentWords({ worstVariant }: View): Words {
  const names = innocentsOf(worstVariant).map(({ words }) => words);
  return names.length === 0 ? [] : [`Not to blame: ${listed(names)}.`];
}
