import { headOf } from '../../contracts/result/fault-text.js';
import { failsMore, isMakeshift } from './innocent.js';
import {
  isDegradation,
  LINKS_MAX,
  seenWords,
  SOME,
  unique,
  type CountedStory,
} from './seen-words.js';
import { REPORTED, UNSEEN } from './unseen-kinds.js';
import type { Story } from '../measure/story.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** Words for the mechanisms of feedback loops. */
export const LOOP_WORDS: ReadonlyMap<string, string> = new Map([
  ['retryLoad', 'retries'],
  ['hedgeLoad', 'hedges'],
  ['restarts', 'dies again when it is back'],
]);

/**
 * No window loses goodput, although some users may have waited, failed, or got degraded responses. `hasBefore`: a time
 * before the fault is known.
 */
export function noLossWords(story: CountedStory, runs: number, hasBefore = true): string {
  const { users } = story;
  const degraded = story.events.filter(isDegradation);
  const user = degraded.find((event) => event.subject.includes('.'));
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const others = `${inner.length === 0 ? '' : ` Degraded for a time: ${list(inner)}.`}${deathWords(story, runs)}${behind(story, runs)}`;
  const isAsBefore = users.failed > 0 && users.usualFailed >= SOME && !failsMore(users);
  const isLost = users.failed > 0 && !isAsBefore;
  const lost = `${lostWords(users, isAsBefore)}${isLost && isChance(story) ? ', most of them by chance' : ''}`;
  const figure = user === undefined ? '' : ` (${user.subject}: ${headOf(user)})`;
  const isFewer = user?.figure?.metric === 'success';
  const waits = user === undefined || isFewer ? [] : [`users wait${figure}`];
  const beside = [...degradedResponses(users), ...waits];
  if (beside.length > 0)
    return `${lost}${isFewer ? figure : ''}, ${isLost ? 'and' : 'but'} ${list(beside)}.${others}`;
  // Without a time before the fault it is unknown whether users wait longer; and of a message that is lost they hear later.
  const isUnseen = story.events.some(({ kind }) => UNSEEN.has(kind));
  if (isLost || isFewer || isUnseen || !hasBefore) return `${lost}${figure}.${others}`;
  const asBefore = isAsBefore
    ? `: no more of their requests fail than before (${formatShare(users.usualFailed)})`
    : '';
  return `users notice nothing${asBefore}.${others}`;
}

/** Whether the harm that chance explains is all that degrades the requests of users. */
function isChance({ users, causes, events }: CountedStory): boolean {
  const isHurt = events.some((event) => isDegradation(event) && event.subject.includes('.'));
  return users.isByChance && !isHurt && causes.length === 0;
}

/** `4,311 of 61,000 responses are degraded`: those of fallbacks, for example. Empty if they are no more than before. */
export function degradedResponses(users: Story['users']): readonly string[] {
  if (!isMakeshift(users)) return [];
  const { degraded, finished } = users;
  return [`${formatCount(degraded)} of ${formatCount(finished)} responses are degraded`];
}

/** How many user requests fail; `isAsBefore`: no more than before. */
export function lostWords(
  { finished, failed, usualFailed }: Story['users'],
  isAsBefore: boolean,
): string {
  if (failed === 0) return 'no user request fails';
  if (isAsBefore) return `no more user requests fail than before (${formatShare(usualFailed)})`;
  const before = usualFailed >= SOME ? ` (${formatShare(usualFailed)} before)` : '';
  return `${formatCount(failed)} of ${formatCount(finished)} user requests fail${before}`;
}

/** Effects that no user request shows: backlogs, stale reads, sagas without a consistent end; and planned resets. */
export function behind({ events }: CountedStory, runs: number): string {
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
