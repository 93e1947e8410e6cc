import type { CascadeEvent } from '../spec/result/cascade.js';

/** An episode in which a subject is degraded or behind. */
export interface Episode {
  readonly start: CascadeEvent;
  /** The first end of the same subject after it; null if none is recorded. */
  readonly end: CascadeEvent | null;
}

const STARTS: readonly CascadeEvent['kind'][] = ['degraded', 'failing', 'down', 'backlog'];
/** Most episodes of one subject in a record: further ones may have been left out. */
export const EPISODES_MAX = 3;

/** The episodes of all subjects by their beginning. One that gets worse is still the same episode. */
export function episodesOf(events: readonly CascadeEvent[]): readonly Episode[] {
  const ends = new Map<string, CascadeEvent | null>();
  return events.flatMap((start, i) => {
    if (!STARTS.includes(start.kind)) return [];
    const what = start.kind === 'backlog' ? 'backlog' : 'degradation';
    const isOwn = (event: CascadeEvent): boolean =>
      event.subject === start.subject && isEnd(event) && (event.ends ?? 'degradation') === what;
    const end = events.slice(i + 1).find(isOwn) ?? null;
    const key = `${what} ${start.subject}`;
    if (ends.get(key) === end) return [];
    ends.set(key, end);
    return [{ start, end }];
  });
}

/** Whether an event ends an episode, recovered or not. */
export function isEnd({ kind }: CascadeEvent): boolean {
  return kind === 'recovered' || kind === 'notRecovered';
}

/**
 * The first fault after the end of the headline fault that degrades a subject after all have recovered, so that its
 * effects can be reported separately. Null if there is none, or if their effects overlap.
 */
export function nextFault(
  events: readonly CascadeEvent[],
  end: CascadeEvent | undefined,
): CascadeEvent | null {
  if (end === undefined) return null;
  const episodes = episodesOf(events);
  const later = events.filter(({ kind, at }) => kind === 'fault' && at >= end.at);
  const found = later.find((fault, i) => {
    const until = later[i + 1]?.at ?? Infinity;
    return episodes.some(({ start }) => start.at >= fault.at && start.at < until);
  });
  if (found === undefined) return null;
  // If the headline fault hurt nothing, the effects of the next one are the whole cascade.
  const before = episodes.filter(({ start }) => start.at < found.at);
  const isOver = before.every((episode) => episode.end !== null && episode.end.at <= found.at);
  return before.length > 0 && isOver ? found : null;
}
