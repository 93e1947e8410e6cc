import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  backoffText,
  libraryAttemptsField,
  libraryBudgetField,
  methodsField,
  onField,
  otherInstanceField,
  WAITS,
} from '../mechanisms/retrying.js';
import { ENVOY_TERMS, readByEnvoy } from '../mechanisms/envoy-terms.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField(2, 'num_retries 1, plus the first try'),
  backoff: libraryBackoff(['envoy'], {})
    .prefault({})
    .describe(backoffText('envoy, 25ms, at most 250ms', WAITS)),
  on: onField(
    '[connect, gateway, overload, timeout, reset], which is retry_on: gateway-error. Envoy ' +
      'itself retries nothing without retry_on, and throttled only if it is listed. ' +
      ENVOY_TERMS,
  ),
  methods: methodsField(),
  budget: libraryBudgetField('concurrent', 'concurrent, 3: max_retries of the cluster'),
  otherInstance: otherInstanceField(false),
  respectRetryAfter: respectField(
    false,
    'True is rate_limited_retry_back_off: U(1, 1.5) times the hint, if that is above 1 ms and ' +
      'at most 300 s.',
  ),
});

/** Retry policy of an Envoy route. */
export const retryEnvoy: PolicyKind<'retry', typeof schema> = {
  ...retries(
    {
      on: ['connect', 'gateway', 'overload', 'timeout', 'reset'],
      hints: 'stretched',
      // Only the timer of the route ends a back-off: Filter::onResponseTimeout of router.cc.
      waitsForDeadline: true,
    },
    readByEnvoy,
  ),
  kind: 'envoy',
  summary: 'Envoy route: one retry after U(0, 25 ms), three concurrent retries per cluster.',
  sources: [
    'envoyproxy/envoy source/common/router/retry_state_impl.cc, router.cc',
    'envoyproxy/envoy source/common/common/backoff_strategy.cc',
    'envoyproxy/envoy source/common/upstream/resource_manager_impl.h',
  ],
  schema,
  example:
    'retry:\n' +
    '  kind: envoy\n' +
    '  attempts: 3\n' +
    '  on: [5xx, connect, reset, timeout]\n' +
    '  budget: { kind: envoy, ratio: 20% }\n',
};
