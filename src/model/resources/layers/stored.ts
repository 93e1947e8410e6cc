import { invariant } from '../../../kernel/invariant.js';
import { widenInt32, widenUint8 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { HINTED, isSuccess, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../../contracts/patterns/policy.js';
import type { Refusals } from './refusals.js';

/** State of a call with respect to the store. */
const DECIDED = 0;
/** The latency is elapsing. */
const WAITING = 1;
/** The component of the store is being called. */
const ASKING = 2;
/** The store has failed, and the call continues as if there were no policy. */
const UNGUARDED = 3;

/** How a state in a store is queried, and how its responses are used. */
export interface StoreSetup {
  /** Latency of each query; null if only the call of a component takes time. */
  readonly latencyNs: ((frame: number) => Ns) | null;
  /** Number of the layer in its bundle if a component is called, or -1. */
  readonly question: number;
  /** True = a call is admitted if its query fails. */
  readonly allows: boolean;
  /** The outcome of refused calls, and their counter. */
  readonly refusal: Outcome;
  readonly counter: number;
  /** Cached refusals, which skip the query; null without a cache. */
  readonly refusals: Refusals | null;
}

/**
 * A policy whose state is in a store outside the processes that share it. Each call waits for the store's response
 * before the policy decides, unless the policy already knows enough. The update after a call is written without
 * waiting.
 */
export class Stored implements PolicyState {
  /** By frame: its state, and the frame of its query. */
  private places: Uint8Array = new Uint8Array(64);
  private questions: Int32Array = new Int32Array(64);
  private waiting = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly inner: PolicyState,
    private readonly setup: StoreSetup,
  ) {}

  enter(frame: number, layer: number): number {
    const { ctx, setup } = this;
    const known = setup.refusals === null ? PASS : setup.refusals.of(frame, ctx.now);
    if (known !== PASS) {
      ctx.count(frame, setup.counter);
      return known;
    }
    if (frame >= this.places.length) {
      this.places = widenUint8(this.places, frame * 2);
      this.questions = widenInt32(this.questions, frame * 2);
    }
    const { inner } = this;
    if (inner.asks !== undefined && !inner.asks(frame)) {
      this.places[frame] = DECIDED;
      return this.verdictOf(frame, layer);
    }
    this.waiting++;
    this.places[frame] = WAITING;
    if (setup.latencyNs !== null) ctx.after(setup.latencyNs(frame), frame, layer);
    else this.ask(frame, layer);
    return PARK;
  }

  /** The latency has elapsed, or a timer of the policy has fired. */
  timer(frame: number, layer: number): void {
    if (this.places[frame] !== WAITING) {
      invariant(this.inner.timer !== undefined, 'only a policy with timers gets their events');
      this.inner.timer!(frame, layer);
    } else if (this.setup.question >= 0) this.ask(frame, layer);
    else this.decide(frame, layer);
  }

  /** The component of the store has responded. */
  child(frame: number, layer: number, _child: number, outcome: Outcome): void {
    invariant(this.places[frame] === ASKING, 'a store answers a call that has asked it');
    const { ctx, setup } = this;
    if (isSuccess(outcome)) {
      this.decide(frame, layer);
      return;
    }
    this.waiting--;
    if (setup.allows) {
      this.places[frame] = UNGUARDED;
      ctx.resume(frame, layer);
      return;
    }
    this.places[frame] = DECIDED;
    ctx.count(frame, setup.counter);
    ctx.reject(frame, layer, setup.refusal);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    if (this.places[frame] !== UNGUARDED) return this.inner.leave(frame, layer, outcome);
    this.places[frame] = DECIDED;
    return outcome;
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    const place = this.places[frame];
    this.places[frame] = DECIDED;
    if (place === DECIDED) this.inner.cancel(frame, layer, parked);
    else if (place !== UNGUARDED) {
      invariant(this.waiting > 0, 'each waiting query ends once');
      this.waiting--;
      if (place === ASKING) this.ctx.killChild(this.questions[frame]);
    }
  }

  reset(): void {
    this.places.fill(DECIDED);
    this.waiting = 0;
    this.inner.reset?.();
  }

  held(): number {
    return this.waiting + this.inner.held();
  }

  private ask(frame: number, layer: number): void {
    invariant(this.places[frame] === WAITING, 'a call asks its store once');
    this.places[frame] = ASKING;
    this.questions[frame] = this.ctx.ask(frame, layer, this.setup.question);
  }

  private decide(frame: number, layer: number): void {
    invariant(
      this.waiting > 0 && this.places[frame] !== DECIDED,
      'a query is answered while its call waits',
    );
    const { ctx } = this;
    this.places[frame] = DECIDED;
    this.waiting--;
    const verdict = this.verdictOf(frame, layer);
    if (verdict === PASS) ctx.resume(frame, layer);
    else if (verdict !== PARK) ctx.reject(frame, layer, verdict);
  }

  private verdictOf(frame: number, layer: number): number {
    const { ctx, setup } = this;
    const verdict = this.inner.enter(frame, layer);
    if (verdict !== PASS && verdict !== PARK) {
      // A retry hint counts from now, so a cached refusal carries none.
      setup.refusals?.keep(frame, ctx.now, verdict & ~HINTED);
    }
    return verdict;
  }
}
