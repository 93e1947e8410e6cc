import type { LeftOut } from './left-out.js';
import { KIND, type ReadSpan } from './reading/span.js';

/** What a span is marked with. */
export const FLAG = Object.freeze({
  error: 1,
  timeout: 2,
  messaging: 4,
  hasParent: 8,
  shared: 16,
  /** Its times are not usable. */
  untimed: 32,
  /** A client of a broker asks for messages. */
  receive: 64,
  /** A client of a broker confirms messages. */
  settle: 128,
} as const);

/** Most spans that are kept: about 100 bytes each. */
export const SPANS_MAX = 4_000_000;
/** Most different names of a kind; further ones share one name. */
const NAMES_MAX = 50_000;
const ROOM = 4096;
const DAY_NS = 86_400e9;

/** Texts by number, each once. */
export class Names {
  readonly texts: string[] = [''];
  private readonly numbers = new Map<string, number>([['', 0]]);

  of(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (this.texts.length >= NAMES_MAX) return text === OTHER ? this.add(OTHER) : this.of(OTHER);
    return this.add(text);
  }

  private add(text: string): number {
    const number = this.texts.length;
    this.texts.push(text);
    this.numbers.set(text, number);
    return number;
  }
}

const OTHER = '(other)';
/** Queues whose broker is kept. */
const BROKERS_MAX = 10_000;

/** The spans of all traces in columns. Ids are kept as hashes of 64 bits. */
export class SpanStore {
  readonly names = new Names();
  count = 0;
  start = new Float64Array(ROOM);
  end = new Float64Array(ROOM);
  service = new Uint16Array(ROOM);
  instance = new Uint16Array(ROOM);
  kind = new Uint8Array(ROOM);
  flags = new Uint8Array(ROOM);
  attempt = new Uint8Array(ROOM);
  /** Messages of a batch; 0 = not said. */
  messages = new Uint16Array(ROOM);
  name = new Uint16Array(ROOM);
  /** Database, queue, or 0. */
  store = new Uint16Array(ROOM);
  /** What kind of broker has a queue. */
  readonly brokers = new Map<string, string>();
  operation = new Uint16Array(ROOM);
  peer = new Uint16Array(ROOM);
  queuedNs = new Float32Array(ROOM);
  /** Kind of the proxy that made it, the service beside it, and its side. */
  proxy = new Uint8Array(ROOM);
  workload = new Uint16Array(ROOM);
  side = new Uint8Array(ROOM);
  /** Hashes of the trace, of the span within it, and of its parent, two words each. */
  traceHash = new Float64Array(ROOM);
  idA = new Uint32Array(ROOM);
  idB = new Uint32Array(ROOM);
  parentA = new Uint32Array(ROOM);
  parentB = new Uint32Array(ROOM);
  sampled = new Float32Array(ROOM);

  constructor(private readonly leftOut: LeftOut) {}

  add(span: ReadSpan): void {
    if (span.traceId === '' || span.id === '') {
      this.leftOut.add('spans without an id');
      return;
    }
    if (this.count >= SPANS_MAX) {
      this.leftOut.add(`spans after the first ${SPANS_MAX / 1e6} million`);
      return;
    }
    if (this.count === this.start.length) this.grow();
    const i = this.count++;
    this.place(i, span);
    this.times(i, span);
    const { names } = this;
    const { facts } = span;
    this.service[i] = names.of(span.service);
    this.instance[i] = names.of(span.instance);
    this.kind[i] = span.kind;
    this.name[i] = names.of(span.name);
    this.store[i] = names.of(facts.store);
    if (facts.system !== '' && this.brokers.size < BROKERS_MAX)
      this.brokers.set(facts.store, facts.system);
    this.operation[i] = names.of(facts.operation);
    this.peer[i] = names.of(facts.peer);
    this.attempt[i] = facts.attempt;
    this.messages[i] = Math.min(facts.messages, 65_535);
    this.queuedNs[i] = facts.queuedNs;
    this.sampled[i] = Number.isNaN(span.sampled) ? facts.sampled : span.sampled;
    this.proxy[i] = facts.proxy;
    this.workload[i] = names.of(facts.workload);
    this.side[i] = facts.side;
    if (facts.isError) this.flags[i] |= FLAG.error;
    if (facts.isTimeout) this.flags[i] |= FLAG.timeout;
    if (facts.isMessaging) this.flags[i] |= FLAG.messaging;
    if (facts.isMessaging) this.flags[i] |= phaseOf(span);
  }

  private place(i: number, span: ReadSpan): void {
    hash(span.traceId, 0, 0);
    const { a, b } = hashed;
    this.traceHash[i] = a * 2_097_152 + (b >>> 11);
    hash(span.id, a, b);
    this.idA[i] = hashed.a ^ (span.isShared ? SHARED : 0);
    this.idB[i] = hashed.b;
    if (span.isShared) this.flags[i] |= FLAG.shared | FLAG.hasParent;
    else if (span.parentId !== '') this.flags[i] |= FLAG.hasParent;
    hash(span.isShared ? span.id : span.parentId, a, b);
    this.parentA[i] = hashed.a;
    this.parentB[i] = hashed.b;
  }

  private times(i: number, { start, end }: ReadSpan): void {
    this.start[i] = Number.isNaN(start) ? 0 : start;
    this.end[i] = this.start[i];
    if (Number.isNaN(start) || Number.isNaN(end)) {
      this.leftOut.add('times of spans without a readable start or end');
    } else if (end < start) {
      this.leftOut.add('times of spans that end before they start: their clock ran backwards');
    } else if (end - start > DAY_NS) {
      this.leftOut.add('times of spans longer than a day');
    } else {
      this.end[i] = end;
      return;
    }
    this.flags[i] |= FLAG.untimed;
  }

  private grow(): void {
    const room = this.start.length * 2;
    this.start = wider(this.start, room);
    this.end = wider(this.end, room);
    this.traceHash = wider(this.traceHash, room);
    this.queuedNs = wider(this.queuedNs, room);
    this.sampled = wider(this.sampled, room);
    this.service = wider(this.service, room);
    this.instance = wider(this.instance, room);
    this.name = wider(this.name, room);
    this.store = wider(this.store, room);
    this.operation = wider(this.operation, room);
    this.peer = wider(this.peer, room);
    this.kind = wider(this.kind, room);
    this.flags = wider(this.flags, room);
    this.attempt = wider(this.attempt, room);
    this.messages = wider(this.messages, room);
    this.proxy = wider(this.proxy, room);
    this.workload = wider(this.workload, room);
    this.side = wider(this.side, room);
    this.idA = wider(this.idA, room);
    this.idB = wider(this.idB, room);
    this.parentA = wider(this.parentA, room);
    this.parentB = wider(this.parentB, room);
  }
}

/**
 * Whether a client asks a broker for messages or confirms them. Sources: OpenTelemetry semantic conventions 1.44,
 * messaging-spans.md (types of operations; names are `poll orders`, before 1.26 `orders receive`); brave, `poll` and
 * `next-message` of its instrumentations.
 */
function phaseOf({ facts: { phase }, kind, name }: ReadSpan): number {
  if (kind !== KIND.client && kind !== KIND.consumer) return 0;
  const word =
    phase || (/^(?:poll|receive|next-message)(?= |$)| (?:poll|receive)$/.exec(name)?.[0] ?? '');
  return PHASES.get(word.trim().toLowerCase()) ?? 0;
}

const PHASES: ReadonlyMap<string, number> = new Map([
  ['receive', FLAG.receive],
  ['poll', FLAG.receive],
  ['next-message', FLAG.receive],
  ['settle', FLAG.settle],
  ['ack', FLAG.settle],
  ['nack', FLAG.settle],
  ['commit', FLAG.settle],
]);

/** What the id of the server's side of a shared span differs by. */
export const SHARED = 0x5bd1e995;

const hashed = { a: 0, b: 0 };

/** Two words from a text and two words: FNV-1a and a multiplicative hash, both finished by the mixer of MurmurHash3. */
function hash(text: string, a: number, b: number): void {
  let x = 0x811c9dc5 ^ a;
  let y = 0x9e3779b9 ^ b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    x = Math.imul(x ^ code, 0x01000193);
    y = Math.imul((y << 5) ^ (y >>> 27) ^ code, 0x85ebca6b);
  }
  hashed.a = mixed(x ^ (y >>> 16));
  hashed.b = mixed(y ^ (x >>> 15));
}

function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

/** A column of the same kind with more room. */
function wider<T extends Column>(from: T, room: number): T {
  const to = new (from.constructor as new (length: number) => T)(room);
  to.set(from);
  return to;
}
