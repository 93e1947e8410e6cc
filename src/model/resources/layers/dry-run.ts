import { invariant } from '../../../kernel/invariant.js';
import { widenUint8 } from '../../../kernel/pool.js';
import type { Lane } from '../../../kernel/lanes.js';
import type { Ns } from '../../../kernel/time.js';
import { PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import { EDGE_COUNTER } from '../../../contracts/patterns/policy.js';
import type {
  CallContext,
  CalledEndpoint,
  ConnectionLimits,
  PolicyState,
} from '../../../contracts/patterns/policy.js';

/** State of a call in the observed policy. */
const OUTSIDE = 0;
const WAITING = 1;
const INSIDE = 2;

/**
 * A policy in dry-run mode: it decides and records as usual, but every call passes. Refusals count as `wouldReject`. A
 * call that the policy would delay continues at once; it takes its permit when its turn comes, if it is still in flight
 * then.
 */
export class DryRun implements PolicyState {
  private readonly ctx: CallContext;
  private readonly watcher: PolicyState;
  private places: Uint8Array = new Uint8Array(64);

  /** `make` creates the policy with a context through which it cannot affect calls. */
  constructor(ctx: CallContext, make: (watched: CallContext) => PolicyState) {
    this.ctx = ctx;
    this.watcher = make(new Watched(ctx, this));
    if (this.watcher.limits !== undefined) this.watcher.limits.isDry = true;
  }

  /** Lets pools count calls beyond these limits. */
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
      // A refusal that would come later counts now, because the call continues and may have ended by then.
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

  /** Only a waiting call still has a timer, because the call machinery does not know when its wait ends. */
  timer(frame: number, layer: number): void {
    if (this.places[frame] === WAITING) this.watcher.timer?.(frame, layer);
  }

  /** The store of the policy has responded. If the call has ended, its query was abandoned. */
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

  /** The policy admits a call that waits in it. */
  granted(frame: number): void {
    invariant(this.places[frame] === WAITING, 'a dry run admits a call that waits in it');
    this.places[frame] = INSIDE;
  }

  /** The policy refuses a call that waits in it. */
  refused(frame: number): void {
    invariant(this.places[frame] !== INSIDE, 'a dry run refuses no call that it has admitted');
    this.places[frame] = OUTSIDE;
    this.ctx.count(frame, EDGE_COUNTER.wouldReject);
  }
}

/** The context of a policy in dry-run mode: it sees and times everything but affects no call. */
class Watched implements CallContext {
  constructor(
    private readonly ctx: CallContext,
    private readonly dryRun: DryRun,
  ) {}

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

  stopApart(): void {}

  avoidTried(): void {}

  finish(): void {}

  killBelow(): void {}

  fork(): number {
    return -1;
  }

  /** Only the store of a policy is ever called. */
  killChild(child: number): void {
    this.ctx.killChild(child);
  }

  startApart(): number {
    return -1;
  }

  leaveApart(): void {}

  ask(frame: number, layer: number, question: number): number {
    return this.ctx.ask(frame, layer, question);
  }

  tie(): void {}

  instead(): number {
    return -1;
  }

  /** The dry run counts refusals. */
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

  endpoint(frame: number): CalledEndpoint {
    return this.ctx.endpoint(frame);
  }

  hint(frame: number): Ns {
    return this.ctx.hint(frame);
  }

  setHint(): void {}
}
