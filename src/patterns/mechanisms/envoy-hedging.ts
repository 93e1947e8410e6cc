import { Slots, widenFloat64, widenInt32 } from '../../kernel/pool.js';
import { invariant } from '../../kernel/invariant.js';
import type { Ns } from '../../kernel/time.js';
import { HOLD, isHinted, isSuccess, kindOf, OUTCOME, PASS } from '../../contracts/outcome.js';
import type { Outcome } from '../../contracts/outcome.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import type { Backoff } from './backoff.js';
import type { OutcomeSet } from './outcome-terms.js';
import { FOLLOWS, type RetryBudget } from './retry-budgets.js';

interface EnvoyHedgingParts {
  /** Total tries, including the first: num_retries + 1. */
  readonly attempts: number;
  /** Time after which a try is late (`per_try_timeout`): it goes on, and one more is due. */
  readonly afterNs: Ns;
  readonly backoff: Backoff;
  /** Failures that are retried. */
  readonly on: OutcomeSet;
  readonly budget: RetryBudget | null;
  readonly otherInstance: boolean;
}

/** States of a try beside the frame of one in flight. */
const OVER = -1;
/** In its back-off, after one that has failed, or after one that is late. */
const WAITING = -2;
const WAITING_LATE = -3;

/**
 * Hedges and retries of an Envoy route with `hedge_on_per_try_timeout` (router.cc): a try that is late goes on, and
 * is followed by one more, as a failed one is. Both take from `num_retries`, wait for the back-off and hold a place of
 * the budget, and a try is followed by one other at most. The first outcome that is not retriable ends the call.
 * A retriable one that cannot be retried ends it only if no other try is in flight or waits.
 *
 * The word of a layer is the number of the call's record.
 */
export class EnvoyHedging implements PolicyState {
  private readonly records = new Slots(16);
  /** Tries granted, the first included; those sent; those in flight or in their back-off. */
  private granted: Int32Array = new Int32Array(0);
  private sent: Int32Array = new Int32Array(0);
  private open: Int32Array = new Int32Array(0);
  /** 1 while the call holds a place of the budget. A call holds one at most: resetRetry of retry_state_impl.cc. */
  private holds: Int32Array = new Int32Array(0);
  /** By (record, try): the frame of one in flight (of the first one the call's own), OVER, or its back-off. */
  private tries: Int32Array = new Int32Array(0);
  /** By (record, try): when it starts or is late; Infinity if neither is to come. */
  private due: Float64Array = new Float64Array(0);
  /** By (record, try): 1 if one more follows it. */
  private followed: Int32Array = new Int32Array(0);
  private readonly most: number = this.parts.attempts;

  constructor(
    private readonly ctx: CallContext,
    private readonly parts: EnvoyHedgingParts,
  ) {
    this.records.onGrow((capacity) => {
      this.granted = widenInt32(this.granted, capacity);
      this.sent = widenInt32(this.sent, capacity);
      this.open = widenInt32(this.open, capacity);
      this.holds = widenInt32(this.holds, capacity);
      this.tries = widenInt32(this.tries, capacity * this.most);
      this.due = widenFloat64(this.due, capacity * this.most);
      this.followed = widenInt32(this.followed, capacity * this.most);
    });
  }

  enter(frame: number, layer: number): number {
    const record = this.records.take();
    this.ctx.setWord(frame, layer, record);
    this.granted[record] = 1;
    this.sent[record] = 1;
    this.open[record] = 1;
    this.holds[record] = 0;
    this.tries[record * this.most] = frame;
    this.followed[record * this.most] = 0;
    this.parts.budget?.started(this.ctx.now);
    this.watch(frame, layer, record * this.most);
    return PASS;
  }

  /** A try is late, or a back-off is over. Looks at all tries: no timer names its own. */
  timer(frame: number, layer: number): void {
    const record = this.ctx.word(frame, layer);
    const first = record * this.most;
    for (let at = first; at < first + this.granted[record]; at++) {
      if (this.due[at] > this.ctx.now) continue;
      this.due[at] = Infinity;
      if (this.tries[at] <= WAITING) this.send(frame, layer, record, at);
      else if (this.follow(frame, layer, record, true)) this.followed[at] = 1;
    }
  }

  /** The first try has ended. */
  leave(frame: number, layer: number, outcome: Outcome): number {
    const record = this.ctx.word(frame, layer);
    return this.settle(frame, layer, record, record * this.most, outcome, frame);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    const record = this.ctx.word(frame, layer);
    let at = record * this.most + 1;
    while (this.tries[at] !== child) at++;
    const result = this.settle(frame, layer, record, at, outcome, child);
    if (result !== HOLD) this.ctx.finish(frame, layer, result);
  }

  cancel(frame: number, layer: number): void {
    const record = this.ctx.word(frame, layer);
    if (this.tries[record * this.most] >= 0) this.left();
    this.killForks(record);
    this.end(record);
  }

  reset(): void {
    this.parts.budget?.reset();
  }

  /** Calls under way, each of which holds a record, and places of the budget. */
  held(): number {
    return this.records.used + (this.parts.budget?.held() ?? 0);
  }

  isIdle(now: Ns): boolean {
    return this.records.used === 0 && (this.parts.budget?.isIdle(now) ?? true);
  }

  /** Notes when a try that starts now is late. */
  private watch(frame: number, layer: number, at: number): void {
    const { afterNs } = this.parts;
    this.due[at] = this.ctx.now + afterNs;
    if (afterNs < Infinity) this.ctx.after(afterNs, frame, layer);
  }

  /** Grants one more try after one that is late or has failed. Returns false if none is left or allowed. */
  private follow(frame: number, layer: number, record: number, isLate: boolean): boolean {
    const { ctx, parts } = this;
    this.release(record);
    if (this.granted[record] === this.most) return false;
    const nth = this.granted[record]++;
    const at = record * this.most + nth;
    this.tries[at] = OVER;
    this.due[at] = Infinity;
    this.followed[at] = 0;
    if (parts.budget !== null) {
      // It takes from num_retries even if the budget denies it: shouldRetry counts first.
      if (!parts.budget.allow(ctx.now, isLate ? FOLLOWS.timeout : FOLLOWS.failure)) {
        ctx.count(frame, EDGE_COUNTER.budgetDenied);
        return false;
      }
      this.holds[record] = 1;
    }
    const delayNs = parts.backoff.delayNs(nth, ctx.lineageA(frame), ctx.lineageB(frame));
    this.open[record]++;
    this.tries[at] = isLate ? WAITING_LATE : WAITING;
    this.due[at] = ctx.now + delayNs;
    ctx.after(delayNs, frame, layer);
    return true;
  }

  private send(frame: number, layer: number, record: number, at: number): void {
    const { ctx, parts } = this;
    if (parts.budget !== null && parts.budget.followsAttempts) parts.budget.resumed();
    const isLate = this.tries[at] === WAITING_LATE;
    ctx.count(frame, isLate ? EDGE_COUNTER.hedges : EDGE_COUNTER.retries);
    this.tries[at] = ctx.fork(frame, layer, this.sent[record]++, parts.otherInstance);
    this.watch(frame, layer, at);
  }

  /**
   * A try has ended. Returns the outcome of the call and frees its record, or HOLD while others are in flight or in
   * their back-off.
   */
  private settle(
    frame: number,
    layer: number,
    record: number,
    at: number,
    outcome: Outcome,
    from: number,
  ): number {
    const { parts, ctx } = this;
    this.tries[at] = OVER;
    this.due[at] = Infinity;
    this.open[record]--;
    const fails = parts.on.has(outcome);
    if (fails) {
      parts.budget?.failed();
      if (this.followed[at] === 0)
        this.follow(frame, layer, record, kindOf(outcome) === OUTCOME.timeout);
    } else if (isSuccess(outcome)) {
      parts.budget?.succeeded(at > record * this.most, FOLLOWS.failure);
    }
    this.left();
    // Without a response a try has only been reset: the others may still get one (onUpstreamReset).
    if ((fails || isReset(outcome)) && this.open[record] > 0) return HOLD;
    if (from !== frame && isHinted(outcome)) ctx.setHint(frame, ctx.hint(from));
    if (this.tries[record * this.most] >= 0) {
      ctx.killBelow(frame, layer, OUTCOME.cancelled, true);
      this.left();
    }
    this.killForks(record);
    this.end(record);
    return outcome;
  }

  private left(): void {
    this.parts.budget?.left();
  }

  /** The place of the latest retry is free with the next decision, or with the end of the call. */
  private release(record: number): void {
    if (this.holds[record] === 0) return;
    this.holds[record] = 0;
    this.parts.budget!.ended();
  }

  private killForks(record: number): void {
    const first = record * this.most;
    for (let at = first + 1; at < first + this.granted[record]; at++) {
      const child = this.tries[at];
      this.tries[at] = OVER;
      if (child < 0) continue;
      this.ctx.killChild(child);
      this.left();
    }
  }

  private end(record: number): void {
    invariant(this.records.used > 0, 'a call that ends has a record');
    this.release(record);
    this.records.give(record);
  }
}

function isReset(outcome: Outcome): boolean {
  switch (kindOf(outcome)) {
    case OUTCOME.reset:
    case OUTCOME.timeout:
    case OUTCOME.connectTimeout:
    case OUTCOME.refused:
      return true;
    default:
      return false;
  }
}
