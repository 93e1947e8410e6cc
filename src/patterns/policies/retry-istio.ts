import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import {
  backoffText,
  budgetField,
  istioAttemptsField,
  onField,
  otherInstanceField,
  WAITS,
} from '../mechanisms/retrying.js';
import { ENVOY_TERMS, readByEnvoy } from '../mechanisms/envoy-terms.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: istioAttemptsField(),
  backoff: libraryBackoff(['envoy'], {})
    .prefault({})
    .describe(backoffText('envoy, 25ms, at most 250ms', WAITS)),
  on: onField(
    '[connect], which is connect-failure, as since Istio 1.24; up to 1.23 it was [connect, 503], which is that of a ' +
      'service that speaks gRPC (unavailable). Timeouts and resets are not among them. ' +
      ENVOY_TERMS,
  ),
  budget: budgetField(),
  otherInstance: otherInstanceField(true),
});

/** Default retry policy of an HTTP route in Istio. */
export const retryIstio: PolicyKind<'retry', typeof schema> = {
  // Exclude503FromDefaultRetries is true.
  ...retries({ on: ['connect'], waitsForDeadline: true }, readByEnvoy),
  kind: 'istio',
  summary: 'Istio: two retries after a failed connection, the default of every route since 1.24.',
  sources: [
    'istio/istio pilot/pkg/networking/core/route/retry/retry.go, pilot/pkg/features/traffic.go',
  ],
  schema,
  example: 'retry: { kind: istio }\n',
};
