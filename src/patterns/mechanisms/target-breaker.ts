import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../spec/outcome.js';
import { OUTCOME, PASS } from '../../spec/outcome.js';
import type { CallContext, PolicyState } from '../../spec/patterns/policy.js';
import { EDGE_COUNTER } from '../../spec/patterns/policy.js';
import { givenUp } from './breaker-classes.js';

/** The rule of a breaker about one instance called, from which balancers keep away. */
export interface TargetRule {
  /** A call is about to go to the instance; false refuses it. */
  admit(now: Ns): boolean;
  /** The class of an outcome, in the rule's own terms; `hedged`: the call had other attempts. */
  classOf(outcome: Outcome, hedged: boolean): number;
  /** A call to the instance has ended. The lineage of the call is for draws. */
  record(now: Ns, result: number, lineageA: number, lineageB: number): void;
  /** Forgets everything, as a restarted process does. */
  reset(): void;
}

/**
 * A breaker around the calls to one instance. It refuses only what was given to the instance before
 * it was shut and waited in between, because a shut instance is not picked.
 */
export class TargetBreaker implements PolicyState {
  private readonly ctx: CallContext;
  private readonly rule: TargetRule;
  private inside = 0;

  constructor(ctx: CallContext, rule: TargetRule) {
    this.ctx = ctx;
    this.rule = rule;
  }

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
