import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';

/** The rule of one kind of throttle. It knows outcomes, not calls. */
export interface ThrottleRule {
  /** Whether a request at this moment is refused, given a draw in (0, 1). */
  refuses(now: Ns, uniform: number): boolean;
  /** Reports the outcome of an admitted request. */
  ended(now: Ns, outcome: Outcome): void;
  /** Forgets everything, as a restarted process does. */
  reset(): void;
  /** True when a new rule would decide the same from now on. */
  isIdle(now: Ns): boolean;
}

/** Refuses a share of the calls before they are sent, based on the outcomes of earlier ones. */
export class Throttle implements PolicyState {
  private inside = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly rule: ThrottleRule,
    private readonly stream: StreamKey,
    private readonly refusal: Outcome,
  ) {}

  enter(frame: number, _layer: number): number {
    const { ctx, stream } = this;
    const lineageA = ctx.lineageA(frame);
    const lineageB = ctx.lineageB(frame);
    const uniform = unit(stream.a, stream.b, lineageA, lineageB, ctx.attemptNumber(frame));
    if (this.rule.refuses(ctx.now, uniform)) {
      ctx.count(frame, EDGE_COUNTER.throttleRejected);
      return this.refusal;
    }
    this.inside++;
    return PASS;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    this.inside--;
    this.rule.ended(this.ctx.now, outcome);
    return outcome;
  }

  /** A cancelled call has no outcome to learn from. */
  cancel(): void {
    this.inside--;
  }

  reset(): void {
    this.inside = 0;
    this.rule.reset();
  }

  isIdle(now: Ns): boolean {
    return this.inside === 0 && this.rule.isIdle(now);
  }

  /** Calls admitted and not yet ended. */
  held(): number {
    return this.inside;
  }
}
