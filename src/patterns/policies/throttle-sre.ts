import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../contracts/outcome.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { OutcomeSet, REFUSED_HERE, UNANSWERED } from '../mechanisms/outcome-terms.js';
import { RecentRequests } from '../mechanisms/recent-requests.js';
import { Throttle, type ThrottleRule } from '../mechanisms/throttle.js';
import { THROTTLE } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

/** Slices of the window in which counts are kept: one per second for the two minutes of the book. */
const PARTS = 120;

/** Not accepted: no response, a refusal on the way, or a 429 or 503 from the callee. */
const NOT_ACCEPTED = new OutcomeSet([
  ...UNANSWERED,
  ...REFUSED_HERE,
  'throttled',
  'rejectedOverload',
  'cancelled',
  503,
]);

const schema = z.strictObject({
  k: field.factor(
    2,
    'Ratio of requests to accepts above which throttling starts (K): with 2 the callee may refuse half of the ' +
      'requests; a lower value refuses more at the caller.',
  ),
  window: field.duration(
    '2m',
    'Window in which requests and accepts are counted, in 120 slices that expire one by one. A request is accepted ' +
      'if the callee answers it, even with an error of its own, but not with 429, 503 or a full queue.',
    { min: PARTS },
  ),
});

/**
 * Refuses with probability (requests - k x accepts) / (requests + 1). A request counts when it arrives, whether or not
 * it is refused here; an accept counts when its response arrives.
 */
export class SreRule implements ThrottleRule {
  private readonly k: number;
  private readonly recent: RecentRequests;

  constructor(k: number, windowNs: Ns) {
    this.k = k;
    this.recent = new RecentRequests(windowNs, Math.floor(windowNs / PARTS));
  }

  refuses(now: Ns, uniform: number): boolean {
    const isRefused = uniform < this.probability(now);
    this.recent.request(now);
    return isRefused;
  }

  ended(now: Ns, outcome: Outcome): void {
    if (!NOT_ACCEPTED.has(outcome)) this.recent.success(now);
  }

  reset(): void {
    this.recent.reset();
  }

  isIdle(now: Ns): boolean {
    return this.recent.isOver(now);
  }

  /** Not above 0 while the callee accepts enough. */
  probability(now: Ns): number {
    const { recent } = this;
    recent.roll(now);
    return (recent.requests - this.k * recent.successes) / (recent.requests + 1);
  }
}

/** `throttle` of kind `sre`: Google's client-side throttling. */
export const throttleSre: PolicyKind<'throttle', typeof schema> = {
  ...THROTTLE,
  traits: () => NO_TRAITS,
  kind: 'sre',
  isDefault: true,
  summary:
    'Client-side throttling: refuses calls at the caller with a probability that grows as the ' +
    'callee accepts fewer of them.',
  sources: ['Beyer et al. 2016, Site Reliability Engineering ch. 21, Handling Overload'],
  schema,
  example: 'throttle: { kind: sre, k: 2, window: 10s }\n',
  create: (config, setup) =>
    new Throttle(
      setup.ctx,
      new SreRule(config.k, config.window),
      setup.stream('refusal'),
      OUTCOME.rejectedRateLimit,
    ),
  check: ({ k }) =>
    problemsOf({
      k:
        k < 1 && 'below 1 it refuses calls even if the callee accepts all of them: write 1 or more',
    }),
};
