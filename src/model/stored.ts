import { invariant } from '../kernel/invariant.js';
import { widenUint8 } from '../kernel/pool.js';
import type { Ns } from '../kernel/time.js';
import { PARK, PASS } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import type { CallContext, PolicyState } from '../spec/policy.js';

/**
 * A policy whose state is in a store outside the processes that share it: each call waits for the
 * answer before the policy decides about it. What an ended call changes is written without waiting.
 */
export class Stored implements PolicyState {
  private readonly ctx: CallContext;
  private readonly inner: PolicyState;
  private readonly latencyNs: (frame: number) => Ns;
  /** 1 while a frame waits for the store. */
  private asking: Uint8Array = new Uint8Array(64);
  private waiting = 0;

  constructor(ctx: CallContext, inner: PolicyState, latencyNs: (frame: number) => Ns) {
    this.ctx = ctx;
    this.inner = inner;
    this.latencyNs = latencyNs;
  }

  enter(frame: number, layer: number): number {
    if (frame >= this.asking.length) this.asking = widenUint8(this.asking, frame * 2);
    this.asking[frame] = 1;
    this.waiting++;
    this.ctx.after(this.latencyNs(frame), frame, layer);
    return PARK;
  }

  /** The answer of the store, or a timer of the policy. */
  timer(frame: number, layer: number): void {
    if (this.asking[frame] === 0) {
      invariant(this.inner.timer !== undefined, 'timer-of-a-policy-without-timers');
      this.inner.timer!(frame, layer);
      return;
    }
    this.asking[frame] = 0;
    this.waiting--;
    const verdict = this.inner.enter(frame, layer);
    if (verdict === PASS) this.ctx.resume(frame, layer);
    else if (verdict !== PARK) this.ctx.reject(frame, layer, verdict);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    return this.inner.leave(frame, layer, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked && this.asking[frame] === 1) {
      this.asking[frame] = 0;
      this.waiting--;
      return;
    }
    this.inner.cancel(frame, layer, parked);
  }

  reset(): void {
    this.asking.fill(0);
    this.waiting = 0;
    this.inner.reset?.();
  }

  held(): number {
    return this.waiting + this.inner.held();
  }
}
