import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { HORIZON_MAX_NS, NS_PER_MS, NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Alarm, PolicyKind, PolicyProblem } from '../../contracts/patterns/policy.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { BreakerStates, type BreakerJournal, type BreakerRule } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, EXCLUDED, FAILURE } from '../mechanisms/breaker-classes.js';
import { NO_TRIPS, ruled, tripsWithin, type Trips } from '../mechanisms/breaker-traits.js';
import { CountWindow, TimeWindow, type CallWindow } from '../mechanisms/call-window.js';
import { problemsOf } from '../mechanisms/problems.js';
import { thrownClasses, thrownFields } from '../mechanisms/thrown-outcomes.js';
import { WINDOW_MAX, windowSize } from '../mechanisms/window-size.js';

/** CircuitBreakerConfig.java: the default for calls and for seconds. */
const DEFAULT_SIZE = 100;
const DEFAULT_MINIMUM = 100;
const DEFAULT_MULTIPLIER = 1.5;

const schema = z.strictObject({
  failureRateThreshold: field.share(
    '50%',
    'Failure rate of the window at or above which the breaker opens.',
  ),
  slowCallRateThreshold: field.share(
    '100%',
    'Slow-call rate of the window at or above which the breaker opens. Slow successes count too.',
  ),
  slowCallDurationThreshold: field.duration(
    '60s',
    'A call that takes longer than this is slow; one of exactly this time is not.',
  ),
  slidingWindowType: field.of(
    z.enum(['count', 'time', 'COUNT_BASED', 'TIME_BASED']),
    'count',
    "Window while closed: the results of the latest calls (count) or of the last seconds (time). The library's own " +
      'names mean the same.',
    'name',
  ),
  slidingWindowSize: field.of(
    windowSize(),
    absent('100, or 100s'),
    'Calls in a count window, or length of a time window in whole clock seconds, including the current one; the ' +
      'clock starts with the warm-up. In a time window a bare number means seconds.',
    'calls or duration',
  ),
  minimumNumberOfCalls: field.whole(
    absent('100, in a count window at most its size'),
    'Results needed in the window before its rates count; while half open at most ' +
      '`permittedNumberOfCallsInHalfOpenState`.',
    { unit: 'calls', min: 1 },
  ),
  waitDurationInOpenState: field.duration(
    '60s',
    'Time in the open state; a call exactly at its end is still refused.',
  ),
  enableExponentialBackoff: field.flag(
    false,
    'Lengthens the open state each time the breaker reopens from half open; closing resets it.',
  ),
  exponentialBackoffMultiplier: field.factor(
    absent('1.5'),
    'Factor from one wait to the next, truncated to whole milliseconds.',
  ),
  exponentialMaxWaitDurationInOpenState: field.duration(
    absent(),
    'Longest wait with exponential back-off.',
  ),
  permittedNumberOfCallsInHalfOpenState: field.whole(
    10,
    'Total calls admitted while half open, not concurrent ones; an ignored result returns its permit.',
    { unit: 'calls', min: 1, max: WINDOW_MAX },
  ),
  maxWaitDurationInHalfOpenState: field.duration(
    0,
    'Longest time half open without a decision. 0 waits forever.',
    { allowZero: true },
  ),
  transitionToStateAfterWaitDuration: field.of(
    z.enum(['open', 'closed']),
    absent('open'),
    'The state after `maxWaitDurationInHalfOpenState`.',
    'name',
  ),
  automaticTransitionFromOpenToHalfOpenEnabled: field.flag(
    false,
    'Whether a timer starts the half-open state exactly at the end of the wait. With false the next call after the ' +
      'end does.',
  ),
  // DEFAULT_RECORD_EXCEPTION_PREDICATE: every exception, including those of an inner bulkhead.
  ...thrownFields('they count as neither, and a probe returns its permit (`ignoreExceptions`).'),
});
type Config = z.output<typeof schema>;

/** A rate as the library computes it, a float percentage, so that thresholds are crossed at the same counts. */
function percent(part: number, calls: number): number {
  return Math.fround(Math.fround(part * 100) / calls);
}

/**
 * The breaker of resilience4j. A result counts in the state in which it arrives, whichever state admitted its call.
 * Late results count among those of half open and may decide it. Each time the breaker closes, it starts a new window.
 */
export class Resilience4jRule extends BreakerStates implements BreakerRule {
  private readonly window: CallWindow;
  private readonly probes: CountWindow;
  private readonly minimum: number;
  private readonly minimumHalfOpen: number;
  private readonly failureThreshold: number;
  private readonly slowThreshold: number;
  /** Calls that half open still admits. */
  private permits = 0;
  /** Length of the current or next wait, before the cap. */
  private waitMs: number;
  private openUntil: Ns = 0;

  constructor(
    private readonly config: Config,
    journal: BreakerJournal,
    private readonly timer: Alarm,
  ) {
    super(journal);
    const permitted = config.permittedNumberOfCallsInHalfOpenState;
    const minimum = config.minimumNumberOfCalls ?? DEFAULT_MINIMUM;
    const size = sizeOf(config);
    const isTime = isTimeBased(config);
    this.window = isTime ? new TimeWindow(size, NS_PER_SECOND) : new CountWindow(size);
    this.probes = new CountWindow(permitted);
    this.minimum = isTime ? minimum : Math.min(minimum, size);
    this.minimumHalfOpen = Math.min(minimum, permitted);
    this.failureThreshold = Math.fround(config.failureRateThreshold * 100);
    this.slowThreshold = Math.fround(config.slowCallRateThreshold * 100);
    this.waitMs = config.waitDurationInOpenState / NS_PER_MS;
  }

  admit(now: Ns): number {
    if (this.state === OPEN) {
      if (now <= this.openUntil) return -1;
      this.halfOpen(now);
    }
    if (this.state === HALF_OPEN) {
      if (this.permits === 0) return -1;
      this.permits--;
    }
    return 0;
  }

  record(now: Ns, _ticket: number, result: number, durationNs: Ns): void {
    // Results that arrive while open go to the discarded window, which nothing reads again.
    if (this.state === OPEN) return;
    if (result === EXCLUDED) {
      if (this.state === HALF_OPEN) this.permits++;
      return;
    }
    const isHalfOpen = this.state === HALF_OPEN;
    const window = isHalfOpen ? this.probes : this.window;
    window.record(now, result === FAILURE, durationNs > this.config.slowCallDurationThreshold);
    if (window.calls < (isHalfOpen ? this.minimumHalfOpen : this.minimum)) return;
    if (
      percent(window.failures, window.calls) >= this.failureThreshold ||
      percent(window.slow, window.calls) >= this.slowThreshold
    ) {
      this.open(now);
    } else if (isHalfOpen) {
      this.close(now);
    }
  }

  /** The timer of the wait while open, or of the longest time half open. */
  ring(now: Ns): void {
    if (this.state === OPEN) this.halfOpen(now);
    else if (this.config.transitionToStateAfterWaitDuration === 'closed') this.close(now);
    else this.open(now);
  }

  reset(): void {
    this.timer.clear();
    // A window without results restarts by itself with the next result.
    this.window.clear(0);
    this.waitMs = this.config.waitDurationInOpenState / NS_PER_MS;
    if (this.state !== CLOSED) this.enterState(CLOSED);
  }

  isIdle(now: Ns): boolean {
    if (this.state !== CLOSED) return false;
    this.window.advance(now);
    return this.window.calls === 0;
  }

  private open(now: Ns): void {
    if (this.state === HALF_OPEN && this.config.enableExponentialBackoff) {
      const multiplier = this.config.exponentialBackoffMultiplier ?? DEFAULT_MULTIPLIER;
      // The library continues from the uncapped value; beyond the length of a run the value does not matter.
      this.waitMs = Math.min(Math.trunc(this.waitMs * multiplier), HORIZON_MAX_NS);
    }
    const most = this.config.exponentialMaxWaitDurationInOpenState ?? Infinity;
    this.openUntil = Math.min(now + Math.min(this.waitMs * NS_PER_MS, most), HORIZON_MAX_NS);
    this.enterState(OPEN);
    if (this.config.automaticTransitionFromOpenToHalfOpenEnabled) this.timer.set(this.openUntil);
    else this.timer.clear();
  }

  private halfOpen(now: Ns): void {
    const longest = this.config.maxWaitDurationInHalfOpenState;
    this.permits = this.config.permittedNumberOfCallsInHalfOpenState;
    this.probes.clear();
    this.enterState(HALF_OPEN);
    if (longest > 0) this.timer.set(now + longest);
    else this.timer.clear();
  }

  private close(now: Ns): void {
    this.timer.clear();
    this.window.clear(now);
    this.waitMs = this.config.waitDurationInOpenState / NS_PER_MS;
    this.enterState(CLOSED);
  }
}

function isTimeBased({ slidingWindowType }: Config): boolean {
  return slidingWindowType === 'time' || slidingWindowType === 'TIME_BASED';
}

/** Size of the window of the closed state, in calls or whole seconds. */
function sizeOf(config: Config): number {
  const size = config.slidingWindowSize;
  if (size === undefined) return DEFAULT_SIZE;
  return 'calls' in size ? size.calls : Math.max(1, Math.floor(size.lengthNs / NS_PER_SECOND));
}

/** A time window must have seen the minimum of calls. */
function tripsOf(config: Config): Trips {
  if (!isTimeBased(config)) return NO_TRIPS;
  const { minimumNumberOfCalls: calls = DEFAULT_MINIMUM } = config;
  const windowNs = sizeOf(config) * NS_PER_SECOND;
  return tripsWithin('minimumNumberOfCalls', calls, 'slidingWindowSize', windowNs);
}

/** `circuitBreaker` of kind `resilience4j`: the library's CircuitBreaker with its own field names. */
export const circuitBreakerResilience4j: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: thrownClasses,
    trips: tripsOf,
    rule(config, setup) {
      const timer = setup.alarm(() => rule.ring(setup.ctx.now));
      const rule = new Resilience4jRule(config, breakerJournal(setup), timer);
      return rule;
    },
  }),
  kind: 'resilience4j',
  summary: 'resilience4j: opens on the rate of failed or slow calls over a sliding window.',
  sources: [
    'resilience4j/resilience4j CircuitBreakerStateMachine.java, CircuitBreakerMetrics.java, ' +
      'CircuitBreakerConfig.java, SlidingTimeWindowMetrics.java, IntervalFunction.java',
  ],
  schema,
  example:
    'circuitBreaker: { kind: resilience4j, slidingWindowSize: 10, minimumNumberOfCalls: 4, ' +
    'waitDurationInOpenState: 100ms, permittedNumberOfCallsInHalfOpenState: 3 }\n',
  check: (config) => [
    ...classProblems(config),
    ...windowProblems(config),
    ...waitProblems(config),
    ...thresholdProblems(config),
  ],
};

function windowProblems(config: Config): readonly PolicyProblem[] {
  const { slidingWindowSize: size, minimumNumberOfCalls: minimum = 0 } = config;
  return problemsOf({
    slidingWindowSize:
      size !== undefined && 'lengthNs' in size && lengthProblem(config, size.lengthNs),
    minimumNumberOfCalls:
      !isTimeBased(config) &&
      minimum > sizeOf(config) &&
      `the window never holds more than ${sizeOf(config)} calls, and the library silently ` +
        `uses that number: write at most ${sizeOf(config)}, or raise slidingWindowSize`,
  });
}

function lengthProblem(config: Config, lengthNs: Ns): string | false {
  if (!isTimeBased(config))
    return 'a count window is sized in calls: write a number, or slidingWindowType: time';
  if (lengthNs % NS_PER_SECOND !== 0)
    return `expected whole seconds, which the library counts, found ${formatDuration(lengthNs)}`;
  return lengthNs > WINDOW_MAX * NS_PER_SECOND && `expected at most ${WINDOW_MAX} seconds`;
}

const MS_FIELDS = [
  'waitDurationInOpenState',
  'exponentialMaxWaitDurationInOpenState',
  'maxWaitDurationInHalfOpenState',
] as const;

function waitProblems(config: Config): readonly PolicyProblem[] {
  const needs = 'has no effect without enableExponentialBackoff: true';
  const grows = config.enableExponentialBackoff;
  const hasMultiplier = config.exponentialBackoffMultiplier !== undefined;
  return [
    ...MS_FIELDS.filter((field) => (config[field] ?? 0) % NS_PER_MS !== 0).map((field) => ({
      field,
      message: 'expected whole milliseconds: the library truncates to them',
    })),
    ...problemsOf({
      exponentialBackoffMultiplier: !grows && hasMultiplier && needs,
      exponentialMaxWaitDurationInOpenState:
        config.exponentialMaxWaitDurationInOpenState !== undefined &&
        (grows
          ? !hasMultiplier &&
            'the library ignores it without exponentialBackoffMultiplier: write both'
          : needs),
      transitionToStateAfterWaitDuration:
        config.transitionToStateAfterWaitDuration !== undefined &&
        config.maxWaitDurationInHalfOpenState === 0 &&
        'has no effect, because half open waits forever: set maxWaitDurationInHalfOpenState',
    }),
  ];
}

function thresholdProblems(config: Config): readonly PolicyProblem[] {
  const message = 'every call reaches 0%, and the library rejects it: write more than 0%';
  return problemsOf({
    failureRateThreshold: config.failureRateThreshold === 0 && message,
    slowCallRateThreshold: config.slowCallRateThreshold === 0 && message,
  });
}
