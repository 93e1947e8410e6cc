import { invariant } from '../../kernel/invariant.js';
import { IntRing } from '../../kernel/ring.js';

/**
 * One partition of a log: messages by offset. Only those that a group may still read are held; the
 * offsets before them are gone.
 */
export class Partition {
  /** Offset of the first message that is held, and of the next one to be appended. */
  base = 0;
  end = 0;
  /** Somebody leads it, so it can be read. */
  isLed = true;
  private readonly messages = new IntRing();

  append(message: number): void {
    this.messages.push(message);
    this.end++;
  }

  /** Message at an offset from base on. */
  at(offset: number): number {
    invariant(offset >= this.base && offset < this.end, 'offset-outside-the-log');
    return this.messages.get(offset - this.base);
  }

  /** Lets go of everything below an offset; `free` is told each message. */
  trim(below: number, free: (message: number) => void): void {
    while (this.base < below) {
      free(this.messages.shift());
      this.base++;
    }
  }
}
