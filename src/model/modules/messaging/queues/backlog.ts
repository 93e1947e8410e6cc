import { invariant } from '../../../../kernel/invariant.js';
import { Packed } from '../../../../kernel/packed.js';
import type { Ns } from '../../../../kernel/time.js';
import type { Messages } from '../messages.js';
import type { Bundle } from '../packed-messages.js';

/** Receives unpacked messages; each comes with one holder. */
export type Taker = (message: number, position: number, since: Ns, origin: number) => void;

/** Columns for a message that was never delivered. */
const POSITION = 0;
const SINCE = 1;
const ORIGIN = 2;

interface Block {
  readonly bundle: Bundle;
  readonly packed: Packed;
}

/**
 * The tail of a long queue: messages that were never delivered and will not be soon. They have no entries, and go to
 * the shelf in bundles.
 */
export class Backlog {
  length = 0;
  private readonly blocks: Block[] = [];
  private count = 0;
  private readonly size: number = this.messages.packed.size;
  /** Messages that do not fill a bundle yet. */
  private readonly slots = new Int32Array(this.size);
  private readonly columns: readonly Float64Array[] = [POSITION, SINCE, ORIGIN].map(
    () => new Float64Array(this.size),
  );

  constructor(private readonly messages: Messages) {}

  /** Position of the first message. */
  get position(): number {
    const { blocks, columns } = this;
    return blocks.length > 0 ? blocks[0].packed.get(POSITION, 0) : columns[POSITION][0];
  }

  push(message: number, position: number, since: Ns, origin: number): void {
    const { columns, count } = this;
    invariant(
      count === 0 || position > columns[POSITION][count - 1],
      'a backlog keeps messages in their order',
    );
    this.messages.holders[message]++;
    this.slots[count] = message;
    columns[POSITION][count] = position;
    columns[SINCE][count] = since;
    columns[ORIGIN][count] = origin;
    this.length++;
    this.count++;
    if (this.count === this.size) this.pack();
    invariant(this.isCounted(), 'a backlog counts its messages');
  }

  /** Hands the first bundle of messages to `taker`, in their order. */
  take(taker: Taker): void {
    invariant(this.length > 0, 'messages are taken from a backlog that has some');
    const block = this.blocks.shift();
    if (block === undefined) this.takeLast(taker);
    else this.takeBlock(block, taker);
    invariant(this.isCounted(), 'messages leave a backlog in whole bundles');
  }

  private isCounted(): boolean {
    return this.length === this.blocks.length * this.size + this.count;
  }

  private takeLast(taker: Taker): void {
    const { columns, count, slots } = this;
    this.count = 0;
    this.length -= count;
    for (let k = 0; k < count; k++) {
      taker(slots[k], columns[POSITION][k], columns[SINCE][k], columns[ORIGIN][k]);
    }
  }

  private takeBlock({ bundle, packed }: Block, taker: Taker): void {
    const { messages, size } = this;
    this.length -= size;
    for (let k = 0; k < size; k++) {
      const message = messages.packed.unpack(bundle, k);
      messages.holders[message] = 1;
      taker(message, packed.get(POSITION, k), packed.get(SINCE, k), packed.get(ORIGIN, k));
    }
  }

  /** Packs a full bundle. Other holders keep their slots: only this queue releases the messages. */
  private pack(): void {
    const { messages, size, slots } = this;
    const bundle = messages.packed.pack(slots, size);
    this.blocks.push({ bundle, packed: new Packed(this.columns, size) });
    for (let k = 0; k < size; k++) messages.release(slots[k]);
    this.count = 0;
  }
}
