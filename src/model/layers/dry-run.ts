import { widenUint8 } from '../../kernel/pool.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import { PARK, PASS } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import { EDGE_COUNTER } from '../../spec/policy.js';
import type { CallContext, ConnectionLimits, PolicyState } from '../../spec/policy.js';

/** Where a call stands in the policy that only watches. */
const OUTSIDE = 0;
const WAITING = 1;
const INSIDE = 2;

/**
 * A policy that decides and records as always while every call passes: what it would have refused is
 * counted as `wouldReject`. A call that it would have let wait goes on at once, and takes its permit
 * in the policy when its turn comes there, if it is still under way by then.
 */
export class DryRun implements PolicyState {
  private readonly ctx: CallContext;
  private readonly watcher: PolicyState;
  private places: Uint8Array = new Uint8Array(64);

  /** `make` creates the policy over the context it is given, which lets it act on nothing. */
  constructor(ctx: CallContext, make: (watched: CallContext) => PolicyState) {
    this.ctx = ctx;
    this.watcher = make(new Watched(ctx, this));
    if (this.watcher.limits !== undefined) this.watcher.limits.isDry = true;
  }

  /** Pools count what would exceed them. */
  get limits(): ConnectionLimits | undefined {
    return this.watcher.limits;
  }

  enter(frame: number, layer: number): number {
    if (frame >= this.places.length) this.places = widenUint8(this.places, frame * 2);
    this.places[frame] = OUTSIDE;
    const verdict = this.watcher.enter(frame, layer);
    if (verdict === PASS) this.places[frame] = INSIDE;
    else if (verdict === PARK && this.watcher.isDoomed?.(frame, layer) !== true) {
      this.places[frame] = WAITING;
    } else {
      // A refusal that is due later is counted now: the call goes on, and may have ended by then.
      if (verdict === PARK) this.watcher.cancel(frame, layer, true);
      this.ctx.count(frame, EDGE_COUNTER.wouldReject);
    }
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const place = this.places[frame];
    this.places[frame] = OUTSIDE;
    if (place === INSIDE) this.watcher.leave(frame, layer, outcome);
    else if (place === WAITING) this.watcher.cancel(frame, layer, true);
    return outcome;
  }

  cancel(frame: number, layer: number): void {
    const place = this.places[frame];
    this.places[frame] = OUTSIDE;
    if (place !== OUTSIDE) this.watcher.cancel(frame, layer, place === WAITING);
  }

  /** Only a waiting call still has a timer: the machinery does not know that its wait has ended. */
  timer(frame: number, layer: number): void {
    if (this.places[frame] === WAITING) this.watcher.timer?.(frame, layer);
  }

  /** The store of the policy has answered; a call that has ended since has given up its question. */
  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.watcher.child!(frame, layer, child, outcome);
  }

  reset(): void {
    this.places.fill(OUTSIDE);
    this.watcher.reset?.();
  }

  held(): number {
    return this.watcher.held();
  }

  /** The policy lets a call that waits in it go on. */
  granted(frame: number): void {
    this.places[frame] = INSIDE;
  }

  /** The policy refuses a call that waits in it. */
  refused(frame: number): void {
    this.places[frame] = OUTSIDE;
    this.ctx.count(frame, EDGE_COUNTER.wouldReject);
  }
}

/** The context of a policy that only watches: it sees and times everything, and acts on no call. */
class Watched implements CallContext {
  private readonly ctx: CallContext;
  private readonly dryRun: DryRun;

  constructor(ctx: CallContext, dryRun: DryRun) {
    this.ctx = ctx;
    this.dryRun = dryRun;
  }

  get now(): Ns {
    return this.ctx.now;
  }

  get cancelledAs(): Outcome {
    return this.ctx.cancelledAs;
  }

  resume(frame: number): void {
    this.dryRun.granted(frame);
  }

  reject(frame: number): void {
    this.dryRun.refused(frame);
  }

  settle(frame: number): void {
    this.dryRun.refused(frame);
  }

  reenter(): void {}

  avoidTried(): void {}

  finish(): void {}

  killBelow(): void {}

  fork(): number {
    return -1;
  }

  /** Only the store of a policy is ever asked. */
  killChild(child: number): void {
    this.ctx.killChild(child);
  }

  ask(frame: number, layer: number, question: number): number {
    return this.ctx.ask(frame, layer, question);
  }

  tie(): void {}

  instead(): number {
    return -1;
  }

  /** Refusals are counted by the dry run. */
  count(): void {}

  setDeadline(): void {}

  arm(lane: Lane, frame: number, layer: number): void {
    this.ctx.arm(lane, frame, layer);
  }

  after(delayNs: Ns, frame: number, layer: number): void {
    this.ctx.after(delayNs, frame, layer);
  }

  word(frame: number, layer: number): number {
    return this.ctx.word(frame, layer);
  }

  setWord(frame: number, layer: number, value: number): void {
    this.ctx.setWord(frame, layer, value);
  }

  lineageA(frame: number): number {
    return this.ctx.lineageA(frame);
  }

  lineageB(frame: number): number {
    return this.ctx.lineageB(frame);
  }

  hedged(frame: number): boolean {
    return this.ctx.hedged(frame);
  }

  attemptNumber(frame: number): number {
    return this.ctx.attemptNumber(frame);
  }

  deadline(frame: number): Ns {
    return this.ctx.deadline(frame);
  }

  idempotent(frame: number): boolean {
    return this.ctx.idempotent(frame);
  }

  hint(frame: number): Ns {
    return this.ctx.hint(frame);
  }

  setHint(): void {}
}
