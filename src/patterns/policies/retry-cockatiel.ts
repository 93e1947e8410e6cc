import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { libraryBackoff } from '../mechanisms/backoff-fields.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  backoffText,
  budgetField,
  hasBudget,
  libraryAttemptsField,
  onField,
  retrying,
  retryProblems,
} from '../mechanisms/retrying.js';
import { retryTraits } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField('unlimited', 'maxAttempts, and the first'),
  backoff: libraryBackoff(['decorrelatedV2', 'exponential', 'constant'], {
    base: '128ms',
    max: '30s',
  })
    .optional()
    .describe(
      backoffText(
        'none: at once. `backoff: {}` is ExponentialBackoff with its own defaults: ' +
          'decorrelatedV2 from 128ms up to 30s',
      ),
    ),
  on: onField('[any], as handleAll'),
  budget: budgetField(),
  respectRetryAfter: respectField(
    false,
    'cockatiel knows no header: true stands for a DelegateBackoff that reads it.',
  ),
});

/** cockatiel's retry policy. */
export const retryCockatiel: PolicyKind<'retry', typeof schema> = {
  policy: 'retry',
  kind: 'cockatiel',
  isDefault: false,
  summary: 'cockatiel: retries until it is told a limit, with decorrelated back-off when asked.',
  sources: [
    'connor4312/cockatiel src/RetryPolicy.ts',
    'connor4312/cockatiel src/backoff/ExponentialBackoff.ts, ExponentialBackoffGenerators.ts',
  ],
  level: 'call',
  schema,
  example: 'retry:\n  kind: cockatiel\n  attempts: 4\n  backoff: {}\n',
  traits: (config) => retryTraits(config),
  state: 'scoped',
  keyed: 'states',
  remembers: hasBudget,
  create: (config, setup) => retrying(setup, config, { on: ['any'], hints: 'replace' }),
  check: retryProblems,
};
