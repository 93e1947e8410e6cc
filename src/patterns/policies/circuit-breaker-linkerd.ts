import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { powi } from '../../kernel/math.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../contracts/outcome.js';
import type { Alarm, PolicyKind, PolicySetup, Target } from '../../contracts/patterns/policy.js';
import { duration } from '../../contracts/quantities/quantities.js';
import { BreakerStates } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import type { BreakerClasses } from '../mechanisms/breaker-classes.js';
import { classProblems, EXCLUDED, FAILURE, SUCCESS } from '../mechanisms/breaker-classes.js';
import { LinkerdWindow } from '../mechanisms/linkerd-window.js';
import { problemsOf } from '../mechanisms/problems.js';
import { TargetBreaker, type TargetRule } from '../mechanisms/target-breaker.js';
import { thrownClasses, thrownFields } from '../mechanisms/thrown-outcomes.js';
import { tripsAfter } from '../mechanisms/breaker-traits.js';
import { BREAKER } from '../mechanisms/families.js';

/** The default of the proxy's LINKERD2_PROXY_OUTBOUND_HTTP_FAILFAST_TIMEOUT. */
const FAILFAST = '3s';

const schema = z.strictObject({
  maxFailures: field.whole(
    7,
    'Consecutive failures that make an instance unavailable; 429 resets the count, as a success does. 0 with ' +
      '`successRate`: only the rate counts.',
    { unit: 'calls' },
  ),
  minPenalty: field.duration(
    '1s',
    'First time an instance is unavailable for; each failed probe doubles it.',
  ),
  maxPenalty: field.duration('1m', 'Longest penalty, jitter included.'),
  jitterRatio: field.share(
    '50%',
    'Largest random addition to a penalty, as a share of it, drawn uniformly.',
  ),
  successRate: field.of(
    z.strictObject({
      threshold: field.share(
        '80%',
        'Success rate below which an instance becomes unavailable; evaluated after each result.',
      ),
      window: field.duration('10s', 'Window of the rate, in ten buckets.'),
      minRequests: field.whole(5, 'Results needed in the window before the rate counts.', {
        unit: 'calls',
      }),
    }),
    absent('none: the mode `consecutive`'),
    'The mode `unified`: a low success rate makes an instance unavailable too. 429 is a failure for the rate and ' +
      'for a probe, but not for the consecutive count.',
    'map',
  ),
  failfastTimeout: duration({ allowZero: false })
    .prefault(FAILFAST)
    .describe(
      'When every instance is unavailable, calls wait for one in FIFO order. After this time ' +
        'all of them are refused, and later calls at once, until an instance is available ' +
        'again. Unit: duration. Defaults to 3s.',
    ),
  ...thrownFields('they are successes then.'),
});
type Config = z.output<typeof schema>;

/** 429: a success for the consecutive count, a failure for the rate and for the probe of `unified`. */
const LIMITED = 3;

/**
 * The failure accrual of linkerd2-proxy for one instance. A cancelled call reports no result. So a cancelled probe
 * decides nothing and is not replaced; the next response to an earlier call decides.
 */
class LinkerdRule extends BreakerStates implements TargetRule {
  private readonly config: Config;
  private readonly classes: BreakerClasses;
  private readonly target: Target | null;
  private readonly alarm: Alarm;
  private readonly key: StreamKey;
  private readonly window: LinkerdWindow | null;
  private readonly ignoresLimits: boolean;
  private failures = 0;
  /** True while half open and the single probe has not started. */
  private mayProbe = false;
  /** Penalties since the breaker last closed, and in total. */
  private step = 0;
  private draws = 0;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    this.config = config;
    this.classes = classesOf(config);
    this.target = setup.target;
    this.alarm = setup.alarm(() => this.probation());
    this.key = setup.stream('penalty');
    const rate = config.successRate;
    const isOn = rate !== undefined && rate.threshold > 0;
    this.window = isOn ? new LinkerdWindow(rate.window) : null;
    this.ignoresLimits = config.ignore?.includes('throttled') === true;
  }

  admit(): boolean {
    if (this.state === CLOSED) return true;
    if (!this.mayProbe) return false;
    this.mayProbe = false;
    this.target?.setOpen(false);
    return true;
  }

  classOf(outcome: Outcome): number {
    const result = this.classes.of(outcome);
    const kind = outcome & 31;
    if (result !== EXCLUDED || kind === OUTCOME.cancelled) return result;
    return kind === OUTCOME.throttled && !this.ignoresLimits ? LIMITED : SUCCESS;
  }

  record(now: Ns, result: number, a: number, b: number): void {
    if (this.state === OPEN || result === EXCLUDED) return;
    if (this.state === HALF_OPEN) {
      const isStrict = this.config.successRate !== undefined;
      if (result === FAILURE || (result === LIMITED && isStrict)) this.shut(now, a, b);
      else this.reopen(now);
      return;
    }
    const { maxFailures } = this.config;
    this.failures = result === FAILURE ? this.failures + 1 : 0;
    this.window?.add(now, result === SUCCESS);
    const isTripped = maxFailures > 0 && this.failures >= maxFailures;
    if (isTripped || this.isRateLow()) this.shut(now, a, b);
  }

  reset(): void {
    this.alarm.clear();
    this.failures = 0;
    this.mayProbe = false;
    this.step = 0;
    this.window?.clear(0);
    this.target?.setOpen(true);
    if (this.state !== CLOSED) this.enterState(CLOSED);
  }

  private isRateLow(): boolean {
    const rate = this.config.successRate;
    const { window } = this;
    if (rate === undefined || window === null) return false;
    const { results, successes } = window;
    return results >= rate.minRequests && successes / results < rate.threshold;
  }

  private shut(now: Ns, a: number, b: number): void {
    const { minPenalty, maxPenalty, jitterRatio } = this.config;
    const { key } = this;
    const penalty = Math.min(minPenalty * powi(2, this.step++), maxPenalty);
    const jitter = jitterRatio * unit(key.a, key.b, a, b, this.draws++);
    this.alarm.set(now + Math.min(penalty + Math.floor(penalty * jitter), maxPenalty));
    this.mayProbe = false;
    this.target?.setOpen(false);
    this.enterState(OPEN);
  }

  private probation(): void {
    this.mayProbe = true;
    this.enterState(HALF_OPEN);
    this.target?.setOpen(true);
  }

  private reopen(now: Ns): void {
    this.failures = 0;
    this.step = 0;
    this.mayProbe = false;
    this.window?.clear(now);
    this.enterState(CLOSED);
    this.target?.setOpen(true);
  }
}

function classesOf(config: Config): BreakerClasses {
  return thrownClasses(config, ['cancelled', 'throttled']);
}

/** `circuitBreaker` of kind `linkerd`: the failure accrual of Linkerd 2 with its annotations. */
export const circuitBreakerLinkerd: PolicyKind<'circuitBreaker', typeof schema> = {
  ...BREAKER,
  kind: 'linkerd',
  summary:
    'Linkerd 2 failure accrual: balancers avoid a failing instance for growing penalties, ' +
    'each ended by one probe.',
  sources: [
    'linkerd/linkerd2-proxy linkerd/app/outbound/src/http/breaker/consecutive_failures.rs, ' +
      'unified.rs, success_rate.rs',
    'linkerd/linkerd2-proxy linkerd/exp-backoff/src/lib.rs, linkerd/stack/src/gate.rs',
    'linkerd/linkerd2-proxy linkerd/proxy/balance/queue/src/worker.rs, failfast.rs',
    'linkerd/linkerd2 policy-controller/k8s/index/src/outbound/index.rs',
  ],
  schema,
  example:
    'circuitBreaker: { kind: linkerd, maxFailures: 3, minPenalty: 100ms, maxPenalty: 1s, ' +
    'jitterRatio: 0% }\n',
  traits: (config) => ({
    ...tripsAfter(['maxFailures'], config.maxFailures),
    classes: classesOf(config),
  }),
  perTarget: true,
  shutWait: (config) => config.failfastTimeout,
  create: (config, setup) => new TargetBreaker(setup.ctx, new LinkerdRule(config, setup)),
  check: (config) => [
    ...classProblems(config),
    ...problemsOf({
      minPenalty:
        config.minPenalty > config.maxPenalty &&
        'the first penalty is longer than the longest, maxPenalty: make it shorter',
      maxFailures:
        config.maxFailures === 0 &&
        (config.successRate?.threshold ?? 0) === 0 &&
        'no instance ever becomes unavailable: 0 turns the consecutive count off, and there ' +
          'is no successRate. Write one of them',
    }),
  ],
};
