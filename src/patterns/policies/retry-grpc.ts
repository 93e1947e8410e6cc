import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { quantity } from '../../contracts/quantities/quantities.js';
import { parseWhole } from '../../contracts/quantities/quantity-text.js';
import { libraryBackoff } from '../../contracts/scenario/backoff.js';
import { budgetField, onField, WAITS } from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

/** A6: larger values are legal in a service config and are lowered to this. */
const MOST = 5;

const schema = z.strictObject({
  attempts: quantity((input) => Math.min(MOST, parseWhole(input, { min: 2 })), {
    type: 'integer',
    minimum: 2,
  }).describe(
    'maxAttempts: total tries, including the first; more than 5 count as 5. Each try runs all ' +
      'layers inside this one again. Unit: attempts. Required.',
  ),
  backoff: libraryBackoff(['grpc'], {}).describe(
    `initialBackoff, backoffMultiplier and maxBackoff of the retryPolicy. ${WAITS} Clients ` +
      "obey the callee's pushback (grpc-retry-pushback-ms): it replaces the delay and restarts " +
      'the back-off, and `never` ends the call. Unit: map. Required.',
  ),
  on: onField('[connect, reset, gateway, overload, throttled], which a client sees as UNAVAILABLE'),
  budget: budgetField(),
});

/** retryPolicy of a gRPC service config. */
export const retryGrpc: PolicyKind<'retry', typeof schema> = {
  ...retries({
    on: ['connect', 'reset', 'gateway', 'overload', 'throttled'],
    hints: 'pushback',
    // retryLocked waits for the back-off or for the end of the context.
    waitsForDeadline: true,
  }),
  kind: 'grpc',
  summary:
    'gRPC retryPolicy: up to five tries on UNAVAILABLE, each delay within 20% of its nominal ' +
    'value.',
  sources: [
    'grpc/proposal A6-client-retries.md',
    'grpc/grpc doc/http-grpc-status-mapping.md',
    'grpc/grpc-go stream.go (retryLocked)',
  ],
  schema,
  example:
    'retry:\n' +
    '  kind: grpc\n' +
    '  attempts: 4\n' +
    '  backoff: { base: 100ms, max: 1s }\n' +
    '  budget: { kind: grpc, maxTokens: 10, tokenRatio: 0.1 }\n',
};
