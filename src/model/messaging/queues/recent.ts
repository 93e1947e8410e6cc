import { AgedTable } from '../../../kernel/aged-table.js';
import type { Ns } from '../../../kernel/time.js';

/** When a message was taken. */
const AT = 0;

/** Ids of messages that were taken within a span, so that they are not taken twice. */
export class Recent {
  private readonly spanNs: Ns;
  private readonly taken = new AgedTable(1);

  constructor(spanNs: Ns) {
    this.spanNs = spanNs;
  }

  /** Ids that are known. */
  get length(): number {
    return this.taken.length;
  }

  /** Whether it was taken less than the span ago. */
  has(now: Ns, a: number, b: number): boolean {
    const { taken, spanNs } = this;
    while (taken.length > 0 && now >= taken.get(taken.first, AT) + spanNs) taken.drop();
    return taken.find(a, b) >= 0;
  }

  add(now: Ns, a: number, b: number): void {
    this.taken.add(a, b, now);
  }
}
