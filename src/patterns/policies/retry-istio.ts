import { z } from 'zod';
import type { PolicyKind } from '../../spec/patterns/policy.js';
import { libraryBackoff } from '../mechanisms/backoff-fields.js';
import {
  backoffText,
  budgetField,
  hasBudget,
  libraryAttemptsField,
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
const USUAL: readonly OutcomeTerm[] = ['connect', 503];

const schema = z.strictObject({
  attempts: libraryAttemptsField(3, "Istio's attempts 2, plus the first try"),
  backoff: libraryBackoff(['envoy'], {})
    .prefault({})
    .describe(backoffText('envoy, 25ms, at most 250ms', WAITS)),
  on: onField(
    '[connect, 503], which is connect-failure, refused-stream, unavailable, cancelled and 503; ' +
      'timeouts and resets are not among them. ' +
      ENVOY_TERMS,
  ),
  budget: budgetField(),
  otherInstance: otherInstanceField(true),
});

/** Default retry policy of an HTTP route in Istio. */
export const retryIstio: PolicyKind<'retry', typeof schema> = {
  policy: 'retry',
  kind: 'istio',
  isDefault: false,
  summary: 'Istio: two retries after a failed connection or a 503, the default of every route.',
  sources: ['istio/istio pilot/pkg/networking/core/route/retry/retry.go'],
  level: 'call',
  schema,
  example: 'retry: { kind: istio }\n',
  traits: (config) => retryTraits({ ...config, on: envoyTerms(config.on) }, USUAL),
  state: 'scoped',
  keyed: 'states',
  remembers: hasBudget,
  create: (config, setup) =>
    retrying(
      setup,
      { ...config, on: envoyTerms(config.on) },
      { on: USUAL, waitsForDeadline: true },
    ),
  check: retryProblems,
};
