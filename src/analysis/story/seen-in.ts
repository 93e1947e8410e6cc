import type { CascadeEvent, CascadeResult, StoryEvent } from '../../contracts/result/cascade.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { Story } from '../measure/story.js';
import { byCodeUnit } from '../../text/order.js';

/** Degradations in two runs that are at most this many seconds apart are the same. */
const NEAR = 2;

/** The events of the first run, each with the number of runs in which it happens. */
export function withRuns(stories: readonly Story[]): readonly CascadeEvent[] {
  const [first] = stories;
  return first.events.map((event) => ({
    ...event,
    runs: stories.filter((story) => story === first || happens(event, first, story)).length,
  }));
}

/**
 * Components and requests that degrade in other runs but not in the first, with the number of runs; most runs first.
 */
export function degradedElsewhere(stories: readonly Story[]): CascadeResult['elsewhere'] {
  const [first, ...others] = stories;
  const isDegradedIn = (subject: string, { states }: Story): boolean =>
    (states[subject] ?? []).length > 0;
  const subjects = new Set(others.flatMap(({ states }) => Object.keys(states)));
  return [...subjects]
    .filter((subject) => !isDegradedIn(subject, first))
    .map((subject) => ({
      subject,
      runs: others.filter((story) => isDegradedIn(subject, story)).length,
    }))
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.runs - a.runs || byCodeUnit(a.subject, b.subject));
}

/**
 * Whether the same event happens to the subject in another run: a degradation of any severity at that time, or
 * another kind of event at any time, because only the first of its kind is reported.
 */
function happens(event: StoryEvent, first: Story, other: Story): boolean {
  const { kind, subject, ends } = event;
  if (!DEGRADATIONS.includes(kind))
    return other.events.some(
      (own) => own.kind === kind && own.subject === subject && own.ends === ends,
    );
  const until = degradedUntil(first.states[subject] ?? [], event.at);
  return (other.states[subject] ?? []).some(
    (span) => span.from <= until + NEAR && span.until >= event.at - NEAR,
  );
}

/** End of the degradations that begin, or are active, at a time. */
function degradedUntil(spans: CascadeResult['states'][string], at: number): number {
  return spans.reduce((end, { from, until }) => (from <= end ? Math.max(end, until) : end), at);
}
