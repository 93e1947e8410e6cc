import type { CascadeEvent, CascadeResult, StoryEvent } from '../../spec/result-cascade.js';
import { ILL, type Story } from '../measure/story.js';
import { byCodeUnit } from '../measure/variant-data.js';

/** Spells of ill health in two runs that lie so many seconds apart are the same trouble. */
const NEAR = 2;

/** The events of the first of these runs, each with the number of runs in which it happens. */
export function withRuns(stories: readonly Story[]): readonly CascadeEvent[] {
  const [told] = stories;
  return told.events.map((event) => ({
    ...event,
    runs: stories.filter((story) => story === told || happens(event, told, story)).length,
  }));
}

/** Who is ill in other runs and not in the first, with the number of runs; those of most runs first. */
export function illElsewhere(stories: readonly Story[]): CascadeResult['elsewhere'] {
  const [told, ...others] = stories;
  const isIllIn = (subject: string, { states }: Story): boolean =>
    (states[subject] ?? []).length > 0;
  const subjects = new Set(others.flatMap(({ states }) => Object.keys(states)));
  return [...subjects]
    .filter((subject) => !isIllIn(subject, told))
    .map((subject) => ({
      subject,
      runs: others.filter((story) => isIllIn(subject, story)).length,
    }))
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.runs - a.runs || byCodeUnit(a.subject, b.subject));
}

/**
 * Whether the same happens to the subject in another run: ill health, however bad, at that time, and anything else at
 * any time, as the first of its kind is told.
 */
function happens(event: StoryEvent, told: Story, other: Story): boolean {
  const { kind, subject, ends } = event;
  if (!ILL.includes(kind))
    return other.events.some(
      (own) => own.kind === kind && own.subject === subject && own.ends === ends,
    );
  const until = illUntil(told.states[subject] ?? [], event.at);
  return (other.states[subject] ?? []).some(
    (span) => span.from <= until + NEAR && span.until >= event.at - NEAR,
  );
}

/** When the ill health that begins at a moment, or goes on at it, is over. */
function illUntil(spans: CascadeResult['states'][string], at: number): number {
  return spans.reduce((end, { from, until }) => (from <= end ? Math.max(end, until) : end), at);
}
