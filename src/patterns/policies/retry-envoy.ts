import { z } from 'zod';
import type { PolicyKind } from '../../spec/patterns/policy.js';
import { libraryBackoff } from '../mechanisms/backoff-fields.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  backoffText,
  hasBudget,
  libraryAttemptsField,
  libraryBudgetField,
  methodsField,
  onField,
  otherInstanceField,
  retrying,
  retryProblems,
  WAITS,
} from '../mechanisms/retrying.js';
import type { OutcomeTerm } from '../mechanisms/outcome-terms.js';
import { ENVOY_TERMS, envoyTerms } from '../mechanisms/envoy-terms.js';
import { retryTraits } from '../mechanisms/retry-traits.js';

/** The outcomes that it retries unless `on` is written. */
const USUAL: readonly OutcomeTerm[] = ['connect', 'gateway', 'overload', 'timeout', 'reset'];

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
  policy: 'retry',
  kind: 'envoy',
  isDefault: false,
  summary: 'Envoy route: one retry after U(0, 25 ms), three concurrent retries per cluster.',
  sources: [
    'envoyproxy/envoy source/common/router/retry_state_impl.cc, router.cc',
    'envoyproxy/envoy source/common/common/backoff_strategy.cc',
    'envoyproxy/envoy source/common/upstream/resource_manager_impl.h',
  ],
  level: 'call',
  schema,
  example:
    'retry:\n' +
    '  kind: envoy\n' +
    '  attempts: 3\n' +
    '  on: [5xx, connect, reset, timeout]\n' +
    '  budget: { kind: envoy, ratio: 20% }\n',
  traits: (config) => retryTraits({ ...config, on: envoyTerms(config.on) }, USUAL),
  state: 'scoped',
  keyed: 'states',
  remembers: hasBudget,
  create: (config, setup) =>
    retrying(
      setup,
      { ...config, on: envoyTerms(config.on) },
      {
        on: USUAL,
        hints: 'stretched',
        // Only the timer of the route ends a back-off: Filter::onResponseTimeout of router.cc.
        waitsForDeadline: true,
      },
    ),
  check: retryProblems,
};
