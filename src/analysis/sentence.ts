import type { CascadeEvent } from '../spec/result.js';
import type { RunVerdict, Story } from './story.js';
import { count, list, moment, share } from './words.js';

/** What the sentence is made of. */
export interface Telling {
  /** The run that is told. */
  readonly story: Story;
  /** Verdicts of all runs. */
  readonly verdicts: readonly RunVerdict[];
  /** Recovery in seconds of the runs that recover, mean; null where it is unknown. */
  readonly recovery: number | null;
  readonly goodputLost: number | null;
}

const LINKS_MAX = 4;

/** The whole story in one sentence: the fault, what it led to in order, and how it ended. */
export function sentenceOf(telling: Telling): string {
  const { story } = telling;
  const faults = story.events.filter((event) => event.kind === 'fault');
  const guilty = faults.filter(
    ({ subject }) => !story.innocent.some(({ fault }) => fault === subject),
  );
  if (faults.length === 0) return noFault(story);
  if (telling.verdicts.every((verdict) => verdict === 'untouched')) {
    const words = list(unique(faults.map((event) => event.text)));
    return `${words}: users notice nothing.${hurtWords(story)}`;
  }
  const trigger = (guilty.length > 0 ? guilty : faults)[0];
  const chain = chainOf(story.events, trigger);
  const start = `${trigger.text} at ${moment(trigger.at)}`;
  return `${[start, ...chain].join(' -> ')}; ${endOf(telling)}.${loopWords(story)}`;
}

function noFault(story: Story): string {
  const first = story.events.find((event) => event.kind === 'saturated' || isIll(event));
  if (first === undefined) return 'No fault, and nothing turns ill.';
  return `Without any fault, ${first.subject} is the first in trouble at ${moment(first.at)}: ${first.text}.`;
}

/** First event of each subject from the trigger on, users last. */
function chainOf(events: readonly CascadeEvent[], trigger: CascadeEvent): readonly string[] {
  const seen = new Set<string>();
  const chain: string[] = [];
  let told = trigger.at;
  const later = events.filter(
    (event) => event.at >= trigger.at && (isIll(event) || event.kind === 'saturated'),
  );
  const inner = later.filter((event) => !event.subject.includes('.'));
  const users = later.filter((event) => event.subject.includes('.'));
  for (const event of [...inner.slice(0, LINKS_MAX), ...users]) {
    if (seen.has(event.subject) || chain.length > LINKS_MAX + 1) continue;
    seen.add(event.subject);
    const when = event.at === told ? '' : ` (${moment(event.at)})`;
    told = event.at;
    chain.push(`${event.subject}: ${event.text}${when}`);
  }
  return chain;
}

function endOf({ verdicts, recovery, goodputLost }: Telling): string {
  const lost = goodputLost === null ? '' : `${share(goodputLost)} of the goodput is lost`;
  const n = verdicts.length;
  const stuck = verdicts.filter((verdict) => verdict === 'metastable').length;
  const overloaded = verdicts.filter((verdict) => verdict === 'overloaded').length;
  const undecided = verdicts.filter((verdict) => verdict === 'undecided').length;
  const of = (k: number): string => (n === 1 ? '' : ` in ${count(k)} of ${count(n)} runs`);
  const parts: string[] = lost === '' ? [] : [lost];
  if (stuck > 0)
    parts.push(
      `after the fault it does not recover, although the load is feasible (metastable${of(stuck)})`,
    );
  if (overloaded > 0) parts.push(`it stays overloaded${of(overloaded)}`);
  if (undecided > 0) parts.push(`the run ends before it is over${of(undecided)}`);
  const well = n - stuck - overloaded - undecided;
  if (well > 0 && recovery !== null) {
    const when = recovery === 0 ? 'at once' : `after ${moment(recovery)}`;
    parts.push(`it recovers ${when}${well === n ? '' : of(well)}`);
  }
  return list(parts);
}

function loopWords(story: Story): string {
  if (story.loops.length === 0) return '';
  const [loop] = story.loops;
  const what = loop.mechanism === 'retryLoad' ? 'retries' : loop.mechanism;
  return ` Feedback loop: ${[...loop.through, loop.through[0]].join(' -> ')} (${what}).`;
}

function hurtWords(story: Story): string {
  const ill = unique(story.events.filter(isIll).map((event) => event.subject));
  return ill.length === 0 ? '' : ` Ill for a time: ${list(ill)}.`;
}

function isIll(event: CascadeEvent): boolean {
  return event.kind === 'degraded' || event.kind === 'failing' || event.kind === 'down';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
