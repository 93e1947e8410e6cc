import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import { backoffText, budgetField, libraryAttemptsField, onField } from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField(4, 'MaxRetryAttempts 3, plus the first try'),
  backoff: libraryBackoff(['constant', 'linear', 'exponential', 'decorrelatedV2'], {
    base: '2s',
    cutLast: true,
  })
    .prefault({})
    .describe(
      backoffText(
        'constant, 2s. With UseJitter a constant or linear delay has the jitter 25%, and the ' +
          'exponential one is decorrelatedV2',
      ),
    ),
  on: onField(
    '[any]: every exception except a cancellation is handled, including a broken circuit. The HTTP handlers of ' +
      '.NET retry [5xx, 408, throttled, timeout, connect, reset]',
  ),
  budget: budgetField(),
  respectRetryAfter: respectField(
    false,
    'Polly itself ignores the header; true models a DelayGenerator that reads it, like ' +
      'ShouldRetryAfterHeader of HttpRetryStrategyOptions, where it is the default.',
  ),
});

/** Polly v8 retry strategy. */
export const retryPolly: PolicyKind<'retry', typeof schema> = {
  ...retries({ on: ['any'], cutLast: true, hints: 'replace' }),
  kind: 'polly',
  summary: 'Polly v8: three retries 2 s apart, after any handled exception.',
  sources: [
    'App-vNext/Polly RetryStrategyOptions.TResult.cs, RetryHelper.cs, RetryResilienceStrategy.cs',
  ],
  schema,
  example: 'retry:\n  kind: polly\n  backoff: { kind: decorrelatedV2, base: 200ms, max: 10s }\n',
};
