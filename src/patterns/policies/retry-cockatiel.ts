import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import { backoffText, budgetField, libraryAttemptsField, onField } from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField('unlimited', 'maxAttempts + 1'),
  backoff: libraryBackoff(['decorrelatedV2', 'exponential', 'constant'], {
    base: '128ms',
    max: '30s',
  })
    .optional()
    .describe(
      backoffText(
        'none: retries at once. `backoff: {}` is ExponentialBackoff with its own defaults: ' +
          'decorrelatedV2 from 128ms up to 30s',
      ),
    ),
  on: onField('[any], as handleAll'),
  budget: budgetField(),
  respectRetryAfter: respectField(
    false,
    'cockatiel itself ignores the header; true models a DelegateBackoff that reads it.',
  ),
});

/** cockatiel's retry policy. */
export const retryCockatiel: PolicyKind<'retry', typeof schema> = {
  ...retries({ on: ['any'], hints: 'replace' }),
  kind: 'cockatiel',
  summary:
    'cockatiel: retries without a limit unless one is set, with decorrelated back-off if asked ' +
    'for.',
  sources: [
    'connor4312/cockatiel src/RetryPolicy.ts',
    'connor4312/cockatiel src/backoff/ExponentialBackoff.ts, ExponentialBackoffGenerators.ts',
  ],
  schema,
  example: 'retry:\n  kind: cockatiel\n  attempts: 4\n  backoff: {}\n',
};
