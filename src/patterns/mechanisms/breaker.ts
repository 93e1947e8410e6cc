import { widenFloat64 } from '../../kernel/pool.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicySetup, PolicyState } from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type { BreakerClasses } from './breaker-classes.js';

/** Breaker states in the order of their journal codes. */
const BREAKER_STATES = ['closed', 'open', 'halfOpen'] as const;
export const CLOSED = 0;
export const OPEN = 1;
export const HALF_OPEN = 2;

/** Records the transitions of a breaker. */
export interface BreakerJournal {
  set(state: number): void;
}

/** The state of a breaker, with the journal of its transitions. */
export abstract class BreakerStates {
  protected state = CLOSED;

  protected constructor(private readonly journal: BreakerJournal) {}

  protected enterState(state: number): void {
    this.state = state;
    this.journal.set(state);
  }
}

/** The rule of one breaker kind. It knows results, not calls. */
export interface BreakerRule {
  /** Returns a ticket >= 0 that is passed back to `record`, or -1 to refuse the call. */
  admit(now: Ns): number;
  /**
   * The result (SUCCESS, FAILURE or EXCLUDED) of the call that was admitted with this ticket, and the
   * time from its admission to its end.
   */
  record(now: Ns, ticket: number, result: number, durationNs: Ns): void;
  /** Forgets everything, as a restarted process does. */
  reset(): void;
  /** With no call under way: true when a new rule would decide the same from now on. */
  isIdle?(now: Ns): boolean;
}

/**
 * A breaker around a call. It asks the rule on entry, keeps the ticket (the generation of admission) in the frame's
 * word, and reports the class of the outcome to the rule on exit. A refusal takes no time.
 */
export class Breaker implements PolicyState {
  private inside = 0;
  /** Admission time of each frame. */
  private admitted: Float64Array = new Float64Array(64);

  constructor(
    private readonly ctx: CallContext,
    private readonly rule: BreakerRule,
    private readonly classes: BreakerClasses,
  ) {}

  enter(frame: number, layer: number): number {
    const ticket = this.rule.admit(this.ctx.now);
    if (ticket < 0) {
      this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    this.ctx.setWord(frame, layer, ticket);
    if (frame >= this.admitted.length) this.admitted = widenFloat64(this.admitted, frame * 2);
    this.admitted[frame] = this.ctx.now;
    this.inside++;
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    this.ended(frame, layer, this.classes.of(outcome));
    return outcome;
  }

  cancel(frame: number, layer: number): void {
    this.ended(frame, layer, this.classes.ofGivenUp(this.ctx.cancelledAs));
  }

  reset(): void {
    this.inside = 0;
    this.rule.reset();
  }

  /** Calls admitted and not yet ended. */
  held(): number {
    return this.inside;
  }

  isIdle(now: Ns): boolean {
    return this.inside === 0 && this.rule.isIdle?.(now) === true;
  }

  private ended(frame: number, layer: number, result: number): void {
    const { now } = this.ctx;
    this.inside--;
    const ticket = this.ctx.word(frame, layer);
    this.rule.record(now, ticket, result, now - this.admitted[frame]);
  }
}

/** Registers the journal of one breaker. */
export function breakerJournal(setup: PolicySetup): BreakerJournal {
  return setup.machine(BREAKER_STATES);
}
