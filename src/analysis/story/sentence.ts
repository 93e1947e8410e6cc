import { headOf } from '../../spec/result/fault-text.js';
import type { CascadeEvent, CascadeResult, RunVerdict } from '../../spec/result/cascade.js';
import type { MetastabilityProof } from '../../spec/result/counterfactual.js';
import { shrinking } from '../../spec/result/shrinking.js';
import { backWords, LASTS, type Back } from './back-words.js';
import { stuckSentence, stuckWords } from './ending-words.js';
import { isWaiting } from './degradation-words.js';
import { degradationWords, heldWords } from './mechanism-words.js';
import {
  causesFirst as withoutFault,
  chronicWords,
  rollbackWords,
  conditionStarts,
  laterOf,
  worseWords,
} from './cause-words.js';
import { DEGRADATIONS } from '../measure/story.js';
import {
  behind,
  deathWords,
  degradedResponses,
  LOOP_WORDS,
  lostWords,
  noLossWords,
} from './mild-words.js';
import {
  isDegradation,
  LINKS_MAX,
  seenIn,
  seenWords,
  SOME,
  unique,
  type CountedStory,
} from './seen-words.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/** The inputs of the sentence. */
export interface SentenceInput {
  readonly story: CountedStory;
  /** Runs in which a fault strikes. */
  readonly affected: number;
  /** Subjects that degrade only in other runs. */
  readonly elsewhere: CascadeResult['elsewhere'];
  /** Verdicts of all runs. */
  readonly verdicts: readonly RunVerdict[];
  readonly endings: CascadeResult['endings'];
  /** What further runs say about the verdict of most runs; null = there are none. */
  readonly metastability: MetastabilityProof | null;
  /** When the users are served as before after the reported fault; null if that is unknown. */
  readonly back: Back | null;
  readonly goodputLost: number | null;
  /** Whether the scenario has faults, whether or not they strike. */
  readonly hasFaults: boolean;
}

/** Smallest share of the goodput that is reported as lost. */
const LOST_SOME = 5e-5;
/** Seconds within which a saturation belongs to a degradation. */
const SOON = 10;

/** The whole cascade in one sentence: the fault, its effects in order, and how it ended. */
export function sentenceOf(input: SentenceInput): string {
  const { story } = input;
  const faults = story.events.filter((event) => event.kind === 'fault');
  const runs = input.verdicts.length;
  const others = elsewhereWords(input);
  if (faults.length === 0) {
    return `${noFault(input, runs)}${stuckSentence(input.endings, input.metastability)}${shrinkingWords(story, runs)}${others}`;
  }
  const innocent = new Set(story.innocent.map(({ fault }) => fault));
  const responsible = faults.filter(({ subject }) => !innocent.has(subject));
  if (isMild(input, responsible.length > 0)) {
    const words = startsOf(story, faults, runs);
    const some =
      new Set(input.verdicts).size < 2 ? '' : ` In other runs users lose goodput: ${endOf(input)}.`;
    return `${chronicWords(story)}${words}: ${noLossWords(story, runs, !isUnjudged(input))}${rollbackWords(story, false)}${some}${others}`;
  }
  const later = new Set(laterOf(story).map(({ fault }) => fault));
  const first = responsible.filter(({ subject }) => !later.has(subject));
  const triggers = first.length > 0 ? first : responsible.length > 0 ? responsible : faults;
  const conditions = conditionStarts(story);
  // A fault that does no harm starts nothing where a condition does.
  const isOther = responsible.length === 0 && conditions.length > 0;
  const starts = [...conditions, ...(isOther ? [] : timedWords(triggers, runs))];
  const start = list(starts.slice(0, LINKS_MAX));
  const chain = chainOf(story.events, triggers, innocent, runs);
  const end = isOther && isUnjudged(input) ? '' : endOf(input);
  const more = `${worseWords(story)}${shrinkingWords(story, runs)}${loopWords(story)}${behind(story, runs)}${rollbackWords(story)}${others}`;
  return `${chronicWords(story)}${[start, ...chain].join(' -> ')}${end === '' ? '' : `; ${end}`}.${more}`;
}

/** Whether the first run has no loss to explain: no goodput is lost, or none is known to be and no user degrades. */
function isMild(input: SentenceInput, isBlamed: boolean): boolean {
  const { story, verdicts } = input;
  if (verdicts.every((verdict) => verdict === 'untouched')) return true;
  if (!isBlamed && story.verdict === 'untouched') return true;
  return (
    isUnjudged(input) &&
    !story.events.some((event) => isDegradation(event) && event.subject.includes('.'))
  );
}

/** Whether faults begin with the run, so that nothing before them shows the usual goodput. */
function isUnjudged({ endings }: SentenceInput): boolean {
  return endings.length > 0 && endings.every(({ reason }) => reason === 'noBaseline');
}

/** The causes where no goodput is lost: conditions and faults, with their times if there are several. */
function startsOf(story: CountedStory, faults: readonly CascadeEvent[], runs: number): string {
  const innocent = new Set(story.innocent.map(({ fault }) => fault));
  const responsible = faults.filter(({ subject }) => !innocent.has(subject));
  const conditions = conditionStarts(story);
  const shown = responsible.length > 0 || conditions.length > 0 ? responsible : faults;
  const [only] = shown;
  if (conditions.length === 0 && new Set(shown.map(headOf)).size === 1)
    return `${headOf(only)}${seenWords(only, runs)}`;
  return list([...conditions, ...timedWords(shown, runs)].slice(0, LINKS_MAX));
}

/** Each text once, with all its times: `orders crashes at 5 s, 6 s and 7 s`. */
function timedWords(events: readonly CascadeEvent[], runs: number): readonly string[] {
  const all = unique(events.map(headOf)).map((plain) => {
    const own = events.filter((event) => headOf(event) === plain);
    const detail = own.length === 1 ? own[0].detail : undefined;
    const times = own.map(({ at }) => formatInstant(at));
    const more = times.length - LINKS_MAX;
    const rest = formatCount(more);
    const shown =
      more > 0
        ? [...times.slice(0, LINKS_MAX), more === 1 ? 'once more' : `${rest} times more`]
        : times;
    const effect = detail === undefined ? '' : ` (${detail})`;
    return { plain, when: list(shown), effect, seen: seenWords(own[0], runs) };
  });
  // Faults of the same instants have their times once.
  return all.map(({ plain, when, effect, seen }, i) => {
    const next = all[i + 1];
    const isAgain = next?.when === when && effect === '' && seen === '' && next.seen === '';
    return isAgain ? plain : `${plain} at ${when}${effect}${seen}`;
  });
}

/** Without a fault: the components that fail by themselves and the origin of the failures, or that none fails. */
function noFault({ story, elsewhere, affected, hasFaults }: SentenceInput, runs: number): string {
  const none =
    affected === 0
      ? hasFaults
        ? 'No fault strikes'
        : 'No fault'
      : `No fault in run 1 (one strikes in ${formatCount(affected)} of ${formatCount(runs)} runs)`;
  const { finished, failed } = story.users;
  const events = story.events.filter((event) => event.kind === 'saturated' || isDegradation(event));
  const inner = events.filter(({ subject }) => !subject.includes('.'));
  if (!(finished > 0 && failed / finished >= SOME)) {
    const degraded = inner.filter(isDegradation);
    const isOnlyFull = ({ subject }: CascadeEvent): boolean =>
      !degraded.some((event) => event.subject === subject);
    const others = [
      namedWords(
        'In trouble',
        degraded.filter((event) => !isWaiting(event)),
        inner,
        runs,
      ),
      namedWords('Short of connections', degraded.filter(isWaiting), inner, runs),
      namedWords('At the limit', inner.filter(isOnlyFull), inner, runs),
      unansweredWords(events),
      deathWords(story, runs),
      behind(story, runs),
    ].join('');
    if (others === '' && failed === 0)
      return `${none}, and nothing degrades${elsewhere.length > 0 && affected === 0 ? ' in run 1' : ''}.`;
    return `${none}, and ${failed === 0 ? 'no' : 'hardly any'} user request fails.${others}`;
  }
  const { kind, origin } = story.failures!;
  const lost = `${formatShare(failed / finished)} of the user requests fail${kind}`;
  const first = inner[0] ?? events[0];
  const why = withoutFault(story);
  if (why !== null) {
    const caused = `${why}: ${lost}, without a fault.`;
    if (first === undefined) return caused;
    const when = first.at > 0 ? `, at ${formatInstant(first.at)}` : '';
    return `${caused} ${first.subject} is the first in trouble${when} (${first.text}).`;
  }
  if (first === undefined)
    return `${none}, yet ${lost}${origin === null ? '' : `: ${origin.text}`}.`;
  const calls = origin?.caller === first.subject ? `; ${origin.text}` : '';
  return `${none}, yet ${lost}: ${first.subject} is the first in trouble (${first.text})${calls}.`;
}

/**
 * ` In trouble: a (p95 2 s) and b.`: the subjects of some events, the first of them with their first
 * event.
 */
function namedWords(
  what: string,
  events: readonly CascadeEvent[],
  all: readonly CascadeEvent[],
  runs: number,
): string {
  const names = unique(events.map(({ subject }) => subject));
  if (names.length === 0) return '';
  const how = names.slice(0, LINKS_MAX).map((name) => {
    const first = all.find(({ subject }) => subject === name)!;
    const seen = seenIn(first, runs);
    return `${name} (${first.text}${seen && `, ${seen}`})`;
  });
  return ` ${what}: ${list([...how, ...names.slice(LINKS_MAX)])}.`;
}

/** Requests of users that have not failed, because the run ends before their response. */
function unansweredWords(events: readonly CascadeEvent[]): string {
  const open = events.filter(
    ({ figure, subject }) => figure?.metric === 'unanswered' && subject.includes('.'),
  );
  return open.map(({ subject, text }) => ` ${subject}: ${text}.`).join('');
}

/**
 * The events of each subject after the trigger, users last. A saturation replaces its effects. A component that the
 * fault itself hits is listed only if it saturates, because the fault already describes it.
 */
function chainOf(
  events: readonly CascadeEvent[],
  triggers: readonly CascadeEvent[],
  innocent: ReadonlySet<string>,
  runs: number,
): readonly string[] {
  const [trigger] = triggers;
  const affectedRuns = Math.max(...triggers.map((event) => event.runs));
  const later = events.filter((event) => event.at >= trigger.at);
  const seen = (event: CascadeEvent): string => seenWords(event, runs, affectedRuns);
  const isHit = (event: CascadeEvent): boolean =>
    triggers.some(({ subject }) => event.cause === subject);
  const fullOf = (event: CascadeEvent): CascadeEvent | undefined => fullIn(event, later);
  const itselfOf = (name: string): readonly CascadeEvent[] =>
    later.filter(({ kind, subject }) => ITSELF.has(kind) && subject === name);
  const degraded = later.filter(
    (event) =>
      isDegradation(event) &&
      !innocent.has(event.cause ?? '') &&
      (!isHit(event) ||
        event.subject.includes('.') ||
        fullOf(event) !== undefined ||
        itselfOf(event.subject).length > 0),
  );
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const users = unique(degraded.map((event) => event.subject).filter((name) => name.includes('.')));
  const linkOf = (subject: string): ChainLink => {
    const first = worstOf(subject, degraded);
    const full = fullOf(first);
    const itself = itselfOf(subject);
    const isCut = full === undefined && isHit(first) && itself.length > 0;
    const words = isCut
      ? []
      : [full === undefined ? degradationWords(first) : full.text + heldWords(first)];
    const texts = [...itself.map((event) => event.text), ...words];
    const text = `${subject}: ${texts.join(', ')}${seen(full ?? first)}`;
    const { cause } = first;
    const { at } = full ?? (isCut ? itself[0] : first);
    const isLate = full !== undefined && isHit(first) && isAfterEnd(full, first, later);
    return { subject, cause, at, place: later.indexOf(full ?? first), text, isLate };
  };
  const causes = [...inner.map(linkOf), ...unreadyLinks(later, inner, seen)].slice(0, LINKS_MAX);
  causes.sort((a, b) => a.place - b.place);
  // Of several triggers the last one precedes the effects.
  let lastAt = triggers[Math.min(triggers.length, LINKS_MAX) - 1].at;
  const links = [
    ...causesFirst(causes.filter(({ isLate }) => !isLate)),
    ...users.slice(0, LINKS_MAX).map(linkOf),
    ...causes.filter(({ isLate }) => isLate),
  ];
  return links.map(({ at, text }) => {
    const word = at < lastAt ? 'from' : 'at';
    const when = formatInstant(at) === formatInstant(lastAt) ? '' : ` ${word} ${formatInstant(at)}`;
    lastAt = at;
    return `${text}${when}`;
  });
}

/** Whether a component that a fault hits saturates only after that fault, as it comes back: no cause of the earlier harm. */
function isAfterEnd(
  full: CascadeEvent,
  { cause, at }: CascadeEvent,
  events: readonly CascadeEvent[],
): boolean {
  const end = events.find(
    (event) => event.kind === 'faultEnd' && event.subject === cause && event.at >= at,
  );
  return end !== undefined && full.at >= end.at;
}

/** Components of which instances go off the lists: one that gets no calls any more succeeds in all that it gets. */
function unreadyLinks(
  events: readonly CascadeEvent[],
  known: readonly string[],
  seen: (event: CascadeEvent) => string,
): readonly ChainLink[] {
  return events
    .filter(({ kind, subject }) => kind === 'unready' && !known.includes(subject))
    .map((event) => {
      const { subject, at } = event;
      const text = `${subject}: ${event.text}${seen(event)}`;
      return { subject, cause: null, at, place: events.indexOf(event), text, isLate: false };
    });
}

/** Ends of processes, and instances off the lists, by the health of the component itself. */
const ITSELF: ReadonlySet<CascadeEvent['kind']> = new Set(['killed', 'unready']);

/** A subject's link in the chain: its cause, its time, and its place among the events. */
interface ChainLink {
  readonly subject: string;
  readonly cause: string | null;
  readonly at: number;
  readonly place: number;
  readonly text: string;
  /** It follows the harm to users. */
  readonly isLate: boolean;
}

/**
 * The same links, each after that of its cause: a component may saturate after its caller fails and still be the
 * cause.
 */
function causesFirst(links: readonly ChainLink[]): readonly ChainLink[] {
  const ordered = new Set<ChainLink>();
  const put = (link: ChainLink, above: readonly ChainLink[]): void => {
    const cause = links.find(({ subject }) => subject === link.cause);
    if (cause !== undefined && !above.includes(cause)) put(cause, [...above, link]);
    ordered.add(link);
  };
  for (const link of links) put(link, [link]);
  return [...ordered];
}

/**
 * The worst degradation of a subject, the first of several: the effect of a mild fault must not hide that of a bad
 * one.
 */
function worstOf(subject: string, degraded: readonly CascadeEvent[]): CascadeEvent {
  const rank = ({ kind }: CascadeEvent): number => DEGRADATIONS.indexOf(kind);
  return degraded
    .filter((event) => event.subject === subject)
    .reduce((worst, event) => (rank(event) > rank(worst) ? event : worst));
}

/** The saturation of a subject, if it belongs to one of its degradations. */
function fullIn(event: CascadeEvent, events: readonly CascadeEvent[]): CascadeEvent | undefined {
  const own = events.filter(({ subject }) => subject === event.subject);
  const over = own.filter(({ kind, at }) => ENDS.has(kind) && at <= event.at);
  const since = Math.max(-Infinity, ...over.map(({ at }) => at));
  return own.find(({ kind, at }) => kind === 'saturated' && at >= since && at <= event.at + SOON);
}

const ENDS: ReadonlySet<CascadeEvent['kind']> = new Set(['recovered', 'notRecovered']);

function endOf(input: SentenceInput): string {
  const { story, endings, back, goodputLost, metastability } = input;
  const degraded = degradedResponses(story.users);
  if (isUnjudged(input))
    return `${list([lostWords(story.users, false), ...degraded])}, and no request before the fault shows what is usual`;
  const isLost = goodputLost !== null && goodputLost >= LOST_SOME;
  const lost = isLost ? [`${formatShare(goodputLost)} of the goodput is lost`] : [];
  const returned = backWords(back, story.events, endings);
  const ends = [
    ...(returned === null ? [] : [`success is back ${returned}`]),
    ...(returned === LASTS ? [] : stuckWords(endings, metastability)),
  ];
  const figures = [...lost, ...degraded];
  // Runs that end differently are different sentences.
  return ends.length > 1 && figures.length > 0
    ? [list(figures), ...ends].join('; ')
    : list([...figures, ...ends]);
}

/** An autoscaler that makes the degradation worse. */
function shrinkingWords({ events }: CountedStory, runs: number): string {
  const all = shrinking(events);
  const words = unique(all.map(({ subject }) => subject))
    .slice(0, LINKS_MAX)
    .map((subject) => {
      const [first, ...again] = all.filter((event) => event.subject === subject);
      const then = again
        .slice(0, LINKS_MAX)
        .map(({ text, at }) => `from ${formatInstant(at)} on ${text}`);
      const seen = seenWords(first, runs);
      return ` Meanwhile, from ${formatInstant(first.at)} on, the autoscaler takes ${subject} ${list([`${first.text}${seen}`, ...then])}.`;
    });
  return words.join('');
}

function loopWords(story: CountedStory): string {
  if (story.loops.length === 0) return '';
  const shown = story.loops.map(({ through, mechanism }) => {
    const what = LOOP_WORDS.get(mechanism) ?? mechanism;
    return `${through.join(' -> ')} (${what})`;
  });
  return ` Feedback ${shown.length === 1 ? 'loop' : 'loops'}: ${list(shown)}.`;
}

/** Subjects that degrade only in runs other than the first. */
function elsewhereWords({ elsewhere, verdicts }: SentenceInput): string {
  if (elsewhere.length === 0) return '';
  const shown = elsewhere
    .slice(0, LINKS_MAX)
    .map(
      ({ subject, runs }) => `${subject} (${formatCount(runs)} of ${formatCount(verdicts.length)})`,
    );
  const left = elsewhere.length - shown.length;
  const more = left > 0 ? [plural(left, 'other')] : [];
  return ` Degraded in other runs only: ${list([...shown, ...more])}.`;
}
