import type { CascadeEvent } from '../spec/result-cascade.js';

/** A time in which somebody is ill or behind. */
export interface Spell {
  readonly start: CascadeEvent;
  /** The first end of the same subject behind it; null where the record has none. */
  readonly end: CascadeEvent | null;
}

const STARTS: readonly CascadeEvent['kind'][] = ['degraded', 'failing', 'down', 'backlog'];
/** As many spells of one subject are in a record at most: more may have been left out. */
export const SPELLS_MAX = 3;

/** The spells of all subjects by their beginning; what gets worse is still the same spell. */
export function spellsOf(events: readonly CascadeEvent[]): readonly Spell[] {
  const ends = new Map<string, CascadeEvent | null>();
  return events.flatMap((start, i) => {
    if (!STARTS.includes(start.kind)) return [];
    const what = start.kind === 'backlog' ? 'backlog' : 'illness';
    const isOwn = (event: CascadeEvent): boolean =>
      event.subject === start.subject && isEnd(event) && (event.ends ?? 'illness') === what;
    const end = events.slice(i + 1).find(isOwn) ?? null;
    const key = `${what} ${start.subject}`;
    if (ends.get(key) === end) return [];
    ends.set(key, end);
    return [{ start, end }];
  });
}

/** Whether an event ends a spell, well or not. */
export function isEnd({ kind }: CascadeEvent): boolean {
  return kind === 'recovered' || kind === 'notRecovered';
}

/**
 * The first fault behind the one that is told, which has ended, that makes somebody ill when all are well again:
 * what it does is another story. Null where there is none, or where the two cannot be told apart.
 */
export function nextFault(
  events: readonly CascadeEvent[],
  end: CascadeEvent | undefined,
): CascadeEvent | null {
  if (end === undefined) return null;
  const spells = spellsOf(events);
  const later = events.filter(({ kind, at }) => kind === 'fault' && at >= end.at);
  const found = later.find((fault, i) => {
    const until = later[i + 1]?.at ?? Infinity;
    return spells.some(({ start }) => start.at >= fault.at && start.at < until);
  });
  if (found === undefined) return null;
  // Where the one that is told has hurt nobody, what the next one does is the whole story.
  const before = spells.filter(({ start }) => start.at < found.at);
  const isOver = before.every((spell) => spell.end !== null && spell.end.at <= found.at);
  return before.length > 0 && isOver ? found : null;
}
