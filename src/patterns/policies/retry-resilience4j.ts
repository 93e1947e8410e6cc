import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import { backoffText, budgetField, libraryAttemptsField, onField } from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField(3, 'maxAttempts'),
  backoff: libraryBackoff(['constant', 'linear', 'exponential'], {
    base: '500ms',
    factor: 1.5,
    cutLast: true,
  })
    .prefault({})
    .describe(backoffText('constant, 500ms, as waitDuration')),
  on: onField('[any]: without predicates every exception is retried, including CallNotPermitted'),
  budget: budgetField(),
  respectRetryAfter: respectField(
    false,
    'resilience4j itself ignores the header; true models an intervalBiFunction that reads it.',
  ),
});

/** resilience4j Retry. */
export const retryResilience4j: PolicyKind<'retry', typeof schema> = {
  ...retries({ on: ['any'], cutLast: true, hints: 'replace' }),
  kind: 'resilience4j',
  summary: 'resilience4j: three tries 500 ms apart, after any exception.',
  sources: [
    'resilience4j/resilience4j RetryConfig.java, RetryImpl.java',
    'resilience4j/resilience4j core IntervalFunction.java',
  ],
  schema,
  example:
    'retry:\n  kind: resilience4j\n  backoff: { kind: exponential, jitter: 50%, max: 10s }\n',
};
