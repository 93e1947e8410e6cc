import type { Ns } from './time.js';

interface Kept {
  readonly value: number;
  readonly untilNs: Ns;
}

/**
 * Numbers by key that are kept for a time. Two maps take turns, so that what has expired is forgotten
 * without being looked for, however many keys come only once.
 */
export class Expiring {
  private readonly longestNs: Ns;
  private young = new Map<number, Kept>();
  private old = new Map<number, Kept>();
  /** When the younger map was begun. */
  private sinceNs: Ns = -Infinity;

  /** `longestNs`: nothing is kept for longer. */
  constructor(longestNs: Ns) {
    this.longestNs = longestNs;
  }

  /** The value of a key, valid for `now < until`; 0 where there is none. */
  get(now: Ns, key: number): number {
    const kept = this.young.get(key) ?? this.old.get(key);
    return kept !== undefined && now < kept.untilNs ? kept.value : 0;
  }

  /** Keeps a value other than 0 instead of the one there is. */
  set(now: Ns, key: number, value: number, untilNs: Ns): void {
    if (now - this.sinceNs >= this.longestNs) {
      // All that the older map holds was put there before the younger one was begun.
      const emptied = this.old;
      emptied.clear();
      this.old = this.young;
      this.young = emptied;
      this.sinceNs = now;
    }
    this.young.set(key, { value, untilNs });
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }
}
