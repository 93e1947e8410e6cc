import type { TraceRecord } from '../contracts/record/record.js';

/**
 * Chooses whole traces by chance, and those with an error in any case, as a tail sampler does: a trace that chance
 * leaves out is held back until its request has ended. Background work that goes on after it is kept if its trace was, or
 * if it is an error itself.
 */
export class Sampling<Item> {
  private readonly held = new Map<number, Item[]>();
  private readonly ended = new Bits();
  private readonly kept = new Bits();

  constructor(
    private readonly share: number,
    private readonly chance: (root: number) => number,
  ) {}

  /** The items that can be written now: none, this one, or all of its trace. `isLast`: the request has ended. */
  take(root: number, items: readonly Item[], isError: boolean, isLast: boolean): readonly Item[] {
    const isChosen = this.chance(root) < this.share;
    if (isChosen && isError) this.kept.add(root);
    if (isChosen || this.kept.has(root)) return items;
    if (this.ended.has(root)) return isError ? items : [];
    const before = this.held.get(root) ?? [];
    if (isError) {
      this.kept.add(root);
      this.held.delete(root);
      return [...before, ...items];
    }
    if (isLast) {
      this.ended.add(root);
      this.held.delete(root);
    } else {
      this.held.set(root, [...before, ...items]);
    }
    return [];
  }

  /** The chance of a trace to be kept, as far as it is known: that of one with an error is 1. */
  chanceOf(root: number): number {
    return this.kept.has(root) ? 1 : this.share;
  }
}

/** A set of small whole numbers. */
class Bits {
  private words = new Uint32Array(1024);

  has(n: number): boolean {
    const word = n >>> 5;
    return word < this.words.length && ((this.words[word] >>> (n & 31)) & 1) === 1;
  }

  add(n: number): void {
    const word = n >>> 5;
    if (word >= this.words.length) {
      const wider = new Uint32Array(Math.max(word + 1, 2 * this.words.length));
      wider.set(this.words);
      this.words = wider;
    }
    this.words[word] |= 1 << (n & 31);
  }
}

/** Whether a row is that of the request of its trace, or of the messages that a trace begins with. */
export function isLastRow({ load, root, id }: TraceRecord, row: number): boolean {
  return load[row] >= 0 || root[row] === id[row];
}
