import { widenFloat64, widenInt32 } from '../../kernel/pool.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../contracts/outcome.js';
import { isSuccess, kindOf, OUTCOME, PASS, statusOf } from '../../contracts/outcome.js';
import type {
  CallContext,
  GateState,
  PolicyProblem,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type { ConcurrencyLimitTraits } from '../../contracts/patterns/policy-traits.js';
import { CONCURRENCY_LIMIT } from './families.js';
import { OutcomeSet, REFUSED_HERE, UNANSWERED } from './outcome-terms.js';

/** How a call ended, as an adaptive limit sees it. */
export const ANSWERED = 0;
/** A timeout, a lost connection, or a refusal by the callee. */
export const DROPPED = 1;
/** An error that says nothing about load. */
export const FAILED = 2;
/** The callee was not called: an inner layer refused. */
export const LOCAL = 3;

const DROPS = new OutcomeSet([...UNANSWERED, 'throttled', 'overload', 'gateway']);
const LOCALS = new OutcomeSet([...REFUSED_HERE, 'cancelled']);

/** The rule of one kind of limit. It knows samples, not calls. */
export interface LimitRule {
  /** Calls that may be in flight at this moment. */
  limit(now: Ns): number;
  /**
   * Reports the end of a call: its start time, the calls in flight at its start including itself, and its lineage for
   * random draws.
   */
  ended(
    now: Ns,
    beganAt: Ns,
    inflight: number,
    result: number,
    lineageA: number,
    lineageB: number,
  ): void;
  /** Forgets everything, as a restarted process does. */
  reset(now: Ns): void;
  /**
   * True if it has learned nothing, so that a new one would decide the same. A rule without this method is always kept.
   */
  isFresh?(): boolean;
}

/** Refuses calls beyond a number in flight, which its rule sets. */
class ConcurrencyLimiter implements PolicyState {
  private inside = 0;
  /** Admission time of each frame, and the calls in flight at that time. */
  private beganAt: Float64Array = new Float64Array(64);
  private inflight: Int32Array = new Int32Array(64);

  constructor(
    private readonly ctx: CallContext,
    private readonly rule: LimitRule,
  ) {}

  enter(frame: number, _layer: number): number {
    const { now } = this.ctx;
    if (this.inside >= this.rule.limit(now)) {
      this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
      return OUTCOME.rejectedBulkhead;
    }
    this.inside++;
    if (frame >= this.beganAt.length) {
      this.beganAt = widenFloat64(this.beganAt, frame * 2);
      this.inflight = widenInt32(this.inflight, frame * 2);
    }
    this.beganAt[frame] = now;
    this.inflight[frame] = this.inside;
    return PASS;
  }

  leave(frame: number, _layer: number, outcome: Outcome): number {
    const { ctx } = this;
    this.inside--;
    this.rule.ended(
      ctx.now,
      this.beganAt[frame],
      this.inflight[frame],
      resultOf(outcome),
      ctx.lineageA(frame),
      ctx.lineageB(frame),
    );
    return outcome;
  }

  /** A cancelled call is not a sample, not even after an outer timeout. */
  cancel(): void {
    this.inside--;
  }

  reset(): void {
    this.inside = 0;
    this.rule.reset(this.ctx.now);
  }

  held(): number {
    return this.inside;
  }

  isIdle(): boolean {
    return this.inside === 0 && this.rule.isFresh?.() === true;
  }
}

/** The same limit around the requests of a server; a request's time includes its wait for a worker. */
export class ServerLimiter implements GateState {
  private inside = 0;

  constructor(private readonly rule: LimitRule) {}

  enter(now: Ns): number {
    if (this.inside >= this.rule.limit(now)) return 0;
    return ++this.inside;
  }

  leave(
    now: Ns,
    beganAt: Ns,
    inflight: number,
    outcome: Outcome,
    lineageA: number,
    lineageB: number,
  ): void {
    this.inside--;
    this.rule.ended(now, beganAt, inflight, serverResultOf(outcome), lineageA, lineageB);
  }

  cancel(): void {
    this.inside--;
  }

  reset(now: Ns): void {
    this.inside = 0;
    this.rule.reset(now);
  }

  held(): number {
    return this.inside;
  }

  isIdle(): boolean {
    return this.inside === 0 && this.rule.isFresh?.() === true;
  }
}

/** The answers of a limit that its rule adapts: around calls, and around the requests of a server. */
export function adaptive<C extends { readonly max: number }>(
  ruleOf: (config: C, stream: (meaning: string) => StreamKey) => LimitRule,
): typeof CONCURRENCY_LIMIT & {
  traits(config: C): ConcurrencyLimitTraits;
  create(config: C, setup: PolicySetup): PolicyState;
  gate(config: C, stream: (meaning: string) => StreamKey): GateState;
} {
  return {
    ...CONCURRENCY_LIMIT,
    traits: ({ max }) => ({ highest: max, adapts: true }),
    create: (config, setup) =>
      new ConcurrencyLimiter(
        setup.ctx,
        ruleOf(config, (meaning) => setup.stream(meaning)),
      ),
    gate: (config, stream) => new ServerLimiter(ruleOf(config, stream)),
  };
}

/**
 * A limit of Netflix's concurrency-limits. As its Limiter.Listener defines, it learns from responses and drops (an
 * external limit refused, or a timeout expired), not from other errors. The gRPC client interceptor counts only
 * UNAVAILABLE as a drop and ignores timeouts.
 */
export abstract class SampledLimit implements LimitRule {
  /** The unrounded limit; the limit in force is its whole part. */
  abstract estimate: number;

  limit(_now: Ns): number {
    return Math.floor(this.estimate);
  }

  ended(
    now: Ns,
    beganAt: Ns,
    inflight: number,
    result: number,
    lineageA: number,
    lineageB: number,
  ): void {
    if (result !== ANSWERED && result !== DROPPED) return;
    // The formulas divide by the time, so a response in 0 ns counts as 1 ns.
    const rttNs = Math.max(1, now - beganAt);
    this.update(rttNs, inflight, result === DROPPED, lineageA, lineageB);
  }

  abstract update(
    rttNs: Ns,
    inflight: number,
    didDrop: boolean,
    lineageA: number,
    lineageB: number,
  ): void;

  abstract reset(): void;
}

/** Contradictions among the bounds of a limit. */
export function boundProblems(bounds: {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}): readonly PolicyProblem[] {
  const { initial, min, max } = bounds;
  if (min > max) {
    return [{ field: 'min', message: `above max: write at most ${max}, or a larger max` }];
  }
  if (initial >= min && initial <= max) return [];
  return [
    { field: 'initial', message: `outside its bounds: write ${min} to ${max}, or move min or max` },
  ];
}

/**
 * The result that the server interceptor of concurrency-limits reports. An expired deadline is a drop, here or in a
 * downstream call. Every other response is a sample, errors included. An admitted request that a full queue or an inner
 * limit refuses is a drop.
 */
function serverResultOf(outcome: Outcome): number {
  const kind = kindOf(outcome);
  const late = kind === OUTCOME.timeout || kind === OUTCOME.deadlineExceeded;
  if (late || kind === OUTCOME.rejectedOverload || statusOf(outcome) === 504) return DROPPED;
  return ANSWERED;
}

function resultOf(outcome: Outcome): number {
  if (isSuccess(outcome)) return ANSWERED;
  if (DROPS.has(outcome)) return DROPPED;
  return LOCALS.has(outcome) ? LOCAL : FAILED;
}
