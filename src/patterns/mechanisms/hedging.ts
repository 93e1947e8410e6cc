import { Slots, widenFloat64, widenInt32 } from '../../kernel/pool.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import {
  HOLD,
  isHinted,
  isSuccess,
  kindOf,
  NEVER_AGAIN,
  OUTCOME,
  PASS,
} from '../../contracts/outcome.js';
import type { Outcome } from '../../contracts/outcome.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import type { OutcomeSet } from './outcome-terms.js';

/** When a call with attempts left sends the next one. */
export interface HedgeDelay {
  /** Delay in ns from now; Infinity = never by time. */
  nextNs(now: Ns): Ns;
  /** Reports the latency of an attempt that got a response or lost to another one. `nth`: 0 = the original. */
  took(now: Ns, nth: number, latencyNs: Ns): void;
  reset(now: Ns): void;
  /** True if it has learned nothing. One without this method is always kept. */
  isFresh?(): boolean;
}

/** Limits the hedges of all calls of one state together. */
export interface HedgeBudget {
  /** A call starts its original. */
  started(now: Ns): void;
  /** An attempt failed and the call continues without it. */
  failed(): void;
  /** An attempt has won. */
  succeeded(): void;
  /** Whether one more hedge may be sent. Charges its price only if it may. */
  allow(now: Ns): boolean;
  reset(): void;
  /** True if it is in its initial state. One without this method is always kept. */
  isFresh?(): boolean;
}

/** No hint, or the hint is ignored. */
const NO_HINT = -2;

interface HedgingParts {
  /** Total attempts, including the original. */
  readonly attempts: number;
  readonly delay: HedgeDelay;
  /** The lane of a constant delay; null otherwise. */
  readonly lane: Lane | null;
  /** Failures that leave the other attempts running; every other outcome ends the call. */
  readonly survived: OutcomeSet;
  /** True = such a failure sends the next attempt at once. */
  readonly atOnce: boolean;
  /** If every attempt fails: true = the call ends like its original, false = like the attempt that ended last. */
  readonly asOriginal: boolean;
  readonly budget: HedgeBudget | null;
  readonly otherInstance: boolean;
  /** True = a hint of the callee sets the time of the next attempt, or forbids it. */
  readonly pushback?: boolean;
  /** True = the servers of both attempts know each other; one that has not started is dropped. */
  readonly tied?: boolean;
}

/**
 * All kinds of hedging: the original and its hedges race. The first outcome that is not in `survived` ends the call and
 * cancels the other attempts. The word of a layer is the number of the call's record.
 */
export class Hedging implements PolicyState {
  private readonly records = new Slots(16);
  /** Attempts sent, and those of them in flight. */
  private sent: Int32Array = new Int32Array(0);
  private alive: Int32Array = new Int32Array(0);
  /** Attempts it may send: fewer than `attempts` once the budget has denied one. */
  private limit: Int32Array = new Int32Array(0);
  /** Time at which the next attempt is due. A timer that finds a later time, or Infinity, is stale. */
  private due: Float64Array = new Float64Array(0);
  /** Outcome of the original; 0 while it is in flight. */
  private original: Int32Array = new Int32Array(0);
  /** Outcome of the last failed attempt, except attempts dropped in favor of their tied partner; 0 if none. */
  private failure: Int32Array = new Int32Array(0);
  /** By (record, attempt): start time, and fork, which is -1 once the attempt is over. Attempt 0 is the original. */
  private begun: Float64Array = new Float64Array(0);
  private forks: Int32Array = new Int32Array(0);
  private readonly most: number = this.parts.attempts;

  constructor(
    private readonly ctx: CallContext,
    private readonly parts: HedgingParts,
  ) {
    this.records.onGrow((capacity) => {
      this.sent = widenInt32(this.sent, capacity);
      this.alive = widenInt32(this.alive, capacity);
      this.limit = widenInt32(this.limit, capacity);
      this.due = widenFloat64(this.due, capacity);
      this.original = widenInt32(this.original, capacity);
      this.failure = widenInt32(this.failure, capacity);
      this.begun = widenFloat64(this.begun, capacity * this.most);
      this.forks = widenInt32(this.forks, capacity * this.most);
    });
  }

  enter(frame: number, layer: number): number {
    const { ctx, parts } = this;
    const record = this.records.take();
    ctx.setWord(frame, layer, record);
    this.sent[record] = 1;
    this.alive[record] = 1;
    this.limit[record] = this.most;
    this.original[record] = 0;
    this.failure[record] = 0;
    if (parts.tied === true) ctx.tie(frame, frame);
    this.begun[record * this.most] = ctx.now;
    if (parts.budget !== null) parts.budget.started(ctx.now);
    this.schedule(frame, layer, record);
    return PASS;
  }

  timer(frame: number, layer: number): void {
    const record = this.ctx.word(frame, layer);
    if (this.ctx.now < this.due[record]) return;
    if (this.send(frame, layer, record)) this.schedule(frame, layer, record);
  }

  /** The original has ended. */
  leave(frame: number, layer: number, outcome: Outcome): number {
    const record = this.ctx.word(frame, layer);
    this.original[record] = outcome;
    return this.settle(frame, layer, record, 0, outcome, frame);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    const record = this.ctx.word(frame, layer);
    let nth = 1;
    while (this.forks[record * this.most + nth] !== child) nth++;
    this.forks[record * this.most + nth] = -1;
    if (this.parts.tied === true) this.ctx.tie(child, -1);
    const result = this.settle(frame, layer, record, nth, outcome, child);
    if (result !== HOLD) this.ctx.finish(frame, layer, result);
  }

  cancel(frame: number, layer: number): void {
    const record = this.ctx.word(frame, layer);
    this.killForks(record, false);
    this.end(frame, record);
  }

  reset(): void {
    this.parts.delay.reset(this.ctx.now);
    if (this.parts.budget !== null) this.parts.budget.reset();
  }

  /** Calls under way; each holds a record. */
  held(): number {
    return this.records.used;
  }

  isIdle(): boolean {
    const { delay, budget } = this.parts;
    if (this.records.used > 0 || delay.isFresh?.() !== true) return false;
    return budget === null || budget.isFresh?.() === true;
  }

  /** Schedules the next attempt; with a delay of 0 it is sent now. */
  private schedule(frame: number, layer: number, record: number): void {
    const { ctx, parts } = this;
    for (;;) {
      this.due[record] = Infinity;
      if (this.sent[record] >= this.limit[record]) return;
      const delayNs = parts.delay.nextNs(ctx.now);
      if (delayNs === Infinity) return;
      if (delayNs > 0) {
        this.due[record] = ctx.now + delayNs;
        if (parts.lane !== null) ctx.arm(parts.lane, frame, layer);
        else ctx.after(delayNs, frame, layer);
        return;
      }
      if (!this.send(frame, layer, record)) return;
    }
  }

  /** Sends the next attempt. Returns false if the budget denies it, which ends hedging for this call. */
  private send(frame: number, layer: number, record: number): boolean {
    const { ctx, parts } = this;
    const { budget } = parts;
    this.due[record] = Infinity;
    if (budget !== null && !budget.allow(ctx.now)) {
      this.limit[record] = this.sent[record];
      ctx.count(frame, EDGE_COUNTER.budgetDenied);
      return false;
    }
    const nth = this.sent[record]++;
    this.alive[record]++;
    const at = record * this.most + nth;
    this.begun[at] = ctx.now;
    const fork = ctx.fork(frame, layer, nth, parts.otherInstance);
    this.forks[at] = fork;
    if (parts.tied === true) ctx.tie(frame, fork);
    ctx.count(frame, EDGE_COUNTER.hedges);
    return true;
  }

  /**
   * The attempt with frame `from` ended. Returns the outcome of the call and frees its record, or HOLD while other
   * attempts run or remain to be sent.
   */
  private settle(
    frame: number,
    layer: number,
    record: number,
    nth: number,
    outcome: Outcome,
    from: number,
  ): number {
    const { ctx, parts } = this;
    const { budget, delay } = parts;
    this.alive[record]--;
    const continues = parts.survived.has(outcome);
    const hint = parts.pushback === true && isHinted(outcome) ? ctx.hint(from) : NO_HINT;
    // Other failures are fast and would lower the delay below any real response time.
    if (!continues || kindOf(outcome) === OUTCOME.timeout) {
      delay.took(ctx.now, nth, ctx.now - this.begun[record * this.most + nth]);
    }
    if (budget !== null) {
      if (continues || hint === NEVER_AGAIN) budget.failed();
      else if (isSuccess(outcome)) budget.succeeded();
    }
    if (continues) {
      if (kindOf(outcome) !== OUTCOME.cancelled) this.failure[record] = outcome;
      this.proceed(frame, layer, record, hint);
      if (this.alive[record] > 0) return HOLD;
      // No attempt is in flight, but a callee has set the time of the next one.
      if (parts.pushback === true && this.due[record] < Infinity) return HOLD;
    }
    this.killOthers(frame, layer, record);
    const original = continues && parts.asOriginal;
    if (!original && from !== frame && isHinted(outcome)) ctx.setHint(frame, ctx.hint(from));
    const result = original ? this.original[record] : this.failureOf(record, outcome);
    this.end(frame, record);
    return result;
  }

  /** An attempt dropped in favor of its tied partner has not failed: the call ends like the partner. */
  private failureOf(record: number, outcome: Outcome): Outcome {
    if (kindOf(outcome) !== OUTCOME.cancelled) return outcome;
    return this.failure[record] === 0 ? outcome : this.failure[record];
  }

  /** The call is over. */
  private end(frame: number, record: number): void {
    const { ctx, parts } = this;
    if (parts.tied === true) ctx.tie(frame, -1);
    this.records.give(record);
  }

  /** The call continues after a failure: decides when its next attempt is sent, if one is left. */
  private proceed(frame: number, layer: number, record: number, hint: Ns): void {
    const { ctx, parts } = this;
    if (hint === NEVER_AGAIN) {
      this.limit[record] = this.sent[record];
      this.due[record] = Infinity;
    }
    if (this.sent[record] >= this.limit[record]) return;
    if (hint > 0) {
      this.due[record] = ctx.now + hint;
      ctx.count(frame, EDGE_COUNTER.hinted);
      ctx.after(hint, frame, layer);
    } else if (hint === 0 || parts.atOnce) {
      if (this.send(frame, layer, record)) this.schedule(frame, layer, record);
    }
  }

  /** The call has its outcome: the remaining attempts are cancelled, and their callees are notified. */
  private killOthers(frame: number, layer: number, record: number): void {
    const { ctx, parts } = this;
    if (this.alive[record] === 0) return;
    if (this.original[record] === 0) {
      parts.delay.took(ctx.now, 0, ctx.now - this.begun[record * this.most]);
      ctx.killBelow(frame, layer, OUTCOME.cancelled, true);
    }
    this.killForks(record, true);
  }

  private killForks(record: number, lost: boolean): void {
    const { ctx, parts } = this;
    for (let nth = 1; nth < this.sent[record]; nth++) {
      const at = record * this.most + nth;
      const fork = this.forks[at];
      if (fork < 0) continue;
      if (lost) parts.delay.took(ctx.now, nth, ctx.now - this.begun[at]);
      if (parts.tied === true) ctx.tie(fork, -1);
      ctx.killChild(fork);
    }
  }
}
