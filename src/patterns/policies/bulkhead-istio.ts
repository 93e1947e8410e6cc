import { writtenName } from '../../contracts/fields/entry.js';
import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { PolicyKind, PolicyProblem } from '../../contracts/patterns/policy.js';
import { count } from '../../contracts/quantities/quantities.js';
import type { EnvoyLimits, LimitWords } from '../mechanisms/envoy-limits.js';
import { envoyGates, limitedRetry, limitProblems } from '../mechanisms/envoy-limits.js';
import { BULKHEAD } from '../mechanisms/families.js';

const NONE = '0 is unlimited, as in Istio';

const FLAT = 'The same as the field outside the block. Unit: ';

/** The blocks of a DestinationRule, including the fields that configure `connections`. */
const tcp = z.strictObject({
  maxConnections: count().optional().describe(`${FLAT}connections. Defaults to that field.`),
  connectTimeout: field.duration(
    absent('that'),
    'Longest time to set up a connection: `connectTimeout` of `connections`.',
  ),
  maxConnectionDuration: field.duration(
    absent('that'),
    'Age at which a connection takes no more requests: `lifetime` of `connections`.',
  ),
});
const http = z.strictObject({
  http1MaxPendingRequests: count()
    .optional()
    .describe(`${FLAT}attempts. Defaults to what is written beside.`),
  http2MaxRequests: count()
    .optional()
    .describe(`${FLAT}attempts. Defaults to what is written beside.`),
  maxRequestsPerConnection: field.limit(
    absent('that'),
    'Requests after which a connection is closed: `maxRequests` of `connections`. 0 is unlimited, as in Istio.',
    { unit: 'requests', min: 0 },
  ),
  maxConcurrentStreams: field.limit(
    absent('that'),
    'Requests at once on an HTTP/2 connection: `maxStreams` of `connections`. 0 is unlimited.',
    { unit: 'requests', min: 0 },
  ),
  maxRetries: count().optional().describe(`${FLAT}retries. Defaults to what is written beside.`),
  idleTimeout: field.duration(
    absent('that'),
    'Idle time after which a connection is closed: `idleTimeout` of `connections`.',
  ),
});

const schema = z.strictObject({
  maxConnections: count()
    .prefault('unlimited')
    .describe(
      'Limit on connections to all instances of the callee together; above it requests wait. ' +
        `An instance without any connection always gets one. Needs \`connections\`. ${NONE}. ` +
        'Unit: connections. Defaults to unlimited.',
    ),
  http1MaxPendingRequests: count()
    .prefault('unlimited')
    .describe(
      'Limit on attempts that wait for a connection, including those whose connection is ' +
        'being opened; applies to HTTP/2 too. The next one is refused at once. Needs ' +
        `\`connections\`. ${NONE}. Unit: requests. Defaults to unlimited.`,
    ),
  http2MaxRequests: count()
    .prefault('unlimited')
    .describe(
      'Limit on attempts in flight; applies to HTTP/1.1 too. The next one is refused at once. ' +
        'With `connections` it counts attempts on a connection, otherwise those inside this ' +
        `layer. ${NONE}. Unit: requests. Defaults to unlimited.`,
    ),
  maxRetries: count()
    .prefault('unlimited')
    .describe(
      "Limit on concurrent retries of this bundle's `retry`, each counted from the decision, " +
        'through its back-off, to the end of its attempt. A budget in `retry` replaces it. ' +
        `${NONE}: a retry without its own budget then has none. Unit: retries. Defaults to ` +
        'unlimited.',
    ),
  tcp: field.of(tcp, absent(), 'The block `tcp` of a DestinationRule.', 'map'),
  http: field.of(http, absent(), 'The block `http` of a DestinationRule.', 'map'),
});
type Config = z.output<typeof schema>;

const DEFAULTS: EnvoyLimits = {
  maxConnections: Infinity,
  maxPending: Infinity,
  maxRequests: Infinity,
  maxRetries: Infinity,
  retryShare: null,
};

/** Limits that can be set inside their block or outside of it. */
const PLACES = [
  ['tcp', 'maxConnections', 'maxConnections'],
  ['http', 'maxPending', 'http1MaxPendingRequests'],
  ['http', 'maxRequests', 'http2MaxRequests'],
  ['http', 'maxRetries', 'maxRetries'],
] as const;

/** Fields of the blocks that configure `connections`, and their names there. */
const CONNECTIONS = [
  ['tcp', 'connectTimeout', 'connectTimeoutNs'],
  ['tcp', 'maxConnectionDuration', 'lifetimeNs'],
  ['http', 'maxRequestsPerConnection', 'maxRequests'],
  ['http', 'idleTimeout', 'idleTimeoutNs'],
  ['http', 'maxConcurrentStreams', 'maxStreams'],
] as const;

/** Defaults of `connections` other than unlimited. */
const BARE: Readonly<Record<string, number>> = { maxStreams: 100 };

function inBlock(config: Config, block: 'tcp' | 'http', field: string): number | undefined {
  return (config[block] as Readonly<Record<string, number | undefined>> | undefined)?.[field];
}

function limitsOf(config: Config): EnvoyLimits {
  const limits = { ...DEFAULTS };
  for (const [block, limit, field] of PLACES) {
    limits[limit] = (inBlock(config, block, field) ?? config[field]) || Infinity;
  }
  return limits;
}

/** The field in which each limit was set. */
function wordsOf(config: Config): LimitWords {
  const names: Record<string, string> = { retryShare: '' };
  for (const [block, limit, field] of PLACES) {
    names[limit] = inBlock(config, block, field) === undefined ? field : `${block}.${field}`;
  }
  return { names: names as LimitWords['names'], defaults: DEFAULTS };
}

/** The `connections` of the bundle, overridden by the fields of the blocks. */
function poolOf(config: Config, connections: unknown): unknown {
  const pool: Record<string, unknown> = { ...(connections as object) };
  for (const [block, field, name] of CONNECTIONS) {
    const value = inBlock(config, block, field);
    if (value !== undefined) pool[name] = value || Infinity;
  }
  return pool;
}

function blockProblems(
  config: Config,
  bundle: ReadonlyMap<string, unknown>,
): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [block, , field] of PLACES) {
    if (inBlock(config, block, field) === undefined || config[field] === Infinity) continue;
    const message = `${field} is written here and in ${block}: remove one of them`;
    problems.push({ field, message });
  }
  const connections = bundle.get('connections') as Readonly<Record<string, unknown>> | undefined;
  for (const [block, field, name] of CONNECTIONS) {
    if (inBlock(config, block, field) === undefined) continue;
    const own = connections?.[name] ?? Infinity;
    if (connections !== undefined && own === (BARE[name] ?? Infinity)) continue;
    const message =
      connections === undefined
        ? 'has no effect without connections in this bundle: write `connections: {}`'
        : `connections.${writtenName(name)} is written too: remove one of them`;
    problems.push({ field: `${block}.${field}`, message });
  }
  return problems;
}

/** `bulkhead` of kind `istio`: the `connectionPool` of a DestinationRule. */
export const bulkheadIstio: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'istio',
  summary:
    "Istio `connectionPool` of a DestinationRule: the limits of kind `envoy` with Istio's " +
    'field names; a limit that is not written does not apply. Requests above a limit are ' +
    'refused with 503 at once and never retried.',
  sources: [
    'istio/api networking/v1alpha3/destination_rule.proto',
    'istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go',
  ],
  schema,
  example: 'bulkhead: { kind: istio, http2MaxRequests: 8 }\n',
  traits: (config) => ({
    permits: { field: 'http2MaxRequests', calls: limitsOf(config).maxRequests },
    longestWaitNs: 0,
    places: 0,
  }),
  create: (config, setup) => envoyGates(setup.ctx, limitsOf(config)),
  completes: (config, policy, other, written) =>
    policy === 'connections'
      ? poolOf(config, other)
      : limitedRetry(limitsOf(config), policy, other, written),
  check: (config, bundle) => [
    ...limitProblems(limitsOf(config), wordsOf(config), bundle),
    ...blockProblems(config, bundle),
  ],
};
