import { invariant } from '../../kernel/invariant.js';
import type { Lane } from '../../kernel/lanes.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { frameOf, layerOf, Waiters } from './waiters.js';

/** Admits up to `permits` calls; the next `maxQueue` wait in order; the rest are refused. */
export class Semaphore implements PolicyState {
  private readonly waiting = new Waiters();
  private inside = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly permits: number,
    private readonly maxQueue: number,
    private readonly maxWait: Lane | null,
  ) {}

  enter(frame: number, layer: number): number {
    if (this.inside < this.permits) {
      this.inside++;
      return PASS;
    }
    if (this.waiting.length < this.maxQueue) {
      this.waiting.push(frame, layer);
      if (this.maxWait !== null) this.ctx.arm(this.maxWait, frame, layer);
      return PARK;
    }
    this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
    return OUTCOME.rejectedBulkhead;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    this.release();
    return outcome;
  }

  /** The wait limit expired; has no effect if the permit was granted before. */
  timer(frame: number, layer: number): void {
    this.waiting.remove(frame, layer);
    this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
    this.ctx.reject(frame, layer, OUTCOME.rejectedBulkhead);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked) this.waiting.remove(frame, layer);
    else this.release();
  }

  reset(): void {
    this.inside = 0;
    this.waiting.clear();
  }

  held(): number {
    return this.inside + this.waiting.length;
  }

  isIdle(): boolean {
    return this.held() === 0;
  }

  /** Passes the permit to the oldest waiter, or frees it if none waits. */
  private release(): void {
    const next = this.waiting.shift();
    invariant(this.inside > 0, 'a permit is given back once');
    if (next < 0) this.inside--;
    else this.ctx.resume(frameOf(next), layerOf(next));
  }
}
