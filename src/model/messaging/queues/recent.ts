import type { Ns } from '../../../kernel/time.js';

/** Ids of messages that were taken within a span, so that they are not taken twice. */
export class Recent {
  private readonly spanNs: Ns;
  /** By the first half of an id: the second half, and when it was taken. */
  private young = new Map<number, Map<number, Ns>>();
  private old = new Map<number, Map<number, Ns>>();
  private sinceNs: Ns = 0;

  constructor(spanNs: Ns) {
    this.spanNs = spanNs;
  }

  /** Whether it was taken less than the span ago. */
  has(now: Ns, a: number, b: number): boolean {
    const at = this.young.get(a)?.get(b) ?? this.old.get(a)?.get(b);
    return at !== undefined && now < at + this.spanNs;
  }

  add(now: Ns, a: number, b: number): void {
    if (now - this.sinceNs >= this.spanNs) {
      // All that the older map holds was taken before the younger one was begun.
      this.old = this.young;
      this.young = new Map();
      this.sinceNs = now;
    }
    const half = this.young.get(a) ?? new Map<number, Ns>();
    half.set(b, now);
    this.young.set(a, half);
  }
}
