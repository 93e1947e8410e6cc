import { headOf } from '../../contracts/result/fault-text.js';
import type {
  CascadeEvent,
  CascadeResult,
  Ending,
  RunVerdict,
} from '../../contracts/result/cascade.js';
import type { MetastabilityProof } from '../../contracts/result/counterfactual.js';
import { shrinking } from '../../contracts/result/shrinking.js';
import { isFeedback } from './feedback.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import { backWords, type Back } from './back-words.js';
import { stuckSentence, stuckWords } from './ending-words.js';
import { isWaiting } from './degradation-words.js';
import { chainOf } from './chain-words.js';
import {
  causesFirst as withoutFault,
  chronicWords,
  rollbackWords,
  conditionStarts,
  knownOf,
  listedStarts,
  openFaults,
  openWords,
  startingFaults,
  worseWords,
  type Start,
} from './cause-words.js';
import {
  behind,
  deathWords,
  degradedResponses,
  LOOP_WORDS,
  lostWords,
  noLossWords,
} from './mild-words.js';
import { refusedWords } from './refused-words.js';
import {
  isDegradation,
  LINKS_MAX,
  seenIn,
  seenWords,
  SOME,
  unique,
  type CountedStory,
} from './seen-words.js';
import { userEpisodes, type UserEpisode } from './user-episodes.js';
import type { Story } from '../measure/story.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { capitalised, list, plural } from '../../text/words.js';

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
    return `${chronicWords(story)}${words}: ${noLossWords(story, runs, hasBefore(input))}${rollbackWords(story, false)}${openWords(story, faults)}${some}${others}`;
  }
  const first = startingFaults(story, faults);
  const triggers = first.length > 0 ? first : responsible.length > 0 ? responsible : faults;
  const conditions = conditionStarts(story);
  // A fault that does little or no harm starts nothing.
  const isCleared = responsible.length === 0;
  const isOther = first.length === 0 && (conditions.length > 0 || isCleared);
  const isOpen = isCleared && conditions.length === 0 && chronicWords(story) === '';
  // Effects of a fault that is no cause, or of which that is unknown, are not on the way to the users.
  const aside = new Set([...innocent, ...openFaults(story, faults).map(({ subject }) => subject)]);
  const episodes = userEpisodes(triggers, story.events);
  const chains = episodes.map(({ triggers: own, events, from, until }) => {
    const begins = conditions.filter(({ at }) => at >= from && at < until);
    const start = listedStarts(startsIn(begins, isOther ? [] : timedWords(story, own, runs)));
    const links = chainOf(events, own, aside, runs);
    return (start === '' ? links : [start, ...links]).join(' -> ');
  });
  const account =
    chains.length > 1
      ? episodeWords(input, episodes, chains)
      : ended(chains[0], isOther && isUnjudged(input) ? '' : endOf(input));
  const more = `${worseWords(story)}${openWords(story, faults)}${shrinkingWords(story, runs)}${loopWords(input)}${behind(story, runs)}${rollbackWords(story)}${others}`;
  return `${isOpen ? clearedWords(faults) : ''}${chronicWords(story)}${account}${more}`;
}

/** `“psp hangs” is not the cause. `, before effects of which no cause is known. */
function clearedWords(faults: readonly CascadeEvent[]): string {
  const words = unique(faults.map(headOf));
  return words.length === 1 ? `“${words[0]}” is not the cause. ` : 'The faults are not the cause. ';
}

function ended(chain: string, end: string): string {
  if (chain === '') return end === '' ? '' : `${capitalised(end)}.`;
  return `${chain}${end === '' ? '' : `; ${end}`}.`;
}

/**
 * Several episodes: `A hangs at 20 s -> users: ...; success is back after 6 s. Later, A fails at 140 s -> users: .... In
 * all, 20 % of the goodput is lost.` The recovery of one of them is known; others before the last end with healthy users, or
 * with the next one.
 */
function episodeWords(
  input: SentenceInput,
  episodes: readonly UserEpisode[],
  chains: readonly string[],
): string {
  const { figures, returned, stuck } = endsOf(input);
  const fault = input.back?.recovery.fault;
  const own = episodes.map(({ triggers, healthyAt }, i) => {
    const back = triggers.some(({ subject }) => subject === fault) ? returned : [];
    const healthy =
      healthyAt === null ? [] : [`users are healthy again at ${formatInstant(healthyAt)}`];
    const isLast = i === episodes.length - 1;
    const ends = [...(back.length > 0 ? back : healthy), ...(isLast ? stuck : [])];
    return ended(`${i === 0 ? '' : ' Later, '}${chains[i]}`, ends.join('; '));
  });
  const all = figures.length === 0 ? '' : ` In all, ${list(figures)}.`;
  return `${own.join('')}${all}`;
}

/** Whether the first run has no loss to explain: no goodput is lost, or none is known to be and no user degrades. */
function isMild(input: SentenceInput, isBlamed: boolean): boolean {
  const { story, verdicts } = input;
  if (isUnjudged(input))
    return !story.events.some((event) => isDegradation(event) && event.subject.includes('.'));
  if (verdicts.every((verdict) => verdict === 'untouched')) return true;
  return !isBlamed && story.verdict === 'untouched';
}

/** Whether faults begin with the run, so that nothing before them shows the usual goodput. */
function isUnjudged({ endings }: SentenceInput): boolean {
  return (
    endings.length > 0 &&
    endings.every(({ reason }) => reason === 'noBaseline' || reason === 'background')
  );
}

/** Whether a time before the faults shows how long users usually wait. */
function hasBefore(input: SentenceInput): boolean {
  return !isUnjudged(input) && input.goodputLost !== null;
}

/** The causes where no goodput is lost: conditions and faults, with their times if there are several. */
function startsOf(story: CountedStory, faults: readonly CascadeEvent[], runs: number): string {
  const responsible = startingFaults(story, faults, true);
  const conditions = conditionStarts(story);
  const shown = responsible.length > 0 || conditions.length > 0 ? responsible : faults;
  const [only] = shown;
  if (conditions.length === 0 && new Set(shown.map(headOf)).size === 1)
    return `${headOf(only)}${seenWords(only, runs)}`;
  // Nothing is blamed on them, so it does not matter how they are known.
  return list(startsIn(conditions, timedWords(story, shown, runs)).map(({ text }) => text));
}

/** The first conditions and faults, in order of time. */
function startsIn(conditions: readonly Start[], faults: readonly Start[]): readonly Start[] {
  return [...conditions, ...faults].sort((a, b) => a.at - b.at).slice(0, LINKS_MAX);
}

/** Each text once, with all its times: `orders crashes at 5 s, 6 s and 7 s`. */
function timedWords(
  story: CountedStory,
  events: readonly CascadeEvent[],
  runs: number,
): readonly Start[] {
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
    const [{ at }] = own;
    const known = knownOf(story, own[0].subject);
    return { plain, at, known, when: list(shown), effect, seen: seenWords(own[0], runs) };
  });
  // Faults of the same instants have their times once.
  return all.map(({ plain, at, known, when, effect, seen }, i) => {
    const next = all[i + 1];
    const isAgain = next?.when === when && effect === '' && seen === '' && next.seen === '';
    return { at, known, text: isAgain ? plain : `${plain} at ${when}${effect}${seen}` };
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
  const why = withoutFault(story);
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
    if (others === '' && failed === 0 && why === null)
      return `${none}, and nothing degrades${elsewhere.length > 0 && affected === 0 ? ' in run 1' : ''}.`;
    const fails = `${failed === 0 ? 'no' : 'hardly any'} user request fails`;
    if (why !== null) return `${why}: ${fails}, without a fault.${others}`;
    return `${none}, and ${fails}.${others}`;
  }
  const refused = refusedWords(story.failures!, story.users, why);
  if (refused !== null) return `${refused}${namedWords('At the limit', inner, inner, runs)}`;
  const { kind, origin } = story.failures!;
  const lost = `${formatShare(failed / finished)} of the user requests fail${kind}`;
  const first = inner[0] ?? events[0];
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

function endOf(input: SentenceInput): string {
  const { figures, returned, stuck } = endsOf(input);
  const ends = [...returned, ...stuck];
  // Runs that end differently are different sentences.
  return ends.length > 1 && figures.length > 0
    ? [list(figures), ...ends].join('; ')
    : list([...figures, ...ends]);
}

/** What is lost, when success is back, and how runs end that do not end well. */
interface Ends {
  readonly figures: readonly string[];
  readonly returned: readonly string[];
  readonly stuck: readonly string[];
}

function endsOf(input: SentenceInput): Ends {
  const { story, endings, back, goodputLost, metastability } = input;
  const degraded = degradedResponses(story.users);
  if (isUnjudged(input)) {
    const lost = list([lostWords(story.users, false), ...degraded]);
    return { figures: [`${lost}, and ${noBefore(endings)}`], returned: [], stuck: [] };
  }
  const isLost = goodputLost !== null && goodputLost >= LOST_SOME;
  const lost = isLost
    ? [`${formatShare(goodputLost)} of the goodput is lost`]
    : goodputLost === null && story.users.failed > 0
      ? [lostWords(story.users, false)]
      : [];
  const returned = backWords(back, story.events, endings);
  return {
    figures: [...lost, ...degraded],
    returned: returned === null ? [] : [`success is back ${returned}`],
    stuck: stuckWords(endings, metastability),
  };
}

/** Why nothing shows the usual goodput. */
function noBefore(endings: readonly Ending[]): string {
  return endings.every(({ reason }) => reason === 'background')
    ? 'the fault lasts for the entire run'
    : 'no request before the fault shows what is usual';
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

/** The loops that keep the system down. Where it recovers, or stays down without them, they only add load. */
function loopWords({ story, verdicts, metastability }: SentenceInput): string {
  const { loops } = story;
  if (loops.length === 0) return '';
  const paths = (some: Story['loops']): string =>
    list(some.map(({ through }) => through.join(' -> ')));
  if (sustainedBy({ loops, verdicts }, metastability) === null) {
    const again = loops.filter(({ mechanism }) => mechanism === 'restarts');
    // Calls that fail or wait in a circle add none.
    const loads = loops.filter(({ mechanism }) => isFeedback(mechanism));
    const kinds = unique(loads.map(({ mechanism }) => LOOP_WORDS.get(mechanism)!));
    return [
      ...again.map((loop) => ` ${paths([loop])} ${LOOP_WORDS.get('restarts')!}.`),
      ...(loads.length === 0 ? [] : [` ${capitalised(list(kinds))} add load: ${paths(loads)}.`]),
    ].join('');
  }
  const shown = loops.map((loop) => {
    const what = LOOP_WORDS.get(loop.mechanism);
    return `${paths([loop])}${what === undefined ? '' : ` (${what})`}`;
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
