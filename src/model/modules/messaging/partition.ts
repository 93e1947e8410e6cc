import { invariant } from '../../../kernel/invariant.js';
import type { Messages } from './messages.js';
import type { Bundle } from './packed-messages.js';

/** Consecutive messages of a partition: slots, or a bundle on the shelf. */
interface Block {
  slots: Int32Array | null;
  bundle: Bundle | null;
}

const NONE: Int32Array = new Int32Array(0);

/**
 * One partition of a log: messages by offset. It holds only messages that a group may still read. Blocks that no group
 * reads soon are on the shelf.
 */
export class Partition {
  /** Offset of the first message held, and of the next one to be appended. */
  base = 0;
  end = 0;
  /** It has a leader, so it can be read. */
  isLed = true;
  /** Offset of the first record of an open transaction; Infinity = none is open. */
  private stable = Infinity;
  private readonly pins: number[] = [];
  private readonly blocks: Block[] = [];
  /** Number of the first block, and of the first that all groups may have read but that is not packed. */
  private first = 0;
  private passed = 0;
  /** Slots of the last block, and slots to be reused. */
  private tail: Int32Array = NONE;
  private spare: Int32Array | null = null;
  /** Slots of the block that was read last, and its first offset. */
  private near: Int32Array = NONE;
  private nearFrom = 0;
  private readonly size: number = this.messages.packed.size;

  constructor(private readonly messages: Messages) {}

  /** The next message starts a new block. */
  get isBlockFull(): boolean {
    return this.end % this.size === 0;
  }

  /** The last stable offset: consumers of committed records read up to here. */
  get readable(): number {
    return this.stable < this.end ? this.stable : this.end;
  }

  /** A transaction writes its first record to this partition. Returns the offset from which it holds readers back. */
  pin(): number {
    this.pins.push(this.end);
    if (this.end < this.stable) this.stable = this.end;
    return this.end;
  }

  /** That transaction has ended. */
  unpin(offset: number): void {
    const at = this.pins.indexOf(offset);
    invariant(at >= 0, 'a transaction that ends was open');
    this.pins.splice(at, 1);
    this.stable = Math.min(Infinity, ...this.pins);
  }

  append(message: number): void {
    const at = this.end % this.size;
    if (at === 0) this.begin();
    this.tail[at] = message;
    this.end++;
    invariant(
      this.blocks.length === Math.ceil(this.end / this.size) - this.first,
      'the blocks of a log reach to its end',
    );
  }

  /** Message at an offset >= base. It may come from the shelf, which can reallocate the columns of messages. */
  at(offset: number): number {
    invariant(offset >= this.base && offset < this.end, 'an offset is within its log');
    const place = offset - this.nearFrom;
    if (place >= 0 && place < this.near.length) return this.near[place];
    const number = Math.floor(offset / this.size);
    this.near = this.blocks[number - this.first].slots ?? this.unpack(number);
    this.nearFrom = number * this.size;
    return this.near[offset - this.nearFrom];
  }

  /** The slots of a block are no longer those of its messages. */
  private reuse(slots: Int32Array): void {
    if (this.near === slots) this.near = NONE;
    this.spare = slots;
  }

  /** Drops everything below an offset; calls `free` for each dropped message that has a slot. */
  trim(below: number, free: (message: number) => void): void {
    invariant(below <= this.end, 'only records that were written are dropped');
    const { size } = this;
    while (this.base < below) {
      const start = this.first * size;
      const { slots } = this.blocks[0];
      const until = Math.min(below, start + size);
      if (slots === null) this.messages.packed.forget(until - this.base);
      else for (let offset = this.base; offset < until; offset++) free(slots[offset - start]);
      this.base = until;
      if (until < start + size) return;
      if (slots !== null) this.reuse(slots);
      this.blocks.shift();
      this.first++;
    }
  }

  /** Packs the second-last full block if it starts above the highest offset that any group has reached. */
  packUnread(behind: number): void {
    const number = this.end / this.size - 2;
    if (number >= this.first && number * this.size > behind) this.pack(number);
  }

  /** Packs the blocks below an offset: all groups have read them. */
  packRead(below: number): void {
    let number = Math.max(this.passed, this.first);
    while ((number + 1) * this.size <= below && this.pack(number)) number++;
    this.passed = number;
  }

  /** True if the block needs no more packing; false while another holder uses one of its messages. */
  private pack(number: number): boolean {
    const block = this.blocks[number - this.first];
    const { slots } = block;
    // Messages below the base have no holder any more.
    if (slots === null || this.base > number * this.size) return true;
    const { messages, size } = this;
    for (let k = 0; k < size; k++) {
      // The copies of a message are tracked by its slot.
      if (messages.copies.areSeveral(slots[k])) return true;
      if (messages.holders[slots[k]] !== 1) return false;
    }
    block.bundle = messages.packed.pack(slots, size);
    for (let k = 0; k < size; k++) messages.drop(slots[k]);
    block.slots = null;
    this.reuse(slots);
    return true;
  }

  private unpack(number: number): Int32Array {
    const { messages, size } = this;
    const block = this.blocks[number - this.first];
    invariant(block.slots === null && block.bundle !== null, 'only a packed block is unpacked');
    const slots = this.emptySlots();
    const from = Math.max(0, this.base - number * size);
    for (let k = from; k < size; k++) {
      const message = messages.packed.unpack(block.bundle!, k);
      messages.holders[message] = 1;
      slots[k] = message;
    }
    block.slots = slots;
    block.bundle = null;
    if (number < this.passed) this.passed = number;
    return slots;
  }

  private begin(): void {
    this.tail = this.emptySlots();
    this.blocks.push({ slots: this.tail, bundle: null });
  }

  private emptySlots(): Int32Array {
    const slots = this.spare ?? new Int32Array(this.size);
    this.spare = null;
    return slots;
  }
}
