import type { Lane } from '../../src/kernel/lanes.js';
import { HOLD, isSuccess, OUTCOME, PASS } from '../../src/spec/outcome.js';
import type { Outcome } from '../../src/spec/outcome.js';
import { EDGE_COUNTER } from '../../src/spec/policy.js';
import type { CallContext, PolicyState } from '../../src/spec/policy.js';

/**
 * Sends one more attempt when the first has not answered after the lane's delay; the first success
 * wins and the other is cancelled. Only for tests: it drives the forks of the call machinery.
 *
 * The word is 0 without a fork, child + 1 while both are under way, -(child + 1) when the original
 * has failed and waits for the fork.
 */
export class Hedge implements PolicyState {
  private readonly ctx: CallContext;
  private readonly lane: Lane;
  private forks = 0;

  constructor(ctx: CallContext, lane: Lane) {
    this.ctx = ctx;
    this.lane = lane;
  }

  enter(frame: number, layer: number): number {
    this.ctx.setWord(frame, layer, 0);
    this.ctx.arm(this.lane, frame, layer);
    return PASS;
  }

  timer(frame: number, layer: number): void {
    if (this.ctx.word(frame, layer) !== 0) return;
    this.forks++;
    this.ctx.count(frame, EDGE_COUNTER.hedges);
    this.ctx.setWord(frame, layer, this.ctx.fork(frame, layer, 1) + 1);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const word = this.ctx.word(frame, layer);
    if (word === 0) return outcome;
    if (!isSuccess(outcome)) {
      this.ctx.setWord(frame, layer, -word);
      return HOLD;
    }
    this.drop(frame, layer);
    return outcome;
  }

  child(frame: number, layer: number, _child: number, outcome: Outcome): void {
    const originalFailed = this.ctx.word(frame, layer) < 0;
    this.forks--;
    this.ctx.setWord(frame, layer, 0);
    if (!isSuccess(outcome) && !originalFailed) return;
    if (!originalFailed) this.ctx.killBelow(frame, layer, OUTCOME.cancelled, true);
    this.ctx.finish(frame, layer, outcome);
  }

  cancel(frame: number, layer: number): void {
    if (this.ctx.word(frame, layer) !== 0) this.drop(frame, layer);
  }

  reset(): void {
    this.forks = 0;
  }

  held(): number {
    return this.forks;
  }

  private drop(frame: number, layer: number): void {
    const child = Math.abs(this.ctx.word(frame, layer)) - 1;
    this.forks--;
    this.ctx.setWord(frame, layer, 0);
    this.ctx.killChild(child);
  }
}
