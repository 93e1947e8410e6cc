import { z } from 'zod';
import { duration, rate, share, whole } from '../../contracts/quantities/quantities.js';
import type { RetryBudget } from './retry-budgets.js';
import {
  AwsBudget,
  ConcurrentBudget,
  EnvoyBudget,
  GrpcBudget,
  RateBudget,
  RatioBudget,
} from './retry-budgets.js';
import { tokenBucket } from './token-bucket.js';

const tokens = (least: number, most: number): z.ZodNumber => z.number().min(least).max(most);

/** `budget` of a retry: limits the retries of all calls of one state together. The default `kind` is a ratio. */
export const retryBudgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('ratio')
      .optional()
      .default('ratio')
      .describe('Finagle, Linkerd: a share of the first tries. Unit: name. The default kind.'),
    ratio: share()
      .prefault('20%')
      .describe('Retries per first try, within the window. Unit: share. Defaults to 20%.'),
    minPerSecond: whole({ max: 1_000_000 })
      .prefault(10)
      .describe(
        'Reserve for low traffic: retries per second of the window, in addition to the ratio. ' +
          'After a cold start all of the reserve is available at once. Unit: retries per ' +
          'second. Defaults to 10.',
      ),
    window: duration({ min: 1000 })
      .prefault('10s')
      .describe(
        'Window in which first tries and retries count, in ten slots. Unit: duration. ' +
          'Defaults to 10s.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('envoy')
      .describe('Envoy retry_budget: a share of the attempts in flight. Unit: name. Required.'),
    ratio: share()
      .prefault('20%')
      .describe(
        'Concurrent retries per attempt in flight, rounded down. A retry counts from the ' +
          'decision, through its back-off, to the end of its attempt. Attempts in flight are ' +
          'first tries and retries that have been sent, including the one that has just failed, ' +
          'but not retries in back-off. Unit: share. Defaults to 20%.',
      ),
    minConcurrent: whole({ min: 0 })
      .prefault(3)
      .describe(
        'Concurrent retries that are always allowed, however few attempts are in flight. ' +
          'Unit: retries. Defaults to 3.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('concurrent')
      .describe('Envoy max_retries: a limit on concurrent retries. Unit: name. Required.'),
    max: whole({ min: 0 })
      .prefault(3)
      .describe(
        'Concurrent retries, each counted from the decision, through its back-off, to the end ' +
          'of its attempt. Unit: retries. Defaults to 3.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('grpc')
      .describe(
        'gRPC retryThrottling: failures cost tokens, successes earn some. Unit: name. Required.',
      ),
    maxTokens: tokens(0.001, 1000)
      .default(10)
      .describe(
        'Size of the bucket, which starts full. Each retryable failure costs one token; ' +
          'retries are made while more than half of the tokens are left. Unit: tokens, to a ' +
          'thousandth. Defaults to 10.',
      ),
    tokenRatio: tokens(0.001, 1000)
      .default(0.1)
      .describe('Tokens that a success earns. Unit: tokens, to a thousandth. Defaults to 0.1.'),
  }),
  z.strictObject({
    kind: z
      .literal('aws')
      .describe(
        'AWS SDK standard mode: retries cost tokens, successes return them. Unit: name. Required.',
      ),
    tokens: whole({ min: 1 })
      .prefault(500)
      .describe('Size of the bucket, which starts full. Unit: tokens. Defaults to 500.'),
    cost: whole({ min: 0 })
      .prefault(5)
      .describe(
        'Tokens for a retry, returned when it succeeds; a first try that succeeds earns one ' +
          'token. Unit: tokens. Defaults to 5.',
      ),
    timeoutCost: whole({ min: 0 })
      .prefault(10)
      .describe('Tokens for a retry after a timeout. Unit: tokens. Defaults to 10.'),
  }),
  z.strictObject({
    kind: z.literal('rate').describe('A token bucket of retries. Unit: name. Required.'),
    rate: rate().describe('Long-run rate of retries. Unit: rate. Required.'),
    burst: whole({ min: 1, max: 1_000_000 })
      .prefault(1)
      .describe('Burst of retries after a quiet period. Unit: retries. Defaults to 1.'),
  }),
]);
export type RetryBudgetConfig = z.output<typeof retryBudgetSchema>;

/**
 * Factor by which retries can multiply the load of a callee during a long failure. Only a budget that is a share of
 * first tries grows with the load; the others run out after a while.
 */
export function budgetGrowth(config: RetryBudgetConfig): number {
  switch (config.kind) {
    case 'ratio':
      return 1 + config.ratio;
    case 'envoy':
    case 'concurrent':
    case 'grpc':
    case 'aws':
    case 'rate':
      return 1;
  }
}

/** The budget of a configuration. */
export function retryBudget(config: RetryBudgetConfig): RetryBudget {
  switch (config.kind) {
    case 'ratio':
      return new RatioBudget(config.ratio, config.minPerSecond, config.window);
    case 'envoy':
      return new EnvoyBudget(config.ratio, config.minConcurrent);
    case 'concurrent':
      return new ConcurrentBudget(config.max);
    case 'grpc':
      return new GrpcBudget(config.maxTokens, config.tokenRatio);
    case 'aws':
      return new AwsBudget(config.tokens, config.cost, config.timeoutCost);
    case 'rate':
      return new RateBudget(tokenBucket(config.rate, config.burst, 'continuous'));
  }
}
