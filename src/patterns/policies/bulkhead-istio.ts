import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { count } from '../../spec/quantities.js';
import type { EnvoyLimits, LimitWords } from '../mechanisms/envoy-limits.js';
import { envoyGates, limitedRetry, limitProblems } from '../mechanisms/envoy-limits.js';

const NONE = '0 is unlimited, as in Istio';

const schema = z.strictObject({
  maxConnections: count()
    .prefault('unlimited')
    .describe(
      'Connections to all instances of the callee together, beyond which none is opened and ' +
        'requests wait; an instance without any always gets one. Needs `connections`. ' +
        `${NONE}. Unit: connections. Defaults to unlimited.`,
    ),
  http1MaxPendingRequests: count()
    .prefault('unlimited')
    .describe(
      'Attempts without a connection, those included that one is being opened for, with HTTP/2 ' +
        `too; one more is refused at once. Needs \`connections\`. ${NONE}. Unit: attempts. ` +
        'Defaults to unlimited.',
    ),
  http2MaxRequests: count()
    .prefault('unlimited')
    .describe(
      'Attempts under way, with HTTP/1.1 too; one more is refused at once. With `connections` ' +
        `those on a connection, else those inside this layer. ${NONE}. Unit: attempts. Defaults ` +
        'to unlimited.',
    ),
  maxRetries: count()
    .prefault('unlimited')
    .describe(
      'Retries at once of the `retry` of this bundle, from the decision through the back-off to ' +
        `the end of the attempt; a budget written there replaces it. ${NONE}: a retry without a ` +
        'budget of its own has none then. Unit: retries. Defaults to unlimited.',
    ),
});
type Config = z.output<typeof schema>;

const WORDS: LimitWords = {
  names: {
    maxConnections: 'maxConnections',
    maxPending: 'http1MaxPendingRequests',
    maxRequests: 'http2MaxRequests',
    maxRetries: 'maxRetries',
  },
  defaults: {
    maxConnections: Infinity,
    maxPending: Infinity,
    maxRequests: Infinity,
    maxRetries: Infinity,
  },
};

function limitsOf(config: Config): EnvoyLimits {
  return {
    maxConnections: config.maxConnections || Infinity,
    maxPending: config.http1MaxPendingRequests || Infinity,
    maxRequests: config.http2MaxRequests || Infinity,
    maxRetries: config.maxRetries || Infinity,
  };
}

/** `bulkhead` of kind `istio`: the `connectionPool` of a DestinationRule. */
export const bulkheadIstio: PolicyKind<typeof schema> = {
  policy: 'bulkhead',
  kind: 'istio',
  isDefault: false,
  summary:
    'Istio `connectionPool` of a DestinationRule: the limits of kind `envoy` under its names, ' +
    'none of them unless written. What overflows is refused with 503 at once and never retried.',
  sources: [
    'istio/api networking/v1alpha3/destination_rule.proto',
    'istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go',
  ],
  level: 'attempt',
  schema,
  example: 'bulkhead: { kind: istio, http2MaxRequests: 8 }\n',
  state: 'scoped',
  dryRun: true,
  create: (config, setup) => envoyGates(setup.ctx, limitsOf(config)),
  completes: (config, ...other) => limitedRetry(limitsOf(config), ...other),
  check: (config, bundle) => limitProblems(limitsOf(config), WORDS, bundle),
};
