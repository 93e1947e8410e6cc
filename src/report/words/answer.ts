import { oneRunWords } from '../../contracts/result/one-run.js';
import type { RunVerdict } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatInstant, formatNumber } from '../../text/figures.js';
import { capitalised, plural, verb } from '../../text/words.js';
import { NO_PRICE, type Price } from './price.js';
import { actWords, sparedWords, unjudgedLine } from './advice.js';
import { settingsLine } from './advised.js';
import { isCalm, joined, shortened, variantHead } from './answer-room.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { expectedCounts, expectedWords, isUnexpected } from './expected-words.js';
import { incompleteHeading } from './incomplete.js';
import { fastFailureWords } from './fast-failures.js';
import { hurtUsers, type Hurt } from './lead.js';
import { otherLoadText } from './other-load.js';
import { unaskedLine } from './unasked.js';
import { refusalWords } from './refused.js';
import { sloLine } from './slo.js';
import { othersStuck, stuckLine } from './stuck.js';
import { undecidedWords } from './undecided-words.js';
import { isLeftWaiting } from '../families/unseen.js';
import { behindWords, unseenSentences } from './unseen-words.js';
import { isAbout, unmetUnseen, type UnmetUnseen } from './unmet-unseen.js';
import { unchangedWords } from './unchanged.js';
import { isUncovered, uncoveredWords } from './uncovered.js';
import { degradedWords } from './degraded.js';
import { handledWords, optionalWords } from './handled.js';
import { listed } from '../base/format.js';
import { isFar, whenWords } from './headroom.js';
import { brokenWarnings, heldBudgets, holdsAll, requestLabel, type View } from '../view/view.js';
import { staysDown, wasDown } from '../view/episodes.js';
import { undoneWords } from '../view/undone.js';
import { wastedLine } from './wasted.js';
import { calmWords, missedWords } from './words.js';
import { whyWords } from './why.js';

/** The badge before the answer. */
export interface Badge {
  readonly text: string;
  readonly tone: 'fail' | 'pass' | 'open';
}

/** What a report says first. Each of the three is one sentence or two, of at most `MOST` words. */
export interface Answer {
  /** How many variants survive by their budgets; null without variants. */
  readonly badge: Badge | null;
  /** The users that are hurt, how, and when. */
  readonly what: Words;
  /** Why; null where no run and no request shows it. */
  readonly why: Words | null;
  /** The rise of a load, or the request, that the harm of `why` begins with; empty where `why` says it. */
  readonly trigger: Words;
  /** What to do; null where nothing is to be done, or nothing that helps is known. */
  readonly act: Words | null;
  /** The settings of the variant in `act`, where it has no room for them; else empty. */
  readonly settings: Words;
  /** The price of what `act` names. */
  readonly price: Price;
  /** What a terminal says too: a harm that no budget covers, variants that change nothing. */
  readonly notes: readonly Words[];
  /** What else a reader must not miss, a sentence each. */
  readonly also: readonly Words[];
}

/** The three answers that a result has, by their names; `beside`: what a terminal says below one. */
export function namedAnswers({ what, why, trigger, act, settings, price }: Answer): readonly {
  readonly name: string;
  readonly words: Words;
  readonly beside: readonly Words[];
}[] {
  // A terminal has no room for what is not there.
  const cost = price.isNone ? [] : price.words;
  return [
    { name: 'What', words: what, beside: [] },
    ...(why === null ? [] : [{ name: 'Why', words: why, beside: [trigger] }]),
    ...(act === null ? [] : [{ name: 'Do', words: act, beside: [settings, cost] }]),
  ];
}

/** A result with an alarm says what the file does, and not what its author meant. */
const ALARMED = {
  words: ['Mend the alarm first: until then these figures are not those of your system.'],
  bare: null,
  price: NO_PRICE,
  gain: [],
} as const;

function isAlarmed({ result }: View): boolean {
  return (result.alarms ?? []).length > 0;
}

/** The answers of a report. */
export function answerOf(view: View): Answer {
  const what = whatWords(view);
  const why = whyWords(view);
  const { words, bare, price, gain } = isAlarmed(view) ? ALARMED : actWords(view);
  const uncovered = uncoveredWords(view);
  const isSaid = words !== null && plainWords(words).includes('no budget covers');
  const open = uncovered === null || isSaid ? [] : [`${capitalised(uncovered)}.`];
  const notes = [open, othersStuck(view), unchangedWords(view)].filter((line) => line.length > 0);
  const settings = bare === null ? [] : settingsLine(view, bare);
  return {
    badge: badgeOf(view),
    what: what.words,
    why: why.words,
    trigger: why.trigger,
    act: words,
    settings,
    price,
    notes,
    also: [
      settings,
      ...notes,
      price.words,
      gain,
      unjudgedLine(view),
      why.known,
      why.trigger,
      undoneLine(view, what.words),
      ...alsoWords(view, what.said, why.cleared),
    ].filter((line) => {
      const text = plainWords(line).trim();
      return text !== '' && (words === null || text !== plainWords(words));
    }),
  };
}

/**
 * How many variants survive by their budgets: those that hold all of them. Checks of known behaviour do not count. Budgets
 * that are held while requests of users are down, or fail to the end of the run, or while something goes wrong that none of
 * them covers, are held, and no survival.
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
    return of === 0 ? null : { text: 'no budgets', tone: 'open' };
  }
  const holding = judged.filter(holdsAll);
  const survivors = holding.length;
  const isBlind = holding.some((one) => isUncovered(view, one));
  const isDown =
    isBlind || holding.some((one) => staysDown(one) || isLeftWaiting(view, one) || wasDown(one));
  const lost = judged.filter((variant) => heldBudgets(variant).broken > 0).length;
  const open = judged.length - survivors - lost;
  // Budgets that are held are no pass where users of some variant are hurt, or where none covers another harm.
  const isWhole =
    survivors === judged.length &&
    wrong === '' &&
    !isBlind &&
    (isCalm(result) || variants.length === 1);
  const lasting = lastingWords(
    view,
    variants.filter((variant) => heldBudgets(variant).broken === 0),
  );
  const tone = lost === judged.length ? 'fail' : isWhole ? 'pass' : 'open';
  if (variants.length === 1) {
    const held = isDown ? 'holds its budgets' : 'survives';
    const word = open > 0 ? 'undecided' : survivors > 0 ? held : 'does not survive';
    return { text: `${word}${lost > 0 ? '' : lasting}${few}`, tone: open > 0 ? 'open' : tone };
  }
  const undecided = open > 0 ? `, ${formatCount(open)} undecided` : '';
  const isAll = judged.length === variants.length;
  const does = survivors === 1 ? 'survives' : 'survive';
  const holds = holdWords(survivors === 1, isAll);
  return {
    text: `${formatCount(survivors)} of ${formatCount(judged.length)} ${isAll ? '' : 'with budgets '}${isDown ? holds : does}${lasting}${undecided}${few}`,
    tone: survivors === 0 && open === 0 ? 'fail' : tone,
  };
}

/** `hold their budgets`; after `4 of 4 with budgets` only `hold them`. */
function holdWords(isOne: boolean, isAll: boolean): string {
  if (isAll) return isOne ? 'holds its budgets' : 'hold their budgets';
  return isOne ? 'holds them' : 'hold them';
}

/** Of variants that break no budget: how many do not come back before the run ends, and how; else how many were down. */
function lastingWords(view: View, unbroken: readonly VariantResult[]): string {
  const ends = unbroken.filter((one) => staysDown(one)).map(endOf);
  const full = unbroken.filter((one) => isLeftWaiting(view, one)).length;
  const down = unbroken.filter(wasDown).length;
  const counted = ENDS.flatMap(({ end, words }): (readonly [number, string])[] => {
    const count = ends.filter((own) => own === end).length;
    return count === 0 ? [] : [[count, words(count)]];
  });
  if (counted.length === 0 && full > 0) counted.push([full, `never ${verb(full, 'drain')}`]);
  else if (counted.length === 0 && down > 0) counted.push([down, 'down for a time']);
  const isOnly = view.result.variants.length === 1;
  return counted
    .map(([count, words]) => (isOnly ? `, ${words}` : `, ${formatCount(count)} ${words}`))
    .join('');
}

/** How a variant ends whose users are degraded to the end. */
type End = 'down' | 'throughout' | 'open' | 'slow';

const ENDS: readonly { readonly end: End; readonly words: (count: number) => string }[] = [
  { end: 'down', words: (count) => `never ${verb(count, 'recover')}` },
  // What was never well has nothing to recover from.
  { end: 'throughout', words: (count) => `${verb(count, 'fail')} throughout` },
  { end: 'open', words: () => 'not back at the end' },
  { end: 'slow', words: (count) => `${verb(count, 'stay')} slow` },
];

function endOf(variant: VariantResult): End {
  const { cascade, timeline } = variant;
  const lasting = hurtUsers(variant).filter(({ lasts }) => lasts);
  const areAll = (...some: readonly RunVerdict[]): boolean =>
    cascade.verdicts.length > 0 && cascade.verdicts.every((own) => some.includes(own));
  if (lasting.every(({ isSlow }) => isSlow) || areAll('recovered', 'slowRecovery')) return 'slow';
  if (lasting.every(({ at }) => at <= timeline.step)) return 'throughout';
  return areAll('undecided') ? 'open' : 'down';
}

/** The harm to users in the variant that the report is about; else what no request shows; else that nothing happens. */
function whatWords(view: View): { readonly words: Words; readonly said: Words | null } {
  const { worstVariant } = view;
  const [worst, ...others] = hurtUsers(worstVariant);
  const unmet = unmetUnseen(worstVariant);
  if (worst !== undefined && unmet !== null) return { words: unmetWords(view, unmet), said: null };
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
      [[refusedOf(worstVariant, worst)], [firstFailures(worstVariant, worst)], [rest]],
    );
    return { words: [...shortened(words), '.'], said: null };
  }
  const [unseen] = unseenSentences(ofWorst(view));
  if (unseen === undefined)
    return { words: joined(calmWords(view), [optionalWords(worstVariant)]), said: null };
  const head = variantHead(view);
  const short = shortened([...head, ...(head.length > 0 ? lowered(unseen) : unseen)]);
  return { words: [...short, '.'], said: unseen };
}

/** `; those that fail are refused (throttled)`. */
function refusedOf({ components }: VariantResult, { subject, success }: Hurt): string {
  const [workload, ...part] = subject.split('.');
  const own = components[workload!]?.parts[part.join('.')];
  const how = own === undefined || success === 1 ? null : refusalWords([own]);
  return how === null ? '' : `; those that fail are refused (${how})`;
}

/** `; the first fail from 38 s`: those of the steps before enough fail for the onset, which the curve shows too. */
function firstFailures({ timeline, faults }: VariantResult, { subject, at }: Hurt): string {
  const { step, series } = timeline;
  const success = series[subject]?.success ?? [];
  const onset = Math.floor(at / step);
  let first = onset;
  while ((success[first - 1] ?? 1) < 1) first--;
  const began = Math.min(...faults.flatMap(({ spans }) => spans.map(({ from }) => from)));
  const isEarly = first + 1 < onset && first * step >= began;
  return isEarly ? `; the first fail from ${formatInstant(first * step)}` : '';
}

/** `“mails.age.max < 60s” is not held: 204 s; up to 21,162 messages wait for mails`: a broken budget that is not about requests. */
function unmetWords(view: View, { kind, subject }: UnmetUnseen): Words {
  const missed = missedWords(view.worstVariant).replace(/\. $/u, '');
  const among = (of: string): boolean => isAbout({ kind, subject }, of);
  const behind = kind === 'backlog' ? behindWords(ofWorst(view), { among, detail: 'brief' }) : null;
  const rest: Words = behind === null ? [] : ['; ', ...lowered(behind)];
  return [...shortened([...variantHead(view), missed, ...rest]), '.'];
}

/** The view of the variant that the report is about, alone. */
function ofWorst(view: View): View {
  const variants = view.result.variants.filter((variant) => variant === view.worstVariant);
  return { ...view, result: { ...view.result, variants } };
}

/** A sentence after a name. */
function lowered(words: Words): Words {
  const [first, ...rest] = words;
  return typeof first === 'string' && /^[A-Z][a-z]+ /u.test(first)
    ? [first.charAt(0).toLowerCase() + first.slice(1), ...rest]
    : words;
}

/** `old-limit: cart does not get from v1 to v2 in this run.` Empty where every planned operation ends, or *What* says it. */
function undoneLine(view: View, what: Words): Words {
  const undone = undoneWords(view, view.worstVariant);
  if (undone === null || plainWords(what).includes(undone)) return [];
  return [...variantHead(view), `${undone}.`];
}

/** What a reader must not miss beside the three answers. */
function alsoWords(view: View, said: Words | null, cleared: Words): readonly Words[] {
  const { result } = view;
  const otherLoad = otherLoadText(view);
  const [only] = result.variants;
  const missed =
    result.variants.length === 1 && heldBudgets(only!).broken > 0 ? [missedWords(only!)] : [];
  const all = unseenSentences(view);
  const unseen = all.filter((words) => !isSaid(view, words, said));
  const oneRun = oneRunWords(result);
  const incomplete = incompleteHeading(result);
  const warned = brokenWarnings(result);
  return [
    incomplete === null ? [] : [incomplete],
    undecidedWords(view),
    stuckLine(view),
    missed,
    unaskedLine(view),
    sloLine(view),
    warned === 0
      ? []
      : [
          `${plural(warned, 'budget')} with the severity of a warning ${warned === 1 ? 'is' : 'are'} not held.`,
        ],
    expectedWords(result),
    fastFailureWords(view),
    degradedWords(view),
    handledWords(view),
    sparedWords(view) ?? [],
    otherLoad === null ? [] : [otherLoad],
    roomWords(view),
    cleared,
    all.length === 0 ? wastedLine(view) : [],
    ...unseen.map((words) => [...words, '.']),
    oneRun === null ? [] : [`${capitalised(oneRun)}.`],
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

const HEADROOM = { strong: 'Headroom' };

/** `Headroom without faults: payments is full at 3.2x this load.` */
function roomWords({ worstVariant: { headroom, faults } }: View): Words {
  if (headroom === undefined || headroom.underFault) return [];
  const [first] = headroom.components;
  if (first === undefined) {
    const isFree = headroom.adaptive === undefined && headroom.unlimited.length > 0;
    return isFree ? [HEADROOM, ': no component has a limit.'] : [];
  }
  if (isFar(first)) return [HEADROOM, ': no component is near a limit.'];
  const atThisLoad = first.when === undefined ? ' at this load' : whenWords(first);
  const fullWhen = faults.length > 0 ? ' before any fault' : atThisLoad;
  return first.factor <= 1
    ? [HEADROOM, `: none, ${first.component} is full${fullWhen}.`]
    : [
        HEADROOM,
        `${faults.length === 0 ? '' : ' without faults'}: ${first.component} is full at ${formatNumber(first.factor)}x this load.`,
      ];
}
