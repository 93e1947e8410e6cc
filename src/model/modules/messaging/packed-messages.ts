import { invariant } from '../../../kernel/invariant.js';
import { Packed } from '../../../kernel/packed.js';
import type { Slots } from '../../../kernel/pool.js';
import type { Trace, Traces } from '../../data/strands/task-context.js';

/** Messages in a bundle, and messages that a queue keeps outside of bundles at its head. Only tests change them. */
export const packingSettings = { bundle: 1024, near: 2048 };

/** Messages without slots. Traces are kept by row, since few requests are traced. */
export interface Bundle {
  readonly packed: Packed;
  readonly traces: ReadonlyMap<number, Trace> | null;
}

/** A number per message that is kept outside of the columns of messages. */
export interface ExtraColumn {
  get(message: number): number;
  set(message: number, value: number): void;
}

/** Source of the key of an unpacked message: its own lineage, its request, or a stored value. */
const KEY = Object.freeze({ own: 0, root: 1, other: 2 } as const);

const NAMES = [
  'lineageA',
  'lineageB',
  'operationA',
  'operationB',
  'rootA',
  'rootB',
  'request',
  'priority',
  'arrival',
  'published',
  'cell',
  'bytes',
  'effects',
  'begun',
  'givenUp',
  'poison',
  'truncated',
  'deaths',
] as const;
/** Indexes of further rows after those of NAMES. */
const SOURCE = NAMES.length;
const VALUE = SOURCE + 1;
const EXTRA = SOURCE + 2;

/** The messages that are packed: a number of each name per slot. */
type MessageColumns = Readonly<
  Record<(typeof NAMES)[number] | 'key' | 'holders', Int32Array | Float64Array | Uint8Array>
> & {
  readonly slots: Slots;
  ownKey(message: number): number;
  rootKey(message: number): number;
  readonly traces: Traces;
};

/**
 * Packs messages that are not needed soon, and later gives them slots again. A message on the shelf takes about 25
 * bytes: values common to a bundle are stored once, and a key that follows from the lineage is not stored.
 */
export class PackedMessages {
  /** Messages on the shelf, for tests. */
  count = 0;
  /** Messages per bundle. */
  readonly size: number = packingSettings.bundle;
  private readonly extraColumns: ExtraColumn[] = [];
  private rows: Float64Array[] = [];

  constructor(private readonly messages: MessageColumns) {}

  /** Registers another column that is packed with each message. */
  addColumn(extra: ExtraColumn): void {
    this.extraColumns.push(extra);
    this.rows = [];
  }

  /** Copies the first `count` messages of a list into a bundle; they keep their slots. */
  pack(list: Int32Array, count: number): Bundle {
    const { messages, extraColumns } = this;
    if (this.rows.length === 0) {
      this.rows = Array.from(
        { length: EXTRA + extraColumns.length },
        () => new Float64Array(this.size),
      );
    }
    const { rows } = this;
    NAMES.forEach((name, c) => {
      const column = messages[name];
      const row = rows[c];
      for (let k = 0; k < count; k++) row[k] = column[list[k]];
    });
    for (let k = 0; k < count; k++) {
      const source = this.sourceOf(list[k]);
      rows[SOURCE][k] = source;
      rows[VALUE][k] = source === KEY.other ? messages.key[list[k]] : 0;
    }
    extraColumns.forEach((extra, c) => {
      for (let k = 0; k < count; k++) rows[EXTRA + c][k] = extra.get(list[k]);
    });
    this.count += count;
    return { packed: new Packed(rows, count), traces: this.tracesOf(list, count) };
  }

  /** Gives a message of a bundle a slot; it has no holder yet. */
  unpack({ packed, traces }: Bundle, k: number): number {
    invariant(this.count > 0, 'a packed message is unpacked once');
    const { messages, extraColumns } = this;
    const message = messages.slots.take();
    messages.holders[message] = 0;
    for (let c = 0; c < NAMES.length; c++) messages[NAMES[c]][message] = packed.get(c, k);
    const source = packed.get(SOURCE, k);
    if (source === KEY.other) messages.key[message] = packed.get(VALUE, k);
    else if (source === KEY.own) messages.key[message] = messages.ownKey(message);
    else messages.key[message] = messages.rootKey(message);
    for (let c = 0; c < extraColumns.length; c++)
      extraColumns[c].set(message, packed.get(EXTRA + c, k));
    messages.traces.set(message, traces?.get(k));
    this.count--;
    return message;
  }

  /** Messages of a bundle were dropped. */
  forget(count: number): void {
    invariant(count <= this.count, 'dropped messages were packed');
    this.count -= count;
  }

  private sourceOf(message: number): number {
    const { messages } = this;
    const key = messages.key[message];
    if (key === messages.ownKey(message)) return KEY.own;
    return key === messages.rootKey(message) ? KEY.root : KEY.other;
  }

  private tracesOf(list: Int32Array, count: number): Bundle['traces'] {
    const traces = new Map<number, Trace>();
    for (let k = 0; k < count; k++) {
      const trace = this.messages.traces.get(list[k]);
      if (trace !== undefined) traces.set(k, trace);
    }
    return traces.size === 0 ? null : traces;
  }
}
