import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { type BackoffConfig, libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  backoffText,
  libraryAttemptsField,
  libraryBudgetField,
  onField,
} from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField(3, 'max_attempts'),
  backoff: libraryBackoff(['exponential'], { base: '100ms', max: '20s', jitter: 'full' })
    .optional()
    .describe(
      backoffText(
        'U(0, min(20s, 100ms 2^n)), with 500ms instead of 100ms after throttled; a written ' +
          'backoff applies to both',
      ),
    ),
  on: onField('[connect, timeout, reset, 500, gateway, overload, throttled]'),
  budget: libraryBudgetField('aws', 'aws, the retry quota of 500 tokens'),
  respectRetryAfter: respectField(
    true,
    'The SDKs wait for the hint if it is longer than the back-off.',
  ),
});

const from = (baseMs: number): BackoffConfig => ({
  kind: 'exponential',
  base: baseMs * 1_000_000,
  factor: 2,
  max: 20_000_000_000,
  jitter: { kind: 'full' },
});

/** Standard retry mode of the AWS SDKs, with the rules before 2026. */
export const retryAws: PolicyKind<'retry', typeof schema> = {
  ...retries({
    on: ['connect', 'timeout', 'reset', 500, 'gateway', 'overload', 'throttled'],
    backoff: from(100),
    throttled: from(500),
    hints: 'atLeast',
  }),
  kind: 'aws',
  summary:
    'AWS SDK standard mode: three tries with full jitter, limited by a token quota; the rules without ' +
    'AWS_NEW_RETRIES_2026.',
  sources: [
    'aws/aws-sdk-js-v3 util-retry constants.ts, StandardRetryStrategy.ts',
    'boto/botocore retries/standard.py, retries/quota.py',
    'AWS SDKs and Tools Reference Guide, Retry behavior',
    'aws/aws-sdk-js-v3 issue 8037 (AWS_NEW_RETRIES_2026)',
  ],
  schema,
  example: 'retry: { kind: aws, budget: { kind: aws, tokens: 100 } }\n',
};
