import { headOf } from '../../spec/result/fault-text.js';
import type { CascadeEvent, CascadeResult, RunVerdict } from '../../spec/result/cascade.js';
import type { MetastabilityProof } from '../../spec/result/counterfactual.js';
import { shrinking } from '../../spec/result/shrinking.js';
import { backWords, ofRuns, stuckSentence, stuckWords, WELL } from './ending-words.js';
import { isWaiting } from './degradation-words.js';
import { failsMore } from './innocent.js';
import { degradationWords, heldWords } from './mechanism-words.js';
import { REPORTED } from './unseen-kinds.js';
import {
  causesFirst as withoutFault,
  chronicWords,
  clearedWords,
  conditionStarts,
  laterOf,
  worseWords,
} from './cause-words.js';
import { DEGRADATIONS, type Story } from '../measure/story.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/** The cascade of the first run, with the number of runs in which each event happens. */
type CountedStory = Omit<Story, 'events'> & { readonly events: readonly CascadeEvent[] };

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
  /** Recovery of success in seconds of the runs that recover, mean; null if it is unknown. */
  readonly recovery: number | null;
  /** The same of the latency, if it takes clearly longer; `never` if it does not come back in some run. */
  readonly latencyRecovery: number | 'never' | null;
  readonly goodputLost: number | null;
  /** Whether the scenario has faults, whether or not they strike. */
  readonly hasFaults: boolean;
}

const LINKS_MAX = 4;
/** Seconds within which a saturation belongs to a degradation. */
const SOON = 10;
/** Smallest share of failed user requests that is reported if nothing else happens. */
const SOME = 0.001;

/** The whole cascade in one sentence: the fault, its effects in order, and how it ended. */
export function sentenceOf(input: SentenceInput): string {
  const { story } = input;
  const faults = story.events.filter((event) => event.kind === 'fault');
  const runs = input.verdicts.length;
  const others = elsewhereWords(input);
  if (faults.length === 0) {
    return `${noFault(input, runs)}${stuckSentence(input.endings, input.metastability)}${shrinkingWords(story, runs)}${others}`;
  }
  if (input.verdicts.every((verdict) => verdict === 'untouched')) {
    const words = list(unique(faults.map((it) => `${headOf(it)}${seenWords(it, runs)}`)));
    return `${chronicWords(story)}${words}: ${noLossWords(story, runs)}${others}`;
  }
  const innocent = new Set(story.innocent.map(({ fault }) => fault));
  const responsible = faults.filter(({ subject }) => !innocent.has(subject));
  const later = new Set(laterOf(story).map(({ fault }) => fault));
  const first = responsible.filter(({ subject }) => !later.has(subject));
  const triggers = first.length > 0 ? first : responsible.length > 0 ? responsible : faults;
  const start = list(
    [...conditionStarts(story), ...timedWords(triggers, runs)].slice(0, LINKS_MAX),
  );
  const chain = chainOf(story.events, triggers, innocent, runs);
  const shrunk = shrinkingWords(story, runs);
  const more = `${worseWords(story)}${shrunk}${loopWords(story)}${behind(story, runs)}${clearedWords(story)}${others}`;
  return `${chronicWords(story)}${[start, ...chain].join(' -> ')}; ${endOf(input)}.${more}`;
}

/** Each text once, with all its times: `orders crashes at 5 s, 6 s and 7 s`. */
function timedWords(events: readonly CascadeEvent[], runs: number): readonly string[] {
  return unique(events.map(headOf)).map((plain) => {
    const own = events.filter((event) => headOf(event) === plain);
    const text = own.length === 1 ? own[0].text : plain;
    const times = own.map(({ at }) => formatInstant(at));
    const more = times.length - LINKS_MAX;
    const rest = formatCount(more);
    const shown =
      more > 0
        ? [...times.slice(0, LINKS_MAX), more === 1 ? 'once more' : `${rest} times more`]
        : times;
    return `${text} at ${list(shown)}${seenWords(own[0], runs)}`;
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
  if (why !== null && first !== undefined) {
    const when = first.at > 0 ? `, at ${formatInstant(first.at)}` : '';
    const itself = ` ${first.subject} is the first in trouble${when} (${first.text}).`;
    return `${why}: ${lost}, without a fault.${itself}`;
  }
  if (first === undefined)
    return `${none}, yet ${lost}${origin === null ? '' : `: ${origin.text}`}.`;
  const calls = origin?.caller === first.subject ? `; ${origin.text}` : '';
  return `${none}, yet ${lost}: ${first.subject} is the first in trouble (${first.text})${calls}.`;
}

/**
 * ` In trouble for a time: a (p95 2 s) and b.`: the subjects of some events, the first of them with their first
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
  return ` ${what} for a time: ${list([...how, ...names.slice(LINKS_MAX)])}.`;
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
  const isHit = (event: CascadeEvent): boolean =>
    triggers.some(({ subject }) => event.cause === subject);
  const fullOf = (event: CascadeEvent): CascadeEvent | undefined => fullIn(event, later);
  const degraded = later.filter(
    (event) =>
      isDegradation(event) &&
      !innocent.has(event.cause ?? '') &&
      (!isHit(event) || event.subject.includes('.') || fullOf(event) !== undefined),
  );
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const users = unique(degraded.map((event) => event.subject).filter((name) => name.includes('.')));
  const linkOf = (subject: string): ChainLink => {
    const first = worstOf(subject, degraded);
    const full = fullOf(first);
    const itself = later.filter(
      (event) => (event.kind === 'killed' || event.kind === 'unready') && event.subject === subject,
    );
    const words = full === undefined ? degradationWords(first) : full.text + heldWords(first);
    const seen = seenWords(full ?? first, runs, affectedRuns);
    const text = `${subject}: ${[...itself.map((event) => event.text), words].join(', ')}${seen}`;
    const { cause } = first;
    return { subject, cause, at: (full ?? first).at, place: later.indexOf(full ?? first), text };
  };
  // A component that gets no calls any more succeeds in all that it gets.
  const unready = later
    .filter(({ kind, subject }) => kind === 'unready' && !inner.includes(subject))
    .map((event) => {
      const text = `${event.subject}: ${event.text}${seenWords(event, runs, affectedRuns)}`;
      const { subject, at } = event;
      return { subject, cause: null, at, place: later.indexOf(event), text };
    });
  const causes = [...inner.map(linkOf), ...unready].slice(0, LINKS_MAX);
  causes.sort((a, b) => a.place - b.place);
  // Of several triggers the last one precedes the effects.
  let lastAt = triggers[Math.min(triggers.length, LINKS_MAX) - 1].at;
  return [...causesFirst(causes), ...users.slice(0, LINKS_MAX).map(linkOf)].map(({ at, text }) => {
    const word = at < lastAt ? 'from' : 'at';
    const when = formatInstant(at) === formatInstant(lastAt) ? '' : ` ${word} ${formatInstant(at)}`;
    lastAt = at;
    return `${text}${when}`;
  });
}

/** A subject's link in the chain: its cause, its time, and its place among the events. */
interface ChainLink {
  readonly subject: string;
  readonly cause: string | null;
  readonly at: number;
  readonly place: number;
  readonly text: string;
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
  const { verdicts, endings, recovery, goodputLost, metastability } = input;
  const lost = goodputLost === null ? '' : `${formatShare(goodputLost)} of the goodput is lost`;
  const n = verdicts.length;
  const well = endings.filter(({ verdict }) => WELL.has(verdict)).length;
  const parts = [...(lost === '' ? [] : [lost]), ...stuckWords(endings, metastability)];
  if (well > 0 && recovery !== null) {
    const back = backWords(recovery, input.latencyRecovery);
    parts.push(`${back}${well === n ? '' : ofRuns(well, n)}`);
  }
  return list(parts);
}

const LOOP_WORDS: ReadonlyMap<string, string> = new Map([
  ['retryLoad', 'retries'],
  ['hedgeLoad', 'hedges'],
  ['restarts', 'dies again when it is back'],
]);

/** An autoscaler that makes the degradation worse. */
function shrinkingWords({ events }: CountedStory, runs: number): string {
  const all = shrinking(events);
  const words = unique(all.map(({ subject }) => subject))
    .slice(0, LINKS_MAX)
    .map((subject) => {
      const [first, ...again] = all.filter((event) => event.subject === subject);
      const then = again
        .slice(0, LINKS_MAX)
        .map(({ text, at }) => `${text} at ${formatInstant(at)}`);
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

/** No window loses goodput, although some users may have waited or failed. */
function noLossWords(story: CountedStory, runs: number): string {
  const degraded = story.events.filter(isDegradation);
  const user = degraded.find((event) => event.subject.includes('.'));
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const others = `${inner.length === 0 ? '' : ` Degraded for a time: ${list(inner)}.`}${deathWords(story, runs)}${behind(story, runs)}`;
  const { failed, usualFailed } = story.users;
  const isAsBefore = failed > 0 && usualFailed >= SOME && !failsMore(story.users);
  const isLost = failed > 0 && !isAsBefore;
  const lost = lostWords(story.users, isAsBefore);
  if (user === undefined) {
    const asBefore = isAsBefore
      ? `: no more of their requests fail than before (${formatShare(usualFailed)})`
      : '';
    return `${isLost ? lost : `users notice nothing${asBefore}`}.${others}`;
  }
  const figure = `${user.subject}: ${headOf(user)}`;
  if (user.figure?.metric === 'success') return `${lost} (${figure}).${others}`;
  return `${lost}, ${isLost ? 'and' : 'but'} users wait (${figure}).${others}`;
}

function lostWords({ finished, failed, usualFailed }: Story['users'], isAsBefore: boolean): string {
  if (failed === 0) return 'no user request fails';
  if (isAsBefore) return `no more user requests fail than before (${formatShare(usualFailed)})`;
  const before = usualFailed >= SOME ? ` (${formatShare(usualFailed)} before)` : '';
  return `${formatCount(failed)} of ${formatCount(finished)} user requests fail${before}`;
}

/** Effects that no user request shows: backlogs, stale reads, sagas without a consistent end; and planned resets. */
function behind({ events }: CountedStory, runs: number): string {
  const unseen = events.filter(({ kind }) => REPORTED.has(kind));
  const words = unseen.slice(0, LINKS_MAX).map((begun) => {
    const { kind, subject, at, text, detail } = begun;
    const end = events.find(
      (event) => event.subject === subject && event.at > at && event.ends === kind,
    );
    const over = end === undefined ? '' : `, ${end.text}`;
    return ` ${subject} ${REPORTED.get(kind)!} ${formatInstant(at)}: ${detail ?? text}${seenWords(begun, runs)}${over}.`;
  });
  return words.join('');
}

/** Processes that end by themselves, for a sentence that does not name the requests that fail. */
function deathWords({ events, loops }: CountedStory, runs: number): string {
  const deaths = events.filter(({ kind }) => kind === 'killed');
  return deaths
    .map((death) => {
      const isLoop = loops.some(
        ({ through }) => through.length === 1 && through[0] === death.subject,
      );
      const again = isLoop ? `, it ${LOOP_WORDS.get('restarts')!}` : '';
      return ` ${death.subject}: ${death.text}${seenWords(death, runs)}${again}.`;
    })
    .join('');
}

/**
 * The number of runs in which an event happens; empty if it happens in all of them, or in all in which its cause does.
 */
function seenIn({ runs }: CascadeEvent, all: number, cause = all): string {
  return runs === cause ? '' : `in ${formatCount(runs)} of ${formatCount(all)} runs`;
}

/** The same in parentheses. */
function seenWords(event: CascadeEvent, all: number, cause = all): string {
  const seen = seenIn(event, all, cause);
  return seen && ` (${seen})`;
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

function isDegradation(event: CascadeEvent): boolean {
  return DEGRADATIONS.includes(event.kind);
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
