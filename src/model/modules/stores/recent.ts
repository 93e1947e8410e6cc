import { lineageNumber } from '../../../kernel/rng.js';

/** Number of remembered appends. */
const KEPT = 4096;

/**
 * Ids of the last appends of a store. A repeated append comes from retries of the same call, long before KEPT other
 * appends are committed.
 */
export class Recent {
  private readonly known = new Set<number>();
  private readonly ring = new Float64Array(KEPT);
  private next = 0;

  has(a: number, b: number): boolean {
    return this.known.has(lineageNumber(a, b));
  }

  add(a: number, b: number): void {
    const id = lineageNumber(a, b);
    this.known.delete(this.ring[this.next]);
    this.known.add(id);
    this.ring[this.next] = id;
    this.next = (this.next + 1) % KEPT;
  }
}
