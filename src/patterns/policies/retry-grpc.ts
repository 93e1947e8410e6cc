import { z } from 'zod';
import type { PolicyKind } from '../../spec/patterns/policy.js';
import { quantity } from '../../spec/quantities/quantities.js';
import { parseWhole } from '../../spec/quantities/quantity-text.js';
import { libraryBackoff } from '../mechanisms/backoff-fields.js';
import {
  budgetField,
  hasBudget,
  onField,
  retrying,
  retryProblems,
  WAITS,
} from '../mechanisms/retrying.js';
import type { OutcomeTerm } from '../mechanisms/outcome-terms.js';
import { retryTraits } from '../mechanisms/retry-traits.js';

/** A6: larger values are legal in a service config and are lowered to this. */
const MOST = 5;

/** The outcomes that it retries unless `on` is written. */
const USUAL: readonly OutcomeTerm[] = ['connect', 'reset', 'gateway', 'overload', 'throttled'];

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
  policy: 'retry',
  kind: 'grpc',
  isDefault: false,
  summary:
    'gRPC retryPolicy: up to five tries on UNAVAILABLE, each delay within 20% of its nominal ' +
    'value.',
  sources: [
    'grpc/proposal A6-client-retries.md',
    'grpc/grpc doc/http-grpc-status-mapping.md',
    'grpc/grpc-go stream.go (retryLocked)',
  ],
  level: 'call',
  schema,
  example:
    'retry:\n' +
    '  kind: grpc\n' +
    '  attempts: 4\n' +
    '  backoff: { base: 100ms, max: 1s }\n' +
    '  budget: { kind: grpc, maxTokens: 10, tokenRatio: 0.1 }\n',
  traits: (config) => retryTraits(config, USUAL),
  state: 'scoped',
  keyed: 'states',
  remembers: hasBudget,
  create: (config, setup) =>
    retrying(setup, config, {
      on: USUAL,
      hints: 'pushback',
      // retryLocked waits for the back-off or for the end of the context.
      waitsForDeadline: true,
    }),
  check: retryProblems,
};
