import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../instance.js';
import type { Entries } from './entries.js';

/** First wait between tries of a batch that failed, doubled each time (StreamingEventProcessor of Axon). */
export const FIRST_WAIT = NS_PER_SECOND;

/** Events in the order of their commits. */
export interface EventList {
  head: number;
  tail: number;
  length: number;
}

/** A part of the streams, worked on one batch after the other in the order of the commits. */
export interface Segment extends EventList {
  readonly index: number;
  /** Where its batches run. */
  home: Instance;
  /** Events of the batch under way, and the one that is next to have its effect. */
  taken: number;
  cursor: number;
  /** Raised when its process dies: what was under way is not its own any more. */
  epoch: number;
  idle: boolean;
  /** Tries of the batch, and the wait before the next one. */
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

/** A list without events. */
export function emptyList(): EventList {
  return { head: -1, tail: -1, length: 0 };
}

/** An event behind all others. */
export function append({ next }: Entries, list: EventList, entry: number): void {
  next[entry] = -1;
  if (list.tail < 0) list.head = entry;
  else next[list.tail] = entry;
  list.tail = entry;
  list.length++;
}

/** Takes out what passes a test, the first `keep` events apart; in their order. */
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

/** Puts events of another list among those of a list, by the order of their commits. */
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
}
