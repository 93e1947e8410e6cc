import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import { isSuccess, OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  Alarm,
  CallContext,
  PolicyKind,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { BreakerStates } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, givenUp } from '../mechanisms/breaker-classes.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import { problemsOf } from '../mechanisms/problems.js';
import { RotatingBuckets } from '../mechanisms/rotating-buckets.js';
import { tripsWithin } from '../mechanisms/breaker-traits.js';
import { BREAKER } from '../mechanisms/families.js';

const MS = 1_000_000;

const schema = z.strictObject({
  resetTimeout: field.duration(
    '30s',
    'Time in the open state. A timer then makes the breaker half open, with or without traffic, and the next call ' +
      'is admitted.',
  ),
  errorThresholdPercentage: field.share(
    '50%',
    'Failures per call fired in the window, above which a failure opens the breaker; at exactly this share it ' +
      'stays closed. Refused calls and calls in flight count as fired.',
  ),
  rollingCountTimeout: field.duration(
    '10s',
    'Window of the counts. State changes do not clear it.',
  ),
  rollingCountBuckets: field.whole(
    10,
    'Buckets of the window, each a whole number of ms (rounded down), aligned to the start of the process. The ' +
      'oldest is dropped as a whole.',
    { unit: 'buckets', min: 1, max: 10_000 },
  ),
  volumeThreshold: field.whole(
    0,
    'Calls fired in the window, below which a failure does not open the breaker. With 0 the first failure is 100% ' +
      'and opens it.',
    { unit: 'calls' },
  ),
  allowWarmUp: field.flag(
    false,
    'Whether the breaker stays closed during the first `rollingCountTimeout` of the process, whatever fails.',
  ),
  capacity: field.limit(
    'unlimited',
    'Limit on calls in flight. The next one is refused as rejectedBulkhead, and the refusal counts as a failure.',
    { unit: 'calls' },
  ),
  failOn: field.of(
    outcomeTerms(),
    absent(
      'all but ok, degraded, clientError and throttled: refusals of inner layers and calls abandoned by their ' +
        'caller are failures too',
    ),
    'Outcomes that count as failures; all others are then successes.',
    'list as in `retry.on`',
  ),
  ignore: field.of(
    outcomeTerms(),
    absent(),
    "Outcomes that the library's `errorFilter` excludes: they count as successes, and can thus close a half-open " +
      'breaker. Takes precedence over `failOn`.',
    'list as in `retry.on`',
  ),
});
type Config = z.output<typeof schema>;

/** How the library classifies an outcome: a success or a failure, never excluded. */
class Errors {
  private readonly failOn: OutcomeSet | null;
  private readonly filter: OutcomeSet | null;

  constructor(config: Config) {
    this.failOn = config.failOn === undefined ? null : new OutcomeSet(config.failOn);
    this.filter = config.ignore === undefined ? null : new OutcomeSet(config.ignore);
  }

  has(outcome: Outcome): boolean {
    if (this.filter !== null && this.filter.has(outcome)) return false;
    if (this.failOn !== null) return this.failOn.has(outcome);
    const kind = outcome & 31;
    // A response below 500 resolves the promise.
    return !isSuccess(outcome) && kind !== OUTCOME.clientError && kind !== OUTCOME.throttled;
  }
}

/**
 * The breaker of nodeshift/opossum. A result counts in the current state, whenever its call started. A late failure
 * only enters the counts while open, but reopens a half-open breaker; a late success closes it. A probe that never ends
 * keeps it half open, and it refuses all other calls.
 */
class Opossum extends BreakerStates implements PolicyState {
  private readonly ctx: CallContext;
  private readonly config: Config;
  private readonly thresholdPercent: number;
  private readonly errors: Errors;
  private readonly window: RotatingBuckets;
  private readonly resetTimer: Alarm;
  /** True while half open and the single probe has not started. */
  private pendingClose = false;
  private inside = 0;
  /** Start of the process, from which buckets and warm-up count; -1 after a restart until first use. */
  private startedAt: Ns = 0;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    this.ctx = setup.ctx;
    this.config = config;
    // Rounded to the percentage that was written, because 0.07 * 100 is above 7.
    this.thresholdPercent = Math.round(config.errorThresholdPercentage * 1e12) / 1e10;
    this.errors = new Errors(config);
    this.window = new RotatingBuckets(config.rollingCountBuckets, bucketNs(config));
    this.resetTimer = setup.alarm(() => {
      this.pendingClose = true;
      this.enterState(HALF_OPEN);
    });
  }

  enter(frame: number): number {
    const { now } = this.ctx;
    if (this.startedAt < 0) this.startedAt = now;
    this.window.rotate(now - this.startedAt);
    this.window.fire();
    if (this.state !== CLOSED && !this.pendingClose) {
      this.ctx.count(frame, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    this.pendingClose = false;
    if (this.inside >= this.config.capacity) {
      this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
      this.ended(OUTCOME.rejectedBulkhead);
      return OUTCOME.rejectedBulkhead;
    }
    this.inside++;
    return PASS;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    this.inside--;
    this.ended(outcome);
    return outcome;
  }

  cancel(): void {
    this.inside--;
    this.ended(givenUp(this.ctx.cancelledAs));
  }

  reset(): void {
    this.resetTimer.clear();
    this.pendingClose = false;
    this.inside = 0;
    this.startedAt = -1;
    this.window.clear();
    if (this.state !== CLOSED) this.enterState(CLOSED);
  }

  /** Calls under way. */
  held(): number {
    return this.inside;
  }

  private ended(outcome: Outcome): void {
    if (this.errors.has(outcome)) this.failure();
    else if (this.state === HALF_OPEN) {
      this.pendingClose = false;
      this.enterState(CLOSED);
    }
  }

  private failure(): void {
    const { config, window } = this;
    const { now } = this.ctx;
    const age = now - this.startedAt;
    window.rotate(age);
    window.failure();
    if (config.allowWarmUp && age < config.rollingCountTimeout) return;
    const halfOpen = this.state === HALF_OPEN;
    if (window.fires < config.volumeThreshold && !halfOpen) return;
    // The start of a slow call may have left the window before its failure arrives: 1 failure of 0 calls exceeds every
    // rate.
    const errorRate = (window.failures / window.fires) * 100;
    if (errorRate > this.thresholdPercent || halfOpen) this.open(now);
  }

  private open(now: Ns): void {
    if (this.state === OPEN) return;
    this.pendingClose = false;
    this.resetTimer.set(now + this.config.resetTimeout);
    this.enterState(OPEN);
  }
}

/** Length of a bucket: the library rounds down to whole ms, and its timer raises 0 to 1 ms. */
function bucketNs(config: Config): Ns {
  const ms = Math.floor(config.rollingCountTimeout / MS / config.rollingCountBuckets);
  return Math.max(1, ms) * MS;
}

/** `circuitBreaker` of kind `opossum`: nodeshift/opossum with its own option names. */
export const circuitBreakerOpossum: PolicyKind<'circuitBreaker', typeof schema> = {
  ...BREAKER,
  kind: 'opossum',
  summary:
    'nodeshift/opossum: opens on an error percentage over rotating buckets; a timer makes it ' +
    'half open, then one call at a time is admitted.',
  sources: ['nodeshift/opossum 9.0.0 lib/circuit.js, lib/status.js, lib/semaphore.js'],
  schema,
  example:
    'circuitBreaker: { kind: opossum, resetTimeout: 200ms, errorThresholdPercentage: 40%, ' +
    'rollingCountTimeout: 1s, volumeThreshold: 5 }\n',
  traits(config) {
    const errors = new Errors(config);
    const { volumeThreshold: calls, rollingCountTimeout: windowNs } = config;
    return {
      ...tripsWithin('volumeThreshold', calls, 'rollingCountTimeout', windowNs),
      classes: { isFailure: (outcome) => errors.has(outcome) },
    };
  },
  keyed: 'states',
  create: (config, setup) => new Opossum(config, setup),
  check: (config) => [
    ...classProblems(config),
    ...problemsOf({
      rollingCountBuckets:
        config.rollingCountTimeout < config.rollingCountBuckets * MS &&
        'a bucket would be shorter than 1 ms, the resolution of its timer: write fewer ' +
          'buckets or a longer rollingCountTimeout',
    }),
  ],
};
