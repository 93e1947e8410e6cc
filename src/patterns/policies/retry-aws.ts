import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { flag } from '../../contracts/quantities/fields.js';
import { type BackoffConfig, libraryBackoff } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  backoffText,
  libraryAttemptsField,
  libraryBudgetField,
  onField,
  type RetryConfig,
} from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';
import type { OutcomeTerm } from '../mechanisms/outcome-terms.js';

const schema = z.strictObject({
  attempts: libraryAttemptsField(3, 'max_attempts'),
  newRetries: flag(false).describe(
    'Whether the rules of `AWS_NEW_RETRIES_2026` hold: U(0, min(20s, 50ms 2^n)), after throttled with 1s, also where ' +
      '`backoff` is written; a retry costs 14 tokens of the quota, after throttled 5; a hint adds at most 5 s to the ' +
      'back-off. For DynamoDB write also `attempts: 4, backoff: { base: 25ms }`. Unit: boolean. Defaults to false.',
  ),
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

const on: readonly OutcomeTerm[] = [
  ...(['connect', 'timeout', 'reset'] as const),
  ...([500, 'gateway', 'overload', 'throttled'] as const),
];

const BEFORE_2026 = retries<z.output<typeof schema>>({
  on,
  backoff: from(100),
  throttled: from(500),
  hints: 'atLeast',
});

const SINCE_2026 = retries<z.output<typeof schema>>(
  { on, backoff: from(50), throttled: from(1000), keepsThrottled: true, hints: 'within' },
  withNewQuota,
);

/** Throttled retries cost 5 tokens, all others 14. */
function withNewQuota({ budget, ...config }: z.output<typeof schema>): RetryConfig {
  if (budget.kind !== 'aws') return { ...config, budget };
  const { cost = 14, timeoutCost = cost } = budget;
  return { ...config, budget: { ...budget, cost, timeoutCost, throttledCost: 5 } };
}

/** Standard retry mode of the AWS SDKs, with the rules before 2026 or those since then. */
export const retryAws: PolicyKind<'retry', typeof schema> = {
  ...BEFORE_2026,
  create: (config, setup) => (config.newRetries ? SINCE_2026 : BEFORE_2026).create(config, setup),
  kind: 'aws',
  summary:
    'AWS SDK standard mode: three tries with full jitter, limited by a token quota; `newRetries` has the rules of ' +
    'AWS_NEW_RETRIES_2026.',
  sources: [
    'aws/aws-sdk-js-v3 util-retry constants.ts, StandardRetryStrategy.ts',
    'boto/botocore retries/standard.py, retries/quota.py',
    'AWS SDKs and Tools Reference Guide, Retry behavior',
    'aws/aws-sdk-js-v3 issue 8037, aws/aws-sdk-php src/Retry/V3/RetryMiddleware.php (AWS_NEW_RETRIES_2026)',
  ],
  schema,
  example: 'retry: { kind: aws, budget: { kind: aws, tokens: 100 } }\n',
};
