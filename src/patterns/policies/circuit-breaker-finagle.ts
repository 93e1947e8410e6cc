import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../contracts/outcome.js';
import type { Alarm, PolicyKind, PolicySetup, Target } from '../../contracts/patterns/policy.js';
import { BreakerStates } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, EXCLUDED, FAILURE, SUCCESS } from '../mechanisms/breaker-classes.js';
import {
  ConsecutivePolicy,
  EqualJittered,
  NOT_DEAD,
  SuccessRatePolicy,
} from '../mechanisms/finagle-accrual.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import { problemsOf } from '../mechanisms/problems.js';
import { TargetBreaker, type TargetRule } from '../mechanisms/target-breaker.js';
import { THROWN_OR_CANCELLED, thrownOrCancelledClasses } from '../mechanisms/thrown-outcomes.js';
import { tripsAfter } from '../mechanisms/breaker-traits.js';
import { BREAKER } from '../mechanisms/families.js';

const schema = z.strictObject({
  successRate: field.share(
    '80%',
    'Success rate below which an instance is marked dead; evaluated after each failure. 0 turns it off.',
  ),
  window: field.duration(
    '30s',
    'Time constant of the success rate: the weight of a result decays to 1/e in this time. The rate has no effect ' +
      'until results have been seen for this long.',
    { min: 5_000_000 },
  ),
  minRequestThreshold: field.whole(5, 'Results needed in the window before the rate counts.', {
    unit: 'calls',
  }),
  consecutiveFailures: field.whole(
    5,
    'Consecutive failures that mark an instance dead. 0 turns it off.',
    { unit: 'calls' },
  ),
  minPenalty: field.duration(
    '5s',
    'First dead time of an instance. Later dead times double: half is fixed, the other half is random.',
  ),
  maxPenalty: field.duration('300s', 'Longest dead time of an instance.'),
  failOn: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that count as failures; every other response is a success. Unit: list as in ' +
        '`retry.on`. Defaults to the outcomes that reach a client as exceptions, and 5xx: ' +
        `${THROWN_OR_CANCELLED.join(', ')}.`,
    ),
  ignore: field.of(
    outcomeTerms(),
    absent(),
    'Outcomes that count as neither; a probe that ends in one is repeated. The loser of a hedge is always ignored.',
    'list as in `retry.on`',
  ),
});
type Config = z.output<typeof schema>;

/**
 * Failure accrual of Finagle for one endpoint. Only an endpoint that is dead or being probed is unavailable (`Busy`);
 * calls that reach it anyway are admitted. The first call to end while a probe is in flight decides.
 */
class FinagleRule extends BreakerStates implements TargetRule {
  private readonly failOn: OutcomeSet;
  private readonly ignore: OutcomeSet | null;
  private readonly target: Target | null;
  private readonly alarm: Alarm;
  private readonly rate: SuccessRatePolicy | null;
  private readonly consecutive: ConsecutivePolicy | null;
  /** True while half open and the probe has begun. */
  private isProbing = false;
  /** True after a restart until the first call, with which the process creates its client. */
  private isFresh = false;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    const { successRate, consecutiveFailures, minPenalty, maxPenalty, ignore } = config;
    this.failOn = new OutcomeSet(config.failOn ?? THROWN_OR_CANCELLED);
    this.ignore = ignore === undefined ? null : new OutcomeSet(ignore);
    this.target = setup.target;
    this.alarm = setup.alarm(() => this.startProbing());
    const backoff = (meaning: string): EqualJittered =>
      new EqualJittered(minPenalty, maxPenalty, setup.stream(meaning));
    const { window, minRequestThreshold } = config;
    this.rate =
      successRate === 0
        ? null
        : new SuccessRatePolicy(successRate, window, minRequestThreshold, backoff('rate'));
    this.consecutive =
      consecutiveFailures === 0
        ? null
        : new ConsecutivePolicy(consecutiveFailures, backoff('consecutive'));
  }

  admit(now: Ns): boolean {
    if (this.isFresh) {
      this.isFresh = false;
      this.revive(now);
    }
    if (this.state === HALF_OPEN && !this.isProbing) {
      this.isProbing = true;
      this.target?.setOpen(false);
    }
    return true;
  }

  classOf(outcome: Outcome, hedged: boolean): number {
    if (hedged && (outcome & 31) === OUTCOME.cancelled) return EXCLUDED;
    if (this.ignore !== null && this.ignore.has(outcome)) return EXCLUDED;
    return this.failOn.has(outcome) ? FAILURE : SUCCESS;
  }

  record(now: Ns, result: number, a: number, b: number): void {
    const isProbe = this.state === HALF_OPEN && this.isProbing;
    if (result === SUCCESS) {
      if (isProbe) {
        this.revive(now);
        this.enterState(CLOSED);
        this.target?.setOpen(true);
      }
      this.rate?.success(now);
      this.consecutive?.success();
    } else if (result === EXCLUDED) {
      if (isProbe) this.startProbing();
    } else if (this.state === CLOSED || isProbe) {
      const byRate = this.rate === null ? NOT_DEAD : this.rate.failure(now, a, b);
      const inARow = this.consecutive === null ? NOT_DEAD : this.consecutive.failure(a, b);
      const deadNs = Math.max(byRate, inARow);
      if (deadNs !== NOT_DEAD) this.markDead(now, deadNs);
      else if (isProbe) this.startProbing();
    }
  }

  reset(): void {
    this.alarm.clear();
    this.isProbing = false;
    this.isFresh = true;
    this.target?.setOpen(true);
    if (this.state !== CLOSED) this.enterState(CLOSED);
  }

  private markDead(now: Ns, deadNs: Ns): void {
    this.alarm.set(now + deadNs);
    this.isProbing = false;
    this.target?.setOpen(false);
    this.enterState(OPEN);
  }

  private startProbing(): void {
    this.isProbing = false;
    if (this.state !== HALF_OPEN) this.enterState(HALF_OPEN);
    this.target?.setOpen(true);
  }

  private revive(now: Ns): void {
    this.isProbing = false;
    this.rate?.revived(now);
    this.consecutive?.revived();
  }
}

/** `circuitBreaker` of kind `finagle`: Finagle's failure accrual. */
export const circuitBreakerFinagle: PolicyKind<'circuitBreaker', typeof schema> = {
  ...BREAKER,
  kind: 'finagle',
  summary:
    "Finagle's failure accrual: balancers avoid an instance that is marked dead while another " +
    'one is available.',
  sources: [
    'twitter/finagle finagle-core/src/main/scala/com/twitter/finagle/liveness/' +
      'FailureAccrualFactory.scala, FailureAccrualPolicy.scala',
    'twitter/finagle finagle-core/src/main/scala/com/twitter/finagle/Backoff.scala, ' +
      'util/Ema.scala, service/ResponseClassifier.scala',
    'twitter/util util-core/src/main/scala/com/twitter/util/WindowedAdder.scala',
  ],
  schema,
  example:
    'circuitBreaker: { kind: finagle, consecutiveFailures: 3, minPenalty: 100ms, ' +
    'maxPenalty: 1s }\n',
  traits: (config) => ({
    ...tripsAfter(['consecutiveFailures'], config.consecutiveFailures),
    classes: thrownOrCancelledClasses(config),
  }),
  perTarget: true,
  failsOpen: true,
  create: (config, setup) => new TargetBreaker(setup.ctx, new FinagleRule(config, setup)),
  check: (config) => [
    ...classProblems(config),
    ...problemsOf({
      minPenalty:
        config.minPenalty > config.maxPenalty &&
        'the first dead time is longer than the longest, maxPenalty: make it shorter',
      consecutiveFailures:
        config.successRate === 0 &&
        config.consecutiveFailures === 0 &&
        'no instance is ever marked dead: consecutiveFailures and successRate are both 0. Set ' +
          'one of them',
    }),
  ],
};
