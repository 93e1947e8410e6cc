import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyKind,
  PolicyProblem,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type { Quantity } from '../../contracts/quantities/quantities.js';
import { duration, quantity, share, whole } from '../../contracts/quantities/quantities.js';
import { parseFactor, parseRate, RATE_PATTERN } from '../../contracts/quantities/quantity-text.js';
import { Backoff } from '../mechanisms/backoff.js';
import { backoffSchema } from '../../contracts/scenario/backoff.js';
import { BreakerStates } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import type { BreakerClasses } from '../mechanisms/breaker-classes.js';
import { classProblems, EXCLUDED, SUCCESS } from '../mechanisms/breaker-classes.js';
import { NO_TRIPS, tripsAfter } from '../mechanisms/breaker-traits.js';
import { BREAKER } from '../mechanisms/families.js';
import type { CockatielBreaker } from '../mechanisms/cockatiel-breakers.js';
import {
  ConsecutiveBreaker,
  CountBreaker,
  SamplingBreaker,
} from '../mechanisms/cockatiel-breakers.js';
import { HalfOpenSample, SAMPLE } from '../mechanisms/half-open-sample.js';
import { problemsOf } from '../mechanisms/problems.js';
import {
  THROWN_OR_CANCELLED,
  thrownFields,
  thrownOrCancelledClasses,
} from '../mechanisms/thrown-outcomes.js';
import { frameOf, layerOf, Waiters } from '../mechanisms/waiters.js';

const ROW = ['breaker', 'consecutive'];
const thresholdField = (): Quantity<number> =>
  share().describe(
    'Failure rate above which a failure opens the breaker; at exactly this share it stays ' +
      'closed. More than 0 and less than 100%. Unit: share. Required.',
  );

/** `5` or `5/s`. */
const perSecond = (): Quantity<number> =>
  quantity((input) => (typeof input === 'number' ? parseFactor(input) : parseRate(input)), {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'string', pattern: RATE_PATTERN },
    ],
  });

const breakerSchema = z.union([
  z.strictObject({
    consecutive: whole({ min: 1 }).describe(
      'ConsecutiveBreaker: consecutive failures that open the breaker. Only a success resets ' +
        'the count. Unit: calls. Required.',
    ),
  }),
  z.strictObject({
    sampling: z
      .strictObject({
        threshold: thresholdField(),
        duration: duration({ allowZero: false }).describe(
          'Time over which results are counted, in at least 5 windows of at most 1 s. Each ' +
            'result drops at most one old window, so counts survive periods without calls. ' +
            'Unit: duration. Required.',
        ),
        minimumRps: perSecond()
          .optional()
          .describe(
            'Results per second over the whole `duration`, below which the breaker does not ' +
              'open. Unit: calls per second, as `5` or `5/s`. Defaults to 5 / threshold.',
          ),
      })
      .describe('SamplingBreaker: a failure rate over a time window. Unit: map. Required.'),
  }),
  z.strictObject({
    count: z
      .strictObject({
        threshold: thresholdField(),
        size: whole({ min: 1, max: 1_000_000 }).describe(
          'Number of latest results that are counted. Unit: calls. Required.',
        ),
        minimumNumberOfCalls: whole({ min: 1 })
          .optional()
          .describe(
            'Results needed before the breaker can open, at most `size`. Unit: calls. ' +
              'Defaults to `size`.',
          ),
      })
      .describe('CountBreaker: a failure rate among the latest results. Unit: map. Required.'),
  }),
]);

const schema = z.strictObject({
  breaker: breakerSchema.describe(
    'When to open: `{ consecutive: n }`, `{ sampling: { … } }` or `{ count: { … } }`. Unit: ' +
      'map. Required.',
  ),
  halfOpenAfter: z
    .union([duration(), backoffSchema])
    .describe(
      'Time in the open state. The first call at or after its end is admitted as the only ' +
        'probe; other calls wait for its result. With a backoff, the nth opening in a row uses ' +
        'the nth delay. Unit: duration, or a map as `retry.backoff`. Required.',
    ),
  halfOpenSampling: z
    .strictObject({
      calls: whole({ min: 1, max: 1_000_000 }).describe(
        'Calls admitted while half open; others wait until the breaker opens or closes. It ' +
          'closes when all of them have ended. Unit: calls. Required.',
      ),
      threshold: share().describe(
        'Failures per `calls` above which the breaker reopens, on the failure that exceeds ' +
          'it. 0 to less than 100%. Unit: share. Required.',
      ),
    })
    .optional()
    .describe(
      'Half-open state of cockatiel 4: a sample of calls; results from an earlier half-open ' +
        'period are ignored. Unit: map. Defaults to that of cockatiel 3: one probe.',
    ),
  // The library has no default; its readme shows `handleAll`.
  ...thrownFields(
    'like exceptions missing from a written `failOn`, they are not handled: while closed they ' +
      'leave no trace, and a probe that ends in one closes the breaker.',
    THROWN_OR_CANCELLED,
  ),
});
type Config = z.output<typeof schema>;

/** Ticket of a call admitted while closed; probes are numbered from 1. */
const REGULAR = 0;

/**
 * The breaker of cockatiel 3, or of version 4 with a sample of calls while half open. The next call after the wait
 * enters half open. A result counts by the state in which its call was admitted, whatever the state now. So a late
 * failure may open a half-open breaker, and a probe of an earlier half-open period may close or open this one. In
 * version 4 it may not.
 */
class Cockatiel extends BreakerStates implements PolicyState {
  private readonly ctx: CallContext;
  private readonly breaker: CockatielBreaker;
  private readonly classes: BreakerClasses;
  private readonly constantNs: Ns;
  private readonly backoff: Backoff | null;
  private readonly waiting = new Waiters();
  private openUntil: Ns = 0;
  /** Openings since the breaker was last closed. */
  private attempt = 0;
  /** Lineage of the call that opened the closed breaker; its delays are drawn from it. */
  private rowA = 0;
  private rowB = 0;
  /** The sample of version 4; null = one probe. */
  private readonly sample: HalfOpenSample | null;
  /** Number of the last probe or half-open period; calls that arrive while half open wait for it. */
  private probe = 0;
  private inside = 0;
  /** Waiters whose refusal is scheduled. */
  private refused = 0;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    this.ctx = setup.ctx;
    this.breaker = breakerOf(config.breaker);
    const sampling = config.halfOpenSampling;
    this.sample = sampling === undefined ? null : new HalfOpenSample(sampling);
    // An exception that is not handled is neither a success nor a failure.
    this.classes = thrownOrCancelledClasses(config, THROWN_OR_CANCELLED);
    const after = config.halfOpenAfter;
    this.constantNs = typeof after === 'number' ? after : 0;
    this.backoff = typeof after === 'number' ? null : new Backoff(after, setup.stream('open'));
  }

  enter(frame: number, layer: number): number {
    if (this.state === HALF_OPEN && !this.hasRoom()) {
      this.wait(frame, layer);
      return PARK;
    }
    if (this.state === OPEN && this.ctx.now < this.openUntil) {
      this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    this.admit(frame, layer);
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    this.ended(frame, layer, this.classes.of(outcome));
    return outcome;
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (!parked) this.ended(frame, layer, this.classes.ofGivenUp(this.ctx.cancelledAs));
    else if (!this.waiting.remove(frame, layer)) this.refused--;
  }

  /** The refusal of a waiter. */
  timer(frame: number, layer: number): void {
    this.refused--;
    this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
    this.ctx.reject(frame, layer, OUTCOME.rejectedBreaker);
  }

  reset(): void {
    this.breaker.reset();
    this.waiting.clear();
    this.inside = 0;
    this.refused = 0;
    if (this.state !== CLOSED) this.enterState(CLOSED);
  }

  /** Calls in flight and calls that wait for a probe. */
  held(): number {
    return this.inside + this.waiting.length + this.refused;
  }

  isIdle(): boolean {
    return this.state === CLOSED && this.held() === 0 && this.breaker.isIdle?.() === true;
  }

  /** Whether half open admits one more call. */
  private hasRoom(): boolean {
    return this.sample?.hasRoom() === true;
  }

  /** Admits a call, as a probe if the wait is over. */
  private admit(frame: number, layer: number): void {
    this.inside++;
    if (this.state === CLOSED) {
      this.ctx.setWord(frame, layer, REGULAR);
      return;
    }
    if (this.state === OPEN) {
      this.probe++;
      this.sample?.begin();
      this.enterState(HALF_OPEN);
    }
    this.sample?.enter();
    this.ctx.setWord(frame, layer, this.probe);
  }

  private wait(frame: number, layer: number): void {
    this.ctx.setWord(frame, layer, this.probe);
    this.waiting.push(frame, layer);
  }

  private ended(frame: number, layer: number, result: number): void {
    this.inside--;
    const { breaker } = this;
    const { now } = this.ctx;
    const ticket = this.ctx.word(frame, layer);
    const probe = ticket !== REGULAR;
    if (probe && this.sample !== null) {
      if (this.state === HALF_OPEN && ticket === this.probe) this.sampled(now, frame, result);
      return;
    }
    if (result === SUCCESS) {
      breaker.success(now, probe);
      if (probe) this.close();
    } else if (result === EXCLUDED) {
      if (probe) this.close();
    } else if (breaker.failure(now) || probe) this.open(now, frame);
    if (probe) this.decideWaiters(ticket);
  }

  private sampled(now: Ns, frame: number, result: number): void {
    const verdict = this.sample!.end(result !== SUCCESS && result !== EXCLUDED);
    if (verdict === SAMPLE.opens) {
      this.breaker.failure(now);
      this.open(now, frame);
    } else if (verdict === SAMPLE.closes) {
      this.breaker.success(now, true);
      this.enterState(CLOSED);
      this.decideWaiters(this.probe);
    }
  }

  private close(): void {
    if (this.state === HALF_OPEN) this.enterState(CLOSED);
  }

  private open(now: Ns, frame: number): void {
    if (this.state === OPEN) return;
    if (this.state === CLOSED) {
      this.attempt = 0;
      this.rowA = this.ctx.lineageA(frame);
      this.rowB = this.ctx.lineageB(frame);
    }
    this.attempt++;
    const waitNs = this.backoff?.delayNs(this.attempt, this.rowA, this.rowB);
    this.openUntil = now + (waitNs ?? this.constantNs);
    const wasSampling = this.sample !== null && this.state === HALF_OPEN;
    this.enterState(OPEN);
    if (wasSampling) this.decideWaiters(this.probe);
  }

  /** Calls that waited for this decision are treated in FIFO order as if they arrived now. */
  private decideWaiters(probe: number): void {
    const { ctx, waiting } = this;
    for (let k = waiting.length; k > 0; k--) {
      const waiter = waiting.shift();
      const frame = frameOf(waiter);
      const layer = layerOf(waiter);
      if (ctx.word(frame, layer) !== probe) waiting.push(frame, layer);
      else if (this.state === HALF_OPEN && !this.hasRoom()) this.wait(frame, layer);
      else if (this.state === OPEN && ctx.now < this.openUntil) {
        // Deferred: the call whose end triggers this has not yet left the layer.
        this.refused++;
        ctx.after(0, frame, layer);
      } else {
        this.admit(frame, layer);
        ctx.resume(frame, layer);
      }
    }
  }
}

function breakerOf(config: Config['breaker']): CockatielBreaker {
  if ('consecutive' in config) return new ConsecutiveBreaker(config.consecutive);
  if ('count' in config) {
    const { threshold, size, minimumNumberOfCalls } = config.count;
    return new CountBreaker(threshold, size, minimumNumberOfCalls ?? size);
  }
  const { threshold, duration: durationNs, minimumRps } = config.sampling;
  return new SamplingBreaker(threshold, durationNs, minimumRps ?? null);
}

function breakerProblems(config: Config['breaker']): readonly PolicyProblem[] {
  if ('consecutive' in config) return [];
  const { threshold } = 'count' in config ? config.count : config.sampling;
  const { size = 0, minimumNumberOfCalls: minimum = 0 } = 'count' in config ? config.count : {};
  return [
    ...problemsOf({
      breaker:
        (threshold <= 0 || threshold >= 1) &&
        'expected more than 0 and less than 100%: cockatiel rejects other thresholds',
    }),
    ...problemsOf({
      breaker:
        minimum > size &&
        `the window never holds ${minimum} results, because size is ${size}: write at most ${size}`,
    }),
  ];
}

function samplingProblems({ halfOpenSampling }: Config): readonly PolicyProblem[] {
  return problemsOf({
    'halfOpenSampling.threshold':
      (halfOpenSampling?.threshold ?? 0) >= 1 &&
      'a share of 100% is never exceeded: write less than 100%, as cockatiel requires',
  });
}

/** `circuitBreaker` of kind `cockatiel`: cockatiel 3 with its own names, and the sample of version 4. */
export const circuitBreakerCockatiel: PolicyKind<'circuitBreaker', typeof schema> = {
  ...BREAKER,
  kind: 'cockatiel',
  summary:
    "cockatiel's breaker: consecutive failures, or a failure rate over a time window or the " +
    'latest results. While half open, other calls wait for the one probe, or for a sample of ' +
    'calls.',
  sources: [
    'connor4312/cockatiel 3.2.1 src/CircuitBreakerPolicy.ts, src/breaker/ConsecutiveBreaker.ts, ' +
      'src/breaker/SamplingBreaker.ts, src/breaker/CountBreaker.ts',
    'connor4312/cockatiel 4 src/CircuitBreakerPolicy.ts (halfOpenSampling)',
  ],
  schema,
  example:
    'circuitBreaker: { kind: cockatiel, breaker: { count: { threshold: 50%, size: 10 } }, ' +
    'halfOpenAfter: { kind: exponential, base: 100ms, max: 2s } }\n',
  traits: ({ breaker, ...lists }) => ({
    ...('consecutive' in breaker ? tripsAfter(ROW, breaker.consecutive) : NO_TRIPS),
    classes: thrownOrCancelledClasses(lists, THROWN_OR_CANCELLED),
  }),
  keyed: 'states',
  create: (config, setup) => new Cockatiel(config, setup),
  check: (config) => [
    ...classProblems(config),
    ...breakerProblems(config.breaker),
    ...samplingProblems(config),
  ],
};
