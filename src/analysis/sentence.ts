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
/** Seconds within which all workers being in use belongs to an illness. */
const SOON = 10;

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
    return `${words}: ${unhurt(story)}`;
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

/** What became of each subject from the trigger on, users last; exhaustion is told before its effects. */
function chainOf(events: readonly CascadeEvent[], trigger: CascadeEvent): readonly string[] {
  const later = events.filter((event) => event.at >= trigger.at);
  const ill = later.filter(isIll);
  const inner = unique(ill.map((event) => event.subject).filter((name) => !name.includes('.')));
  const users = unique(ill.map((event) => event.subject).filter((name) => name.includes('.')));
  let told = trigger.at;
  return [...inner.slice(0, LINKS_MAX), ...users.slice(0, LINKS_MAX)].map((subject) => {
    const first = ill.find((event) => event.subject === subject)!;
    const full = later.find(
      (event) =>
        event.kind === 'saturated' && event.subject === subject && event.at <= first.at + SOON,
    );
    const { at, text } = full ?? first;
    const when = at === told ? '' : ` at ${moment(at)}`;
    told = at;
    return `${subject}: ${text.split(': ')[0]}${when}`;
  });
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
  const told = story.loops.map(({ through, mechanism }) => {
    const what = mechanism === 'retryLoad' ? 'retries' : mechanism;
    return `${[...through, through[0]].join(' -> ')} (${what})`;
  });
  return ` Feedback ${told.length === 1 ? 'loop' : 'loops'}: ${list(told)}.`;
}

/** No request is lost; users may have waited all the same. */
function unhurt(story: Story): string {
  const ill = story.events.filter(isIll);
  const user = ill.find((event) => event.subject.includes('.'));
  const inner = unique(ill.map((event) => event.subject).filter((name) => !name.includes('.')));
  const others = inner.length === 0 ? '' : ` Ill for a time: ${list(inner)}.`;
  if (user === undefined) return `users notice nothing.${others}`;
  return `no request is lost, but users wait (${user.subject}: ${user.text.split(': ')[0]}).${others}`;
}

function isIll(event: CascadeEvent): boolean {
  return event.kind === 'degraded' || event.kind === 'failing' || event.kind === 'down';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
