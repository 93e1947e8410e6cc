import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
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

/** Tokens of gRPC, which has them to a thousandth (service_config.proto). */
export const tokens = (): z.ZodNumber => z.number().min(0.001).max(1000);

/** `budget` of a retry: limits the retries of all calls of one state together. The default `kind` is a ratio. */
export const retryBudgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('ratio')
      .optional()
      .default('ratio')
      .describe('Finagle, Linkerd: a share of the first tries. Unit: name. The default kind.'),
    ratio: field.share('20%', 'Retries per first try, within the window.'),
    minPerSecond: field.whole(
      10,
      'Reserve for low traffic: retries per second of the window, in addition to the ratio. After a cold start all ' +
        'of the reserve is available at once.',
      { unit: 'retries per second', max: 1_000_000 },
    ),
    window: field.duration('10s', 'Window in which first tries and retries count, in ten slots.', {
      min: 1000,
    }),
  }),
  z.strictObject({
    kind: field.of(
      z.literal('envoy'),
      required,
      'Envoy retry_budget: a share of the attempts in flight.',
      'name',
    ),
    ratio: field.share(
      '20%',
      'Concurrent retries per attempt in flight, rounded down. A retry counts from the decision, through its ' +
        'back-off, to the end of its attempt. Attempts in flight are first tries and retries that have been sent, ' +
        'including the one that has just failed, but not retries in back-off.',
    ),
    minConcurrent: field.whole(
      3,
      'Concurrent retries that are always allowed, however few attempts are in flight.',
      { unit: 'retries', min: 0 },
    ),
  }),
  z.strictObject({
    kind: field.of(
      z.literal('concurrent'),
      required,
      'Envoy max_retries: a limit on concurrent retries.',
      'name',
    ),
    max: field.whole(
      3,
      'Concurrent retries, each counted from the decision, through its back-off, to the end of its attempt.',
      { unit: 'retries', min: 0 },
    ),
  }),
  z.strictObject({
    kind: field.of(
      z.literal('grpc'),
      required,
      'gRPC retryThrottling: failures cost tokens, successes earn some.',
      'name',
    ),
    maxTokens: field.of(
      tokens(),
      10,
      'Size of the bucket, which starts full. Each retryable failure costs one token; retries are made while more ' +
        'than half of the tokens are left.',
      'tokens, to a thousandth',
    ),
    tokenRatio: field.of(tokens(), 0.1, 'Tokens that a success earns.', 'tokens, to a thousandth'),
  }),
  z.strictObject({
    kind: field.of(
      z.literal('aws'),
      required,
      'AWS SDK standard mode: retries cost tokens, successes return them.',
      'name',
    ),
    tokens: field.whole(500, 'Size of the bucket, which starts full.', { unit: 'tokens', min: 1 }),
    cost: field.whole(
      absent('5, or 14 with newRetries'),
      'Tokens for a retry, returned when it succeeds; a first try that succeeds earns one token.',
      { unit: 'tokens', min: 0 },
    ),
    timeoutCost: field.whole(
      absent('10, or 14 with newRetries'),
      'Tokens for a retry after a timeout.',
      { unit: 'tokens', min: 0 },
    ),
  }),
  z.strictObject({
    kind: field.of(z.literal('rate'), required, 'A token bucket of retries.', 'name'),
    rate: field.rate(required, 'Long-run rate of retries.'),
    burst: field.whole(1, 'Burst of retries after a quiet period.', {
      unit: 'retries',
      min: 1,
      max: 1_000_000,
    }),
  }),
]);
export type RetryBudgetConfig = z.output<typeof retryBudgetSchema> & {
  /** Kind aws: tokens for a retry after `throttled`; undefined = `cost`. */
  readonly throttledCost?: number;
};

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
    case 'aws': {
      const { tokens: size, cost = 5, timeoutCost = 10, throttledCost = cost } = config;
      return new AwsBudget(size, cost, timeoutCost, throttledCost);
    }
    case 'rate':
      return new RateBudget(tokenBucket(config.rate, config.burst, 'continuous'));
  }
}
