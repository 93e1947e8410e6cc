import { AgedTable } from '../../../../kernel/aged-table.js';
import type { Ns } from '../../../../kernel/time.js';

/** Column: when a message was accepted. */
const AT = 0;

/** Ids of messages accepted within a time window, for deduplication. */
export class Recent {
  private readonly taken = new AgedTable(1);

  constructor(private readonly spanNs: Ns) {}

  /** Number of known ids. */
  get length(): number {
    return this.taken.length;
  }

  /** True if the message was accepted within the window. */
  has(now: Ns, a: number, b: number): boolean {
    const { taken, spanNs } = this;
    while (taken.length > 0 && now >= taken.get(taken.first, AT) + spanNs) taken.drop();
    return taken.find(a, b) >= 0;
  }

  add(now: Ns, a: number, b: number): void {
    this.taken.add(a, b, now);
  }
}
