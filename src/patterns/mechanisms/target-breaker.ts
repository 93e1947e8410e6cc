import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { givenUp } from './breaker-classes.js';

/** The rule of a breaker around one instance; balancers avoid the instance while it is open. */
export interface TargetRule {
  /** Whether a call may go to the instance. */
  admit(now: Ns): boolean;
  /** The class of an outcome in the rule's terms; `hedged`: the call had other attempts. */
  classOf(outcome: Outcome, hedged: boolean): number;
  /** Reports the end of a call to the instance. The lineage of the call is for draws. */
  record(now: Ns, result: number, lineageA: number, lineageB: number): void;
  /** Forgets everything, as a restarted process does. */
  reset(): void;
}

/**
 * A breaker around the calls to one instance. Balancers do not pick an open instance, so it refuses only calls that
 * were assigned before it opened and had to wait.
 */
export class TargetBreaker implements PolicyState {
  private inside = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly rule: TargetRule,
  ) {}

  enter(frame: number): number {
    if (!this.rule.admit(this.ctx.now)) {
      this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    this.inside++;
    return PASS;
  }

  leave(frame: number, _layer: number, outcome: Outcome): number {
    this.ended(frame, outcome);
    return outcome;
  }

  cancel(frame: number): void {
    this.ended(frame, givenUp(this.ctx.cancelledAs));
  }

  reset(): void {
    this.inside = 0;
    this.rule.reset();
  }

  /** Calls admitted and not yet ended. */
  held(): number {
    return this.inside;
  }

  private ended(frame: number, outcome: Outcome): void {
    const { ctx, rule } = this;
    this.inside--;
    const result = rule.classOf(outcome, ctx.hedged(frame));
    rule.record(ctx.now, result, ctx.lineageA(frame), ctx.lineageB(frame));
  }
}
