import { headOf } from '../../spec/result/fault-text.js';
import { failsMore, isMakeshift } from './innocent.js';
import {
  isDegradation,
  LINKS_MAX,
  seenWords,
  SOME,
  unique,
  type CountedStory,
} from './seen-words.js';
import { REPORTED } from './unseen-kinds.js';
import type { Story } from '../measure/story.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** Words for the mechanisms of feedback loops. */
export const LOOP_WORDS: ReadonlyMap<string, string> = new Map([
  ['retryLoad', 'retries'],
  ['hedgeLoad', 'hedges'],
  ['restarts', 'dies again when it is back'],
]);

/** No window loses goodput, although some users may have waited or failed. `hasBefore`: a time before the fault is known. */
export function noLossWords(story: CountedStory, runs: number, hasBefore = true): string {
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
  const makeshift = makeshiftWords(story.users);
  if (user === undefined) {
    if (makeshift !== '') return `${lost}, ${isLost ? 'and' : 'but'} ${makeshift}.${others}`;
    // Without a time before the fault it is unknown whether users wait longer.
    if (isLost || !hasBefore) return `${lost}.${others}`;
    const asBefore = isAsBefore
      ? `: no more of their requests fail than before (${formatShare(usualFailed)})`
      : '';
    return `users notice nothing${asBefore}.${others}`;
  }
  const more = makeshift === '' ? '' : ` ${makeshift[0].toUpperCase()}${makeshift.slice(1)}.`;
  const figure = `${user.subject}: ${headOf(user)}`;
  if (user.figure?.metric === 'success') return `${lost} (${figure}).${more}${others}`;
  return `${lost}, ${isLost ? 'and' : 'but'} users wait (${figure}).${more}${others}`;
}

/** `1,007 of 3,051 responses are degraded`: those of fallbacks, for example. Empty if they are no more than before. */
function makeshiftWords(users: Story['users']): string {
  if (!isMakeshift(users)) return '';
  const { degraded, finished } = users;
  return `${formatCount(degraded)} of ${formatCount(finished)} responses are degraded`;
}

function lostWords({ finished, failed, usualFailed }: Story['users'], isAsBefore: boolean): string {
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
