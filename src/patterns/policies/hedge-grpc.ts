import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { duration, whole } from '../../contracts/quantities/quantities.js';
import { ConstantDelay } from '../mechanisms/hedge-delay.js';
import { Hedging, type HedgeBudget } from '../mechanisms/hedging.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import { retryBudget, tokens } from '../mechanisms/retry-budget.js';
import { FOLLOWS } from '../mechanisms/retry-budgets.js';
import { HEDGE } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

/** A client lowers a larger `maxAttempts` to this. */
const MOST = 5;

const schema = z.strictObject({
  attempts: whole({ min: 2, max: 100 }).describe(
    'Total attempts, including the first (`maxAttempts` of hedgingPolicy). gRPC clients treat ' +
      'more than 5 as 5. Unit: attempts. Required.',
  ),
  after: duration()
    .prefault(0)
    .describe(
      'Delay between attempts (`hedgingDelay`); 0 sends all of them at once. Unit: duration. ' +
        'Defaults to 0.',
    ),
  nonFatal: outcomeTerms()
    .optional()
    .describe(
      'Non-fatal failures (`nonFatalStatusCodes`). They send the next attempt at once, or ' +
        "when the callee's pushback says so (grpc-retry-pushback-ms; `never` stops the hedges), " +
        'and restart the delay. Any other failure ends the call and cancels the other attempts. ' +
        'Unit: list. Defaults to none.',
    ),
  retryThrottling: z
    .strictObject({
      maxTokens: tokens()
        .default(10)
        .describe(
          'Size of the bucket, which starts full. Each non-fatal failure costs one token; ' +
            'hedges are sent while more than half of the tokens are left. Unit: tokens, to a ' +
            'thousandth. Defaults to 10.',
        ),
      tokenRatio: tokens()
        .default(0.1)
        .describe('Tokens that a success earns. Unit: tokens, to a thousandth. Defaults to 0.1.'),
    })
    .optional()
    .describe(
      'Stops hedging while most calls fail; the first attempt is always sent. After a denied ' +
        'hedge a call sends no more. Unit: map. Defaults to none.',
    ),
  otherInstance: flag(true).describe(
    'Whether a hedge goes to an instance that the call has not used yet, if there is one, ' +
      'as A6 asks of balancers. Unit: boolean. Defaults to true.',
  ),
});

/** The token count that gRPC uses for retries and hedges. */
function throttle(maxTokens: number, tokenRatio: number): HedgeBudget {
  const tokens = retryBudget({ kind: 'grpc', maxTokens, tokenRatio });
  return {
    started: () => {},
    failed: () => tokens.failed(),
    succeeded: () => tokens.succeeded(false, FOLLOWS.failure),
    allow: (now) => tokens.allow(now, FOLLOWS.failure),
    reset: () => tokens.reset(),
  };
}

/** `hedge` of kind `grpc`: hedgingPolicy of a gRPC service config. */
export const hedgeGrpc: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'grpc',
  summary: 'gRPC hedgingPolicy: one attempt after the other, sooner after a non-fatal failure.',
  sources: ['grpc/proposal A6-client-retries.md', 'grpc/grpc-java RetriableStream.java'],
  schema,
  example:
    'hedge: { kind: grpc, attempts: 3, after: 5ms, nonFatal: [error], retryThrottling: { maxTokens: 10 } }\n',
  remembers: ({ retryThrottling }) => retryThrottling !== undefined,
  create: ({ attempts, after, nonFatal, retryThrottling, otherInstance }, setup) =>
    new Hedging(setup.ctx, {
      attempts: Math.min(attempts, MOST),
      delay: new ConstantDelay(after),
      lane: after > 0 ? setup.lane(after) : null,
      survived: new OutcomeSet(nonFatal ?? []),
      atOnce: true,
      asOriginal: false,
      budget:
        retryThrottling === undefined
          ? null
          : throttle(retryThrottling.maxTokens, retryThrottling.tokenRatio),
      otherInstance,
      pushback: true,
    }),
  check: ({ attempts }, bundle) =>
    problemsOf({
      attempts:
        attempts > MOST && `gRPC clients treat ${attempts} attempts as ${MOST}: write ${MOST}`,
      '':
        bundle.has('retry') &&
        'gRPC allows a retryPolicy or a hedgingPolicy for a method, not both: remove retry ' +
          'or hedge, or use a hedge of kind simple',
    }),
};
