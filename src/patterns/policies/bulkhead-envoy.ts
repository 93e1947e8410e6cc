import { z } from 'zod';
import { OUTCOME, PASS } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type {
  CallContext,
  ConnectionLimits,
  PolicyKind,
  PolicyProblem,
  PolicyState,
} from '../../spec/policy.js';
import { EDGE_COUNTER } from '../../spec/policy.js';
import { count } from '../../spec/quantities.js';

const LIMIT = 1024;
const RETRIES = 3;

const schema = z.strictObject({
  maxConnections: count({ min: 1 })
    .prefault(LIMIT)
    .describe(
      'Connections to all instances of the callee together, beyond which none is opened and ' +
        'requests wait; an instance without any always gets one. Needs `connections`. Unit: ' +
        'connections. Defaults to 1024.',
    ),
  maxPendingRequests: count()
    .prefault(LIMIT)
    .describe(
      'Attempts without a connection, those included that one is being opened for; one more is ' +
        'refused at once. Needs `connections`. Unit: attempts. Defaults to 1024.',
    ),
  maxRequests: count({ min: 1 })
    .prefault(LIMIT)
    .describe(
      'Attempts under way; one more is refused at once. With `connections` those on a ' +
        'connection, else those inside this layer. Unit: attempts. Defaults to 1024.',
    ),
  maxRetries: count()
    .prefault(RETRIES)
    .describe(
      'Retries at once of the `retry` of this bundle, from the decision through the back-off to ' +
        'the end of the attempt; a budget written there replaces it. Unit: retries. Defaults to 3.',
    ),
});
type Config = z.output<typeof schema>;

/** Gates without memory: a place is free the moment a request ends, and nothing opens or closes. */
class EnvoyLimits implements PolicyState, ConnectionLimits {
  readonly limits = this;
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxRequests: number;
  hasPools = false;
  isDry = false;
  connections = 0;
  pending = 0;
  requests = 0;
  private readonly ctx: CallContext;

  constructor(ctx: CallContext, config: Config) {
    this.ctx = ctx;
    this.maxConnections = config.maxConnections;
    this.maxPending = config.maxPendingRequests;
    this.maxRequests = config.maxRequests;
  }

  enter(frame: number): number {
    // Pools count where an attempt gets its connection, behind all layers.
    if (this.hasPools) return PASS;
    if (this.requests >= this.maxRequests) {
      this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
      return OUTCOME.rejectedBulkhead;
    }
    this.requests++;
    return PASS;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    if (!this.hasPools) this.requests--;
    return outcome;
  }

  cancel(): void {
    if (!this.hasPools) this.requests--;
  }

  held(): number {
    return this.hasPools ? 0 : this.requests;
  }
}

/** `bulkhead` of kind `envoy`: the circuit breakers of an Envoy cluster. */
export const bulkheadEnvoy: PolicyKind<typeof schema> = {
  policy: 'bulkhead',
  kind: 'envoy',
  isDefault: false,
  summary:
    'Envoy `circuit_breakers` of a cluster: limits on connections, waiting, requests and retries ' +
    'under way, without any memory. What overflows is refused with 503 at once and never retried.',
  sources: [
    'envoyproxy/envoy api/envoy/config/cluster/v3/circuit_breaker.proto',
    'envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc',
    'envoyproxy/envoy source/common/upstream/resource_manager_impl.h',
  ],
  level: 'attempt',
  schema,
  example: 'bulkhead: { kind: envoy, maxRequests: 8 }\n',
  state: 'scoped',
  dryRun: true,
  create: (config, setup) => new EnvoyLimits(setup.ctx, config),
  completes(config, policy, other, written) {
    if (policy !== 'retry' || written.some((field) => field.startsWith('budget'))) return other;
    return { ...(other as object), budget: { kind: 'concurrent', max: config.maxRetries } };
  },
  check(config, bundle): readonly PolicyProblem[] {
    return [...connectionProblems(config, bundle), ...retryProblems(config, bundle)];
  },
};

function connectionProblems(
  config: Config,
  bundle: ReadonlyMap<string, unknown> | undefined,
): readonly PolicyProblem[] {
  if (bundle?.has('connections') === true) return [];
  const problems: PolicyProblem[] = [];
  for (const field of ['maxConnections', 'maxPendingRequests'] as const) {
    if (config[field] === LIMIT) continue;
    const message =
      'without connections in this bundle they are free, and nothing waits for one: write ' +
      '`connections: {}`';
    problems.push({ field, message });
  }
  return problems;
}

function retryProblems(
  config: Config,
  bundle: ReadonlyMap<string, unknown> | undefined,
): readonly PolicyProblem[] {
  const retry = bundle?.get('retry') as RetryFields | undefined;
  const problems: PolicyProblem[] = [];
  if (retry === undefined) {
    if (config.maxRetries !== RETRIES) {
      const message = 'there is no retry in this bundle to be limited: drop maxRetries, or retry';
      problems.push({ field: 'maxRetries', message });
    }
    return problems;
  }
  const { on, budget } = retry;
  const own = budget?.kind === 'concurrent' && budget.max === config.maxRetries;
  if (budget !== undefined && !own && config.maxRetries !== RETRIES) {
    const message = 'the budget of the retry replaces maxRetries: drop one of them';
    problems.push({ field: 'maxRetries', message });
  }
  const again = on?.find((term) => term === 'any' || term === 'rejectedBulkhead');
  if (again !== undefined) {
    const message =
      `Envoy never retries what its own limits refuse (x-envoy-overloaded), and retry.on has ` +
      `${again}: list the outcomes to retry without it`;
    problems.push({ field: '', message });
  }
  return problems;
}

interface RetryFields {
  readonly on?: readonly unknown[];
  readonly budget?: { readonly kind: string; readonly max?: number };
}
