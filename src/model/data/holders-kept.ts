import type { Run } from './run.js';

/** Objects of one kind: their number and memory, where they are, and how to limit them. */
export interface Holder {
  readonly count: number;
  /** Memory of all of them, approximate. */
  readonly bytes: number;
  readonly words: string;
}

interface Kind {
  /** Memory per object. Unit: bytes, approximate. */
  readonly each: number;
  readonly words: string;
}

/** The kind of object that takes the most memory apart from calls and waiting messages; see `Run.kept`. */
export function mostKept({ kept }: Run): Holder {
  let most: Holder = { count: 0, bytes: 0, words: '' };
  for (const [name, counted] of kept) {
    if (name === SLOTS) continue;
    const dot = name.lastIndexOf('.');
    const kind = KEPT.get(name.slice(dot + 1));
    const count = kind === undefined ? 0 : counted();
    if (kind === undefined || count * kind.each <= most.bytes) continue;
    const whose = dot < 0 ? '' : `${name.slice(0, dot)} holds `;
    most = { count, bytes: count * kind.each, words: `${whose}${count} ${kind.words}` };
  }
  return most;
}

/** Slots for messages, most of which may be free. */
const SLOTS = 'messages.slots';

/** By the last word of the name. The bytes are those of `npm run bench:kept`. */
const KEPT: ReadonlyMap<string, Kind> = new Map([
  [
    'slots',
    {
      each: 500,
      words: 'sagas in flight: give their steps a timeout, limit what begins, or add capacity',
    },
  ],
  [
    'sagas',
    {
      each: 41,
      words:
        'sagas that are in flight or ended in the last 5 minutes: begin fewer, or shorten run.duration',
    },
  ],
  [
    'streams',
    {
      each: 30,
      words: 'streams of events: give the key fewer values (keys), or shorten run.duration',
    },
  ],
  ['events', { each: 175, words: 'events that it has not seen: raise batchSize, or add segments' }],
  [
    'results',
    { each: 19, words: 'results are kept by idempotency key: shorten the window of idempotent' },
  ],
  ['ids', { each: 21, words: 'ids of messages that are known for 5 minutes: publish fewer' }],
  [
    'messages',
    {
      each: 20,
      words: 'messages are kept that can be read again: shorten retention, or drop replay',
    },
  ],
  [
    'connections',
    { each: 150, words: 'connections are open: bound them (connections.max), or close idle ones' },
  ],
  ['entries', { each: 60, words: 'entries: lower its capacity, or the values of its key (keys)' }],
]);
