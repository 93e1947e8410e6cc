import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import { HORIZON_MAX_NS, type Ns } from '../../kernel/time.js';
import { OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  Alarm,
  CallContext,
  PolicyKind,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { durationOrNone, factor } from '../../contracts/quantities/quantities.js';
import { BreakerStates } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, FAILURE, type BreakerClasses } from '../mechanisms/breaker-classes.js';
import { tripsAfter } from '../mechanisms/breaker-traits.js';
import { BREAKER } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';
import {
  THROWN_OR_CANCELLED,
  thrownFields,
  thrownOrCancelledClasses,
} from '../mechanisms/thrown-outcomes.js';

const schema = z.strictObject({
  maxFailures: field.whole(
    10,
    'Consecutive failures that open the breaker; a success resets the count.',
    { unit: 'calls', min: 1 },
  ),
  resetTimeout: field.duration(
    '15s',
    'First time in the open state. A timer then makes the breaker half open, with or without traffic, and the next ' +
      'call is its probe.',
  ),
  exponentialBackoffFactor: field.of(
    factor(),
    1,
    'Growth of the open state with each failed probe; a successful probe restores `resetTimeout`.',
    'factor, at least 1',
  ),
  maxResetTimeout: field.of(
    durationOrNone({ allowZero: false }),
    'none',
    'Limit on the growth: an open state that would reach it keeps the length of the one before.',
    'duration, or `none`',
  ),
  randomFactor: field.share(
    '0%',
    'Largest random addition to each growth, as a share, drawn uniformly. Additions multiply; the first open state ' +
      'has none.',
  ),
  ...thrownFields('they are successes then.', THROWN_OR_CANCELLED),
});
type Config = z.output<typeof schema>;

/**
 * The breaker of Pekko. A result belongs to the state that admitted its call. A result from a closed state has no
 * effect while the breaker is open or half open, and counts again once it is closed.
 */
class Pekko extends BreakerStates implements PolicyState {
  private readonly ctx: CallContext;
  private readonly config: Config;
  private readonly classes: BreakerClasses;
  private readonly resetTimer: Alarm;
  private readonly key: StreamKey;
  private failures = 0;
  private inside = 0;
  private isProbing = false;
  /** Length of the next open state, and the openings since the breaker was closed. */
  private openNs: Ns;
  private openings = 0;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    this.ctx = setup.ctx;
    this.config = config;
    this.classes = thrownOrCancelledClasses(config);
    this.key = setup.stream('open');
    this.openNs = config.resetTimeout;
    this.resetTimer = setup.alarm(() => {
      this.isProbing = false;
      this.enterState(HALF_OPEN);
    });
  }

  enter(frame: number, layer: number): number {
    if (this.state === OPEN || (this.state === HALF_OPEN && this.isProbing)) {
      this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    this.isProbing = this.state === HALF_OPEN;
    this.ctx.setWord(frame, layer, this.state);
    this.inside++;
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    this.ended(frame, layer, this.classes.of(outcome) === FAILURE);
    return outcome;
  }

  cancel(frame: number, layer: number): void {
    this.ended(frame, layer, this.classes.ofGivenUp(this.ctx.cancelledAs) === FAILURE);
  }

  reset(): void {
    this.resetTimer.clear();
    this.inside = 0;
    if (this.state !== CLOSED) this.close();
    this.failures = 0;
  }

  /** Calls under way. */
  held(): number {
    return this.inside;
  }

  isIdle(): boolean {
    return this.state === CLOSED && this.failures === 0 && this.inside === 0;
  }

  private ended(frame: number, layer: number, isFailure: boolean): void {
    this.inside--;
    if (this.ctx.word(frame, layer) !== this.state) return;
    if (!isFailure) {
      if (this.state === HALF_OPEN) this.close();
      this.failures = 0;
    } else if (this.state === HALF_OPEN || ++this.failures === this.config.maxFailures) {
      this.open(frame);
    }
  }

  private close(): void {
    this.failures = 0;
    this.openNs = this.config.resetTimeout;
    this.openings = 0;
    this.enterState(CLOSED);
  }

  private open(frame: number): void {
    const { ctx, key } = this;
    const { exponentialBackoffFactor, randomFactor, maxResetTimeout } = this.config;
    this.resetTimer.set(Math.min(ctx.now + this.openNs, HORIZON_MAX_NS));
    const drawn = unit(key.a, key.b, ctx.lineageA(frame), ctx.lineageB(frame), this.openings++);
    const next = Math.round(this.openNs * exponentialBackoffFactor * (1 + drawn * randomFactor));
    const isBelow = maxResetTimeout === null || next < maxResetTimeout;
    if (isBelow) this.openNs = Math.min(next, HORIZON_MAX_NS);
    this.enterState(OPEN);
  }
}

/** `circuitBreaker` of kind `pekko`: the breaker of Pekko and Akka with its own option names. */
export const circuitBreakerPekko: PolicyKind<'circuitBreaker', typeof schema> = {
  ...BREAKER,
  kind: 'pekko',
  summary:
    'Pekko and Akka: opens on consecutive failures; each failed probe can lengthen the next ' +
    'open state.',
  sources: [
    'apache/pekko actor/src/main/scala/org/apache/pekko/pattern/CircuitBreaker.scala',
    'apache/pekko actor/src/main/resources/reference.conf, circuit-breaker.default',
  ],
  schema,
  example:
    'circuitBreaker: { kind: pekko, maxFailures: 3, resetTimeout: 100ms, ' +
    'exponentialBackoffFactor: 2, maxResetTimeout: 1s }\n',
  traits: (config) => ({
    ...tripsAfter(['maxFailures'], config.maxFailures),
    classes: thrownOrCancelledClasses(config),
  }),
  keyed: 'states',
  create: (config, setup) => new Pekko(config, setup),
  check(config) {
    const { exponentialBackoffFactor, maxResetTimeout, randomFactor, resetTimeout } = config;
    const grows = exponentialBackoffFactor > 1 || randomFactor > 0;
    const isCapped = exponentialBackoffFactor >= 1 && maxResetTimeout !== null;
    return [
      ...classProblems(config),
      ...problemsOf({
        exponentialBackoffFactor:
          exponentialBackoffFactor < 1 &&
          'expected at least 1, as Pekko requires: an open state never gets shorter',
        maxResetTimeout:
          isCapped &&
          (grows
            ? maxResetTimeout <= resetTimeout &&
              'the open state never grows below resetTimeout: write a longer duration'
            : 'has no effect, because the open state does not grow: set exponentialBackoffFactor ' +
              'or randomFactor, or remove maxResetTimeout'),
      }),
    ];
  },
};
