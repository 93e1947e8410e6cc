import { invariant } from './invariant.js';
import type { Ns } from './time.js';

interface Kept {
  readonly value: number;
  readonly untilNs: Ns;
}

/**
 * Numbers by key that expire. Two maps alternate, so expired entries are dropped without a search, even if most keys
 * occur only once.
 */
export class Expiring {
  private young = new Map<number, Kept>();
  private old = new Map<number, Kept>();
  /** Start time of the younger map. */
  private sinceNs: Ns = -Infinity;

  /** `longestNs`: longest time that a value is kept. */
  constructor(private readonly longestNs: Ns) {}

  /** The value of a key while `now < until`; 0 if there is none. */
  get(now: Ns, key: number): number {
    const kept = this.young.get(key) ?? this.old.get(key);
    return kept !== undefined && now < kept.untilNs ? kept.value : 0;
  }

  /** Sets the value of a key, other than 0. */
  set(now: Ns, key: number, value: number, untilNs: Ns): void {
    invariant(value !== 0, 'a kept value is other than none');
    invariant(now >= this.sinceNs, 'values are kept in the order of time');
    if (now - this.sinceNs >= this.longestNs) {
      // All entries of the older map were set before the younger map started.
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
