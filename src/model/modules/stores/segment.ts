import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Entries } from './entries.js';

/** First wait between tries of a failed batch; it doubles each time (StreamingEventProcessor of Axon). */
export const FIRST_WAIT = NS_PER_SECOND;

/** A linked list of events in commit order. */
export interface EventList {
  head: number;
  tail: number;
  length: number;
}

/** A part of the streams, processed batch by batch in commit order. */
export interface Segment extends EventList {
  readonly index: number;
  /** The instance that runs its batches. */
  home: Instance;
  /** Number of events in the current batch, and the next event to have its effect. */
  taken: number;
  cursor: number;
  /** Raised when its process dies, which detaches the batch in flight. */
  epoch: number;
  idle: boolean;
  /** Number of the try of the batch, and the wait before the next one. */
  tries: number;
  waitNs: Ns;
}

/** A segment that has read nothing yet. */
export function newSegment(index: number, home: Instance): Segment {
  return {
    ...emptyList(),
    index,
    home,
    taken: 0,
    cursor: -1,
    epoch: 0,
    idle: true,
    tries: 1,
    waitNs: FIRST_WAIT,
  };
}

/** An empty list. */
export function emptyList(): EventList {
  return { head: -1, tail: -1, length: 0 };
}

/** Appends an event to a list. */
export function append({ next }: Entries, list: EventList, entry: number): void {
  invariant(list.tail < 0 === (list.length === 0), 'an empty list has no last event');
  invariant(list.tail < 0 || next[list.tail] < 0, 'the last event of a list has none after it');
  next[entry] = -1;
  if (list.tail < 0) list.head = entry;
  else next[list.tail] = entry;
  list.tail = entry;
  list.length++;
}

/** Removes the events that pass a test, except among the first `keep`; returns them in order. */
export function takeOut(
  entries: Entries,
  list: EventList,
  keep: number,
  test: (entry: number) => boolean,
): EventList {
  const out = emptyList();
  let entry = list.head;
  const old = { ...list };
  Object.assign(list, emptyList());
  for (let k = 0; k < old.length; k++) {
    const following = entries.next[entry];
    append(entries, k >= keep && test(entry) ? out : list, entry);
    entry = following;
  }
  return out;
}

/** Merges events of another list into a list by commit order, after its first `keep` events. */
export function putBack(entries: Entries, list: EventList, keep: number, others: EventList): void {
  const { next, number } = entries;
  const old = { ...list };
  Object.assign(list, emptyList());
  let own = old.head;
  let other = others.head;
  for (let k = 0; own >= 0 || other >= 0; k++) {
    const isOwn = other < 0 || (own >= 0 && (k < keep || number[own] < number[other]));
    const entry = isOwn ? own : other;
    const following = next[entry];
    if (isOwn) own = following;
    else other = following;
    append(entries, list, entry);
  }
  invariant(list.length === old.length + others.length, 'no event is lost when lists are merged');
}
