import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { count } from '../../contracts/quantities/quantities.js';
import type { EnvoyLimits, LimitWords } from '../mechanisms/envoy-limits.js';
import { envoyGates, limitedRetry, limitProblems } from '../mechanisms/envoy-limits.js';
import { BULKHEAD } from '../mechanisms/families.js';

const LIMIT = 1024;
const RETRIES = 3;

const schema = z.strictObject({
  maxConnections: count({ min: 1 })
    .prefault(LIMIT)
    .describe(
      'Limit on connections to all instances of the callee together; above it requests wait. ' +
        'An instance without any connection always gets one. Needs `connections`. Unit: ' +
        'connections. Defaults to 1024.',
    ),
  maxPendingRequests: count()
    .prefault(LIMIT)
    .describe(
      'Limit on attempts that wait for a connection, including those whose connection is ' +
        'being opened; the next one is refused at once. Needs `connections`. Unit: requests. ' +
        'Defaults to 1024.',
    ),
  maxRequests: count({ min: 1 })
    .prefault(LIMIT)
    .describe(
      'Limit on attempts in flight; the next one is refused at once. With `connections` it ' +
        'counts attempts on a connection, otherwise those inside this layer. Unit: requests. ' +
        'Defaults to 1024.',
    ),
  maxRetries: count()
    .prefault(RETRIES)
    .describe(
      "Limit on concurrent retries of this bundle's `retry`, each counted from the decision, " +
        'through its back-off, to the end of its attempt. A budget in `retry` replaces it. ' +
        'Unit: retries. Defaults to 3.',
    ),
  retryBudget: field.of(
    z.strictObject({
      budgetPercent: field.share('20%', 'Concurrent retries per request in flight or waiting.'),
      minRetryConcurrency: count()
        .prefault(RETRIES)
        .describe('Concurrent retries that are always allowed. Unit: retries. Defaults to 3.'),
    }),
    absent(),
    "Replaces `maxRetries`: the `budget` of kind envoy for this bundle's `retry`.",
    'map',
  ),
});
type Config = z.output<typeof schema>;

const WORDS: LimitWords = {
  names: {
    maxConnections: 'maxConnections',
    maxPending: 'maxPendingRequests',
    maxRequests: 'maxRequests',
    maxRetries: 'maxRetries',
    retryShare: 'retryBudget',
  },
  defaults: {
    maxConnections: LIMIT,
    maxPending: LIMIT,
    maxRequests: LIMIT,
    maxRetries: RETRIES,
    retryShare: null,
  },
};

function limitsOf({ maxPendingRequests, retryBudget, ...others }: Config): EnvoyLimits {
  const share =
    retryBudget === undefined
      ? null
      : { ratio: retryBudget.budgetPercent, minConcurrent: retryBudget.minRetryConcurrency };
  return { ...others, maxPending: maxPendingRequests, retryShare: share };
}

/** `bulkhead` of kind `envoy`: the circuit breakers of an Envoy cluster. */
export const bulkheadEnvoy: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'envoy',
  summary:
    'Envoy `circuit_breakers` of a cluster: stateless limits on connections, pending ' +
    'requests, requests and retries. Requests above a limit are refused with 503 at once and ' +
    'never retried.',
  sources: [
    'envoyproxy/envoy api/envoy/config/cluster/v3/circuit_breaker.proto',
    'envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc',
    'envoyproxy/envoy source/common/upstream/resource_manager_impl.h',
  ],
  schema,
  example: 'bulkhead: { kind: envoy, maxRequests: 8 }\n',
  traits: ({ maxRequests }) => ({
    permits: { field: 'maxRequests', calls: maxRequests },
    longestWaitNs: 0,
    places: 0,
  }),
  create: (config, setup) => envoyGates(setup.ctx, limitsOf(config)),
  completes: (config, ...other) => limitedRetry(limitsOf(config), ...other),
  check: (config, bundle) => limitProblems(limitsOf(config), WORDS, bundle),
};
