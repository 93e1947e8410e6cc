import { invariant } from '../../kernel/invariant.js';
import type { Messages } from './messages.js';
import type { Bundle } from './shelf.js';

/** Messages of a partition that stand behind each other: slots, or a bundle on the shelf. */
interface Block {
  slots: Int32Array | null;
  bundle: Bundle | null;
}

/**
 * One partition of a log: messages by offset. Only those that a group may still read are held; the
 * offsets before them are gone. Blocks that nobody reads in the near future are on the shelf.
 */
export class Partition {
  /** Offset of the first message that is held, and of the next one to be appended. */
  base = 0;
  end = 0;
  /** Somebody leads it, so it can be read. */
  isLed = true;
  private readonly messages: Messages;
  /** Messages of a block. */
  private readonly size: number;
  private readonly blocks: Block[] = [];
  /** Number of the first block, and of the first that may have been passed and is not on the shelf. */
  private first = 0;
  private passed = 0;
  /** Slots of the last block, and of one that is gone. */
  private tail: Int32Array = new Int32Array(0);
  private spare: Int32Array | null = null;

  constructor(messages: Messages) {
    this.messages = messages;
    this.size = messages.shelf.size;
  }

  /** The next message begins another block. */
  get isBlockFull(): boolean {
    return this.end % this.size === 0;
  }

  append(message: number): void {
    const at = this.end % this.size;
    if (at === 0) this.begin();
    this.tail[at] = message;
    this.end++;
  }

  /** Message at an offset from base on. It may come from the shelf: columns of messages can be others then. */
  at(offset: number): number {
    invariant(offset >= this.base && offset < this.end, 'offset-outside-the-log');
    const number = Math.floor(offset / this.size);
    const slots = this.blocks[number - this.first].slots ?? this.unpack(number);
    return slots[offset - number * this.size];
  }

  /** Lets go of everything below an offset; `free` is told each message that has a slot. */
  trim(below: number, free: (message: number) => void): void {
    const { size } = this;
    while (this.base < below) {
      const start = this.first * size;
      const { slots } = this.blocks[0];
      const until = Math.min(below, start + size);
      if (slots === null) this.messages.shelf.forget(until - this.base);
      else for (let offset = this.base; offset < until; offset++) free(slots[offset - start]);
      this.base = until;
      if (until < start + size) return;
      if (slots !== null) this.spare = slots;
      this.blocks.shift();
      this.first++;
    }
  }

  /** Puts the block away that stands two before the end, if it begins behind an offset: it was never read. */
  packUnread(behind: number): void {
    const number = this.end / this.size - 2;
    if (number >= this.first && number * this.size > behind) this.pack(number);
  }

  /** Puts away what stands below an offset: everybody has read it. */
  packRead(below: number): void {
    let number = Math.max(this.passed, this.first);
    while ((number + 1) * this.size <= below && this.pack(number)) number++;
    this.passed = number;
  }

  /** True once the block is where it may stay; not while others hold one of its messages. */
  private pack(number: number): boolean {
    const block = this.blocks[number - this.first];
    const { slots } = block;
    // What stands in front of the base is nobody's any more.
    if (slots === null || this.base > number * this.size) return true;
    const { messages, size } = this;
    for (let k = 0; k < size; k++) {
      // What is known of its copies goes by its slot.
      if (messages.copies.areSeveral(slots[k])) return true;
      if (messages.holders[slots[k]] !== 1) return false;
    }
    block.bundle = messages.shelf.pack(slots, size);
    for (let k = 0; k < size; k++) messages.drop(slots[k]);
    block.slots = null;
    this.spare = slots;
    return true;
  }

  private unpack(number: number): Int32Array {
    const { messages, size } = this;
    const block = this.blocks[number - this.first];
    const slots = this.emptySlots();
    const from = Math.max(0, this.base - number * size);
    for (let k = from; k < size; k++) {
      const message = messages.shelf.unpack(block.bundle!, k);
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
