import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { pow } from '../../kernel/math.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { OUTCOME, statusOf, withStatus, type Outcome } from '../../contracts/outcome.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { share } from '../../contracts/quantities/quantities.js';
import { RecentRequests } from '../mechanisms/recent-requests.js';
import { Throttle, type ThrottleRule } from '../mechanisms/throttle.js';
import { THROTTLE } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

/** Envoy compares the probability with a whole number below this. */
const ACCURACY = 10_000;

const schema = z.strictObject({
  threshold: field.of(
    share(),
    '95%',
    'Success rate below which requests are refused. Every response below status 500 is a success, including 429.',
    'share, at least 1%',
  ),
  aggression: field.factor(
    1,
    'The refusal probability is raised to the power 1/aggression: with larger values most requests are refused ' +
      'sooner. Below 1 counts as 1.',
  ),
  window: field.duration(
    '30s',
    'Window in which responses are counted, in slices of 1s that expire one by one. Requests refused here do not ' +
      'count.',
    { min: NS_PER_SECOND },
  ),
  maxReject: field.share(
    '80%',
    'Largest refusal probability, so that some requests always probe whether the callee has recovered.',
  ),
  rpsThreshold: field.whole(
    0,
    'Average counted requests per second over the window, rounded down, below which nothing is refused.',
    { unit: 'requests per second' },
  ),
});

/** Envoy's admission_control.cc: acts on the success rate of the requests that were sent. */
export class EnvoyAdmissionRule implements ThrottleRule {
  private readonly recent = new RecentRequests(this.config.window, NS_PER_SECOND);
  private readonly exponent: number = 1 / Math.max(1, this.config.aggression);

  constructor(private readonly config: z.output<typeof schema>) {}

  refuses(now: Ns, uniform: number): boolean {
    if (this.averageRps(now) < this.config.rpsThreshold) return false;
    return ACCURACY * this.probability(now) > Math.floor(uniform * ACCURACY);
  }

  ended(now: Ns, outcome: Outcome): void {
    if ((outcome & 31) === OUTCOME.cancelled) return;
    this.recent.request(now);
    if (statusOf(outcome) < 500) this.recent.success(now);
  }

  reset(): void {
    this.recent.reset();
  }

  /** Expired requests still count towards the rate below which nothing is refused or checked. */
  isIdle(now: Ns): boolean {
    const { rpsThreshold } = this.config;
    return this.recent.isOver(now) && (rpsThreshold === 0 || this.averageRps(now) < rpsThreshold);
  }

  probability(now: Ns): number {
    const { recent, config } = this;
    recent.roll(now);
    const excess = recent.requests - recent.successes / config.threshold;
    if (excess <= 0) return 0;
    const raised = pow(excess / (recent.requests + 1), this.exponent);
    return Math.min(raised, config.maxReject);
  }

  private averageRps(now: Ns): number {
    const { recent, config } = this;
    const seconds = Math.max(
      Math.floor(config.window / NS_PER_SECOND),
      Math.floor(recent.age(now) / NS_PER_SECOND),
    );
    return Math.floor(recent.requests / seconds);
  }
}

/** `throttle` of kind `envoyAdmission`: Envoy's admission control filter. */
export const throttleEnvoyAdmission: PolicyKind<'throttle', typeof schema> = {
  ...THROTTLE,
  traits: () => NO_TRAITS,
  kind: 'envoyAdmission',
  summary:
    "Envoy's admission control: refuses requests while the success rate is below a threshold.",
  sources: [
    'Envoy admission_control.cc, thread_local_controller.cc, success_criteria_evaluator.cc',
    'Envoy admission_control_filter.rst',
  ],
  schema,
  example: 'throttle: { kind: envoyAdmission, threshold: 95%, window: 10s }\n',
  create: (config, setup) =>
    new Throttle(
      setup.ctx,
      new EnvoyAdmissionRule(config),
      setup.stream('refusal'),
      withStatus(OUTCOME.rejectedRateLimit, 503),
    ),
  check: ({ threshold }) =>
    problemsOf({ threshold: threshold < 0.01 && 'expected at least 1%, the minimum of Envoy' }),
};
