import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { BreakerJournal, BreakerRule } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, FAILURE, SUCCESS } from '../mechanisms/breaker-classes.js';
import { ruled, type Trips } from '../mechanisms/breaker-traits.js';
import { problemsOf } from '../mechanisms/problems.js';
import { RollingCounts } from '../mechanisms/rolling-counts.js';
import {
  THROWN_OR_CANCELLED,
  thrownFields,
  thrownOrCancelledClasses,
} from '../mechanisms/thrown-outcomes.js';

const schema = z.strictObject({
  maxRequests: field.whole(
    1,
    'Total calls admitted while half open, not concurrent ones. As many consecutive successes close the breaker; ' +
      'one failure reopens it.',
    { unit: 'calls', min: 1 },
  ),
  interval: field.duration(
    0,
    'Window of the counts while closed. At its end they are cleared, and results of calls that started earlier are ' +
      'discarded. 0 never clears.',
    { allowZero: true },
  ),
  bucketPeriod: field.duration(
    absent('none: a fixed window'),
    'Bucket length; makes the window a rolling one. `interval` is rounded up to a multiple of it.',
  ),
  timeout: field.duration(
    '60s',
    'Time in the open state; a call exactly at its end is still refused.',
  ),
  tripAfter: z
    .union([
      z.strictObject({
        consecutiveFailures: field.whole(required, 'Consecutive failures that open the breaker.', {
          unit: 'calls',
          min: 1,
        }),
      }),
      z.strictObject({
        failureRatio: field.share(
          required,
          'Failures per admitted call, including calls in flight, at or above which a failure opens the breaker.',
        ),
        minRequests: field.whole(
          required,
          'Calls admitted in the window before the ratio counts.',
          { unit: 'calls', min: 1 },
        ),
      }),
    ])
    .prefault({ consecutiveFailures: 6 })
    .describe(
      'When to open; evaluated after each failure while closed. Unit: map. Defaults to { ' +
        'consecutiveFailures: 6 }, the library\'s "more than 5".',
    ),
  // defaultIsSuccessful: only a nil error is a success; context.Canceled is an error.
  ...thrownFields(
    'they count as neither, and a probe returns its slot (`IsExcluded`).',
    THROWN_OR_CANCELLED,
  ),
});
type Config = z.output<typeof schema>;

/**
 * The breaker of sony/gobreaker. Expiry is strict: the old state still holds exactly at its end. It is checked when a
 * call starts and when one ends. Half open has no time limit: a probe that never ends blocks the breaker.
 */
class GobreakerRule implements BreakerRule {
  private readonly counts: RollingCounts;
  private readonly bucketNs: Ns;
  private state = CLOSED;
  /** Age of the first bucket of this generation; a smaller ticket belongs to an earlier generation. */
  private firstAge = 0;
  /** End of the current state or fixed window; Infinity = none. */
  private expiry: Ns = Infinity;
  /** Start of the current bucket of a rolling window. */
  private bucketStart: Ns = 0;

  constructor(
    private readonly config: Config,
    private readonly journal: BreakerJournal,
  ) {
    const bucketNs = config.bucketPeriod ?? 0;
    const rolling = bucketNs > 0 && bucketNs < config.interval;
    this.bucketNs = rolling ? bucketNs : 0;
    this.counts = new RollingCounts(rolling ? Math.ceil(config.interval / bucketNs) : 1);
    this.startGeneration(0);
  }

  admit(now: Ns): number {
    this.refresh(now);
    if (this.state === OPEN) return -1;
    const counts = this.counts;
    if (
      this.state === HALF_OPEN &&
      counts.requests - counts.exclusions >= this.config.maxRequests
    ) {
      return -1;
    }
    counts.request();
    return counts.age;
  }

  record(now: Ns, ticket: number, result: number): void {
    this.refresh(now);
    const counts = this.counts;
    if (ticket < this.firstAge || ticket <= counts.age - counts.length) return;
    if (result === SUCCESS) {
      counts.success(ticket);
      if (this.state === HALF_OPEN && counts.consecutiveSuccesses >= this.config.maxRequests) {
        this.enterState(CLOSED, now);
      }
    } else if (result === FAILURE) {
      counts.failure(ticket);
      if (this.state === HALF_OPEN || this.readyToTrip()) this.enterState(OPEN, now);
    } else {
      counts.exclusion(ticket);
    }
  }

  reset(): void {
    if (this.state !== CLOSED) {
      this.state = CLOSED;
      this.journal.set(CLOSED);
    }
    // The windows of the new process start with its first call.
    this.startGeneration(0);
    this.expiry = this.config.interval > 0 ? -1 : Infinity;
  }

  /** Buckets keep their original phase; an expired fixed window restarts with the next call. */
  isIdle(now: Ns): boolean {
    if (this.state !== CLOSED || this.bucketNs > 0) return false;
    if (this.expiry < now) return true;
    const isRow = 'consecutiveFailures' in this.config.tripAfter && this.expiry === Infinity;
    return isRow && this.counts.consecutiveFailures === 0;
  }

  private refresh(now: Ns): void {
    if (this.expiry < now) {
      if (this.state === OPEN) this.enterState(HALF_OPEN, now);
      else this.startGeneration(now);
    } else if (this.bucketNs > 0 && this.state === CLOSED) {
      const steps = Math.floor((now - this.bucketStart) / this.bucketNs);
      if (steps > 0) {
        this.bucketStart += steps * this.bucketNs;
        // Advancing by the number of buckets already clears the window; the cap keeps the age small.
        this.counts.advance(Math.min(steps, this.counts.length));
      }
    }
  }

  private readyToTrip(): boolean {
    const counts = this.counts;
    const after = this.config.tripAfter;
    if ('consecutiveFailures' in after) {
      return counts.consecutiveFailures >= after.consecutiveFailures;
    }
    return (
      counts.requests >= after.minRequests &&
      counts.failures / counts.requests >= after.failureRatio
    );
  }

  private enterState(state: number, now: Ns): void {
    this.state = state;
    this.startGeneration(now);
    this.journal.set(state);
  }

  private startGeneration(now: Ns): void {
    const { interval, timeout } = this.config;
    this.counts.advance(this.counts.length);
    this.firstAge = this.counts.age;
    this.bucketStart = now;
    if (this.state === OPEN) this.expiry = now + timeout;
    else if (this.state === CLOSED && interval > 0 && this.bucketNs === 0) {
      this.expiry = now + interval;
    } else this.expiry = Infinity;
  }
}

/** Conditions that open it: consecutive failures, or a ratio once the window has seen `minRequests`. */
function tripsOf({ interval, tripAfter }: Config): Trips {
  const isRow = 'consecutiveFailures' in tripAfter;
  const field = ['tripAfter', isRow ? 'consecutiveFailures' : 'minRequests'];
  const calls = isRow ? tripAfter.consecutiveFailures : tripAfter.minRequests;
  return {
    evidence: interval === 0 ? null : { field, calls, windowField: 'interval', windowNs: interval },
    consecutive: isRow ? { field, failures: calls } : null,
  };
}

/** `circuitBreaker` of kind `gobreaker`: sony/gobreaker with its own field names. */
export const circuitBreakerGobreaker: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: thrownOrCancelledClasses,
    trips: tripsOf,
    rule: (config, setup) => new GobreakerRule(config, breakerJournal(setup)),
  }),
  kind: 'gobreaker',
  summary: 'sony/gobreaker: opens on consecutive failures or on a failure ratio over a window.',
  sources: ['sony/gobreaker v2 gobreaker.go, counter.go'],
  schema,
  example:
    'circuitBreaker: { kind: gobreaker, maxRequests: 2, interval: 1s, timeout: 100ms, ' +
    'tripAfter: { failureRatio: 50%, minRequests: 4 } }\n',
  check: ({ bucketPeriod = 0, interval, ...lists }) => [
    ...classProblems(lists),
    ...problemsOf({
      bucketPeriod:
        bucketPeriod > interval &&
        (interval === 0
          ? 'there is no window to divide into buckets, because interval is 0: set interval'
          : 'the bucket is longer than the window, interval: make it shorter'),
    }),
  ],
};
