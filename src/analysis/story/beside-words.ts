import type { CascadeEvent } from '../../spec/result/cascade.js';
import { headOf } from '../../spec/result/fault-text.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { DEGRADATIONS, type Story } from '../measure/story.js';
import { failsMore } from './innocent.js';
import { UNSEEN } from './unseen-kinds.js';

/** The cascade of the first run, with the number of runs in which each event happens. */
export type CountedStory = Omit<Story, 'events'> & { readonly events: readonly CascadeEvent[] };

/** Most names in a list. */
export const LINKS_MAX = 4;
/** Smallest share of failed user requests that is reported if nothing else happens. */
export const SOME = 0.001;

/** No window loses goodput, although some users may have waited, failed, or got degraded responses. */
export function noLossWords(story: CountedStory, runs: number): string {
  const { users } = story;
  const degraded = story.events.filter(isDegradation);
  const user = degraded.find((event) => event.subject.includes('.'));
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const others = `${inner.length === 0 ? '' : ` Degraded for a time: ${list(inner)}.`}${deathWords(story, runs)}${behind(story, runs)}`;
  const isAsBefore = users.failed > 0 && users.usualFailed >= SOME && !failsMore(users);
  const isLost = users.failed > 0 && !isAsBefore;
  const lost = lostWords(users, isAsBefore);
  const figure = user === undefined ? '' : ` (${user.subject}: ${headOf(user)})`;
  const isFewer = user?.figure?.metric === 'success';
  const waits = user === undefined || isFewer ? [] : [`users wait${figure}`];
  const beside = [...degradedResponses(users), ...waits];
  if (beside.length > 0)
    return `${lost}${isFewer ? figure : ''}, ${isLost ? 'and' : 'but'} ${list(beside)}.${others}`;
  // Users do notice later that a message or a saga failed.
  const isUnseen = story.events.some(({ kind }) => UNSEEN.has(kind));
  if (isLost || isFewer || isUnseen) return `${lost}${figure}.${others}`;
  const asBefore = isAsBefore
    ? `: no more of their requests fail than before (${formatShare(users.usualFailed)})`
    : '';
  return `users notice nothing${asBefore}.${others}`;
}

/** `4,311 of 61,000 responses are degraded`, if it is clearly more than before. */
export function degradedResponses({ degraded, finished, usualDegraded }: Story['users']): string[] {
  if (degraded <= (usualDegraded + SOME) * finished) return [];
  return [`${formatCount(degraded)} of ${formatCount(finished)} responses are degraded`];
}

/** How many user requests fail; `asBefore` = no more than before. */
export function lostWords(
  { finished, failed, usualFailed }: Story['users'],
  isAsBefore: boolean,
): string {
  if (failed === 0) return 'no user request fails';
  if (isAsBefore) return `no more user requests fail than before (${formatShare(usualFailed)})`;
  const before = usualFailed >= SOME ? ` (${formatShare(usualFailed)} before)` : '';
  return `${formatCount(failed)} of ${formatCount(finished)} user requests fail${before}`;
}

/** Effects that no user request shows: backlogs, stale reads, sagas without a consistent end. */
export function behind({ events }: CountedStory, runs: number): string {
  const unseen = events.filter(({ kind }) => UNSEEN.has(kind));
  const words = unseen.slice(0, LINKS_MAX).map((begun) => {
    const { kind, subject, at, text } = begun;
    const end = events.find(
      (event) => event.subject === subject && event.at > at && event.ends === kind,
    );
    const over = end === undefined ? '' : `, ${end.text}`;
    return ` ${subject} ${UNSEEN.get(kind)!} ${formatInstant(at)}: ${text}${seenWords(begun, runs)}${over}.`;
  });
  return words.join('');
}

/** Processes that end by themselves, for a sentence that does not name the requests that fail. */
export function deathWords({ events, loops }: CountedStory, runs: number): string {
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

/** Mechanisms of loops in words. */
export const LOOP_WORDS: ReadonlyMap<string, string> = new Map([
  ['retryLoad', 'retries'],
  ['hedgeLoad', 'hedges'],
  ['restarts', 'dies again when it is back'],
]);

/**
 * The number of runs in which an event happens; empty if it happens in all of them, or in all in which its cause does.
 */
export function seenIn({ runs }: CascadeEvent, all: number, cause = all): string {
  return runs === cause ? '' : `in ${formatCount(runs)} of ${formatCount(all)} runs`;
}

/** The same in parentheses. */
export function seenWords(event: CascadeEvent, all: number, cause = all): string {
  const seen = seenIn(event, all, cause);
  return seen && ` (${seen})`;
}

/** Whether a component or a kind of request gets worse. */
export function isDegradation(event: CascadeEvent): boolean {
  return DEGRADATIONS.includes(event.kind);
}

/** Each text once, in order. */
export function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
