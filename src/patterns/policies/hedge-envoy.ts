import { z } from 'zod';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { duration, whole } from '../../contracts/quantities/quantities.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { Backoff } from '../mechanisms/backoff.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { timeOf } from '../mechanisms/bundle-fields.js';
import { EnvoyHedging } from '../mechanisms/envoy-hedging.js';
import { ENVOY_TERMS, readByEnvoy } from '../mechanisms/envoy-terms.js';
import { HEDGE } from '../mechanisms/families.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { problemsOf } from '../mechanisms/problems.js';
import { retryBudget } from '../mechanisms/retry-budget.js';
import {
  backoffText,
  libraryBudgetField,
  onField,
  otherInstanceField,
  WAITS,
} from '../mechanisms/retrying.js';

const schema = z.strictObject({
  after: duration({ min: 1 }).describe(
    'Time after which a try is late (`per_try_timeout`). It goes on, and one more follows after ' +
      'a back-off. Unit: duration. Required.',
  ),
  attempts: whole({ min: 2, max: 11 })
    .prefault(2)
    .describe(
      'Total tries, including the first (num_retries 1, plus the first try). Those that follow a ' +
        'late one and those that follow a failure share it. Unit: attempts. Defaults to 2.',
    ),
  on: onField(
    '[connect, gateway, overload, timeout, reset], which is retry_on: gateway-error. A late try ' +
      'is followed by one more whatever the list says. ' +
      ENVOY_TERMS,
  ),
  backoff: libraryBackoff(['envoy'], {})
    .prefault({})
    .describe(backoffText('envoy, 25ms, at most 250ms', WAITS)),
  budget: libraryBudgetField('concurrent', 'concurrent, 3: max_retries of the cluster'),
  otherInstance: otherInstanceField(false),
});

/** What Envoy retries if the list is not written. */
const USUAL = ['connect', 'gateway', 'overload', 'timeout', 'reset'] as const;

/** `hedge` of kind `envoy`: a route with `hedge_on_per_try_timeout`, and its retries. */
export const hedgeEnvoy: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'envoy',
  summary: 'Envoy hedge_on_per_try_timeout: hedges and retries of a route share num_retries.',
  sources: [
    'envoyproxy/envoy source/common/router/router.cc (onSoftPerTryTimeout, onUpstreamHeaders)',
    'envoyproxy/envoy source/common/router/retry_state_impl.cc (shouldHedgeRetryPerTryTimeout)',
  ],
  schema,
  example: 'hedge: { kind: envoy, after: 5ms, attempts: 3 }\n',
  keyed: 'states',
  create({ after, attempts, on, backoff, budget, otherInstance }, setup) {
    const { on: terms } = readByEnvoy({ attempts, on: on ?? USUAL });
    return new EnvoyHedging(setup.ctx, {
      attempts,
      afterNs: after,
      backoff: new Backoff(backoff, setup.stream('backoff')),
      on: new OutcomeSet(terms!),
      // A cluster without a limit on retries takes the budget away.
      budget: (budget as typeof budget | undefined) === undefined ? null : retryBudget(budget),
      otherInstance,
    });
  },
  check({ after }, bundle) {
    const deadlineNs = timeOf(bundle, 'deadline');
    const timeoutNs = timeOf(bundle, 'timeout');
    return problemsOf({
      '':
        bundle.has('retry') &&
        'the retries of the route are those of this hedge: they share num_retries. Move on, ' +
          'backoff and budget of retry to it, and remove retry',
      after:
        (typeof deadlineNs === 'number' &&
          after >= deadlineNs &&
          `no try is ever late: the deadline (${formatDuration(deadlineNs)}) ends the call no ` +
            'later. Shorten after, or remove the hedge') ||
        (typeof timeoutNs === 'number' &&
          timeoutNs <= after &&
          `no try is ever late: its timeout (${formatDuration(timeoutNs)}) ends it no later. A ` +
            'per_try_timeout is `after` here, and ends none: remove timeout'),
    });
  },
};
