import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { backoffSchema } from '../../contracts/scenario/backoff.js';
import { respectField } from '../mechanisms/retry-hints.js';
import {
  attemptsField,
  backoffText,
  budgetField,
  methodsField,
  onField,
  otherInstanceField,
  SAFE,
  SAFE_IDEMPOTENT,
} from '../mechanisms/retrying.js';
import { startBeforeField } from '../mechanisms/start-window.js';
import { retries, retryTraits } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: attemptsField(),
  backoff: backoffSchema.optional().describe(backoffText('none: retries at once')),
  on: onField(
    '[connect, gateway, overload, throttled], plus timeout and reset if the callee endpoint ' +
      'is idempotent',
  ),
  methods: methodsField(),
  startBefore: startBeforeField('the `maxDuration` of Failsafe'),
  budget: budgetField(),
  otherInstance: otherInstanceField(false),
  respectRetryAfter: respectField(true, 'The hint replaces the back-off; `never` stops retrying.'),
});

/** `retry`: more tries, with back-off and a budget. */
export const retry: PolicyKind<'retry', typeof schema> = {
  ...retries({ on: SAFE, onIdempotent: SAFE_IDEMPOTENT, hints: 'obey' }),
  kind: 'simple',
  isDefault: true,
  summary: 'Repeats a failed call after a back-off, within attempts, deadline and budget.',
  sources: [
    'aws-samples/aws-arch-backoff-simulator',
    'grpc/proposal A6-client-retries.md',
    'twitter/finagle RetryBudget.scala, tower-rs tps_budget.rs',
    'App-vNext/Polly RetryHelper.cs',
    'Envoy backoff_strategy.cc, resource_manager_impl.h',
    'failsafe-lib/failsafe RetryPolicyConfig.java (maxDuration)',
  ],
  schema,
  example:
    'retry:\n' +
    '  attempts: 3\n' +
    '  backoff: { kind: exponential, base: 10ms, max: 1s, jitter: full }\n' +
    '  on: [any]\n' +
    '  budget: { ratio: 20%, minPerSecond: 10 }\n',
  traits: (config) => retryTraits(config, SAFE, 'none'),
};
