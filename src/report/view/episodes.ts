import type { CascadeEvent } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { isOfUsers } from '../../analysis/verdicts/harmed.js';
import { groupedBy } from '../../text/order.js';

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
  const nextEnd = new Map<string, CascadeEvent>();
  const episodes: Episode[] = [];
  // From the last event on, the next end of each subject is known: a search for each start would be quadratic.
  for (const event of events.toReversed()) {
    const { kind, subject } = event;
    if (isEnd(event)) nextEnd.set(`${event.ends ?? 'degradation'} ${subject}`, event);
    if (!STARTS.includes(kind)) continue;
    const what = kind === 'backlog' ? 'backlog' : 'degradation';
    episodes.push({ start: event, end: nextEnd.get(`${what} ${subject}`) ?? null });
  }
  return firstStarts(episodes.reverse());
}

/** Of consecutive episodes of a subject with the same end, the first. */
function firstStarts(episodes: readonly Episode[]): readonly Episode[] {
  const ends = new Map<string, CascadeEvent | null>();
  return episodes.filter(({ start, end }) => {
    const key = `${start.kind === 'backlog' ? 'backlog' : 'degradation'} ${start.subject}`;
    if (ends.get(key) === end) return false;
    ends.set(key, end);
    return true;
  });
}

/** Whether an event ends an episode, recovered or not. */
export function isEnd({ kind }: CascadeEvent): boolean {
  return kind === 'recovered' || kind === 'notRecovered';
}

/** Whether a kind of requests of users is down or slow to the end of the run. */
export function staysDown(variant: VariantResult): boolean {
  const own = groupedBy(variant.cascade.events, ({ subject }) =>
    isOfUsers(variant, subject) ? subject : null,
  );
  return [...own.values()].some(
    (events) => events.some(({ kind }) => STARTS.includes(kind)) && isLasting(events),
  );
}

/** Whether the last episode of a subject does not end before the run. */
export function isLasting(events: readonly CascadeEvent[]): boolean {
  return events.findLast(isEnd)?.kind !== 'recovered';
}

/** Whether a kind of requests of users was down for some time: nearly none of them succeeded. */
export function wasDown(variant: VariantResult): boolean {
  return variant.cascade.events.some(
    ({ kind, subject }) => kind === 'down' && isOfUsers(variant, subject),
  );
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
  const starts = episodes.map(({ start }) => start.at).sort((a, b) => a - b);
  let i = 0;
  const found = later.find((fault, k) => {
    // Events of one instant may differ by a nanosecond in either direction.
    while (i > 0 && starts[i - 1]! >= fault.at) i--;
    while (i < starts.length && starts[i]! < fault.at) i++;
    return i < starts.length && starts[i]! < (later[k + 1]?.at ?? Infinity);
  });
  if (found === undefined) return null;
  // If the headline fault hurt nothing, the effects of the next one are the whole cascade.
  const before = episodes.filter(({ start }) => start.at < found.at);
  const isOver = before.every((episode) => episode.end !== null && episode.end.at <= found.at);
  return before.length > 0 && isOver ? found : null;
}
