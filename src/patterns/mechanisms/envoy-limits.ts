import { OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  ConnectionLimits,
  PolicyProblem,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { problemsOf } from './problems.js';

/** The circuit breakers of an Envoy cluster; Infinity = no limit. */
export interface EnvoyLimits {
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** retry_budget: limits retries to a share of the active requests, in place of `maxRetries`; null = not set. */
  readonly retryShare: { readonly ratio: number; readonly minConcurrent: number } | null;
}

/** Field names of the limits as the user wrote them, and their defaults. */
export interface LimitWords {
  readonly names: Readonly<Record<keyof EnvoyLimits, string>>;
  readonly defaults: EnvoyLimits;
}

/** Gates without memory: a slot is free as soon as a request ends, and nothing opens or closes. */
class EnvoyGates implements PolicyState, ConnectionLimits {
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

  constructor(ctx: CallContext, limits: EnvoyLimits) {
    this.ctx = ctx;
    this.maxConnections = limits.maxConnections;
    this.maxPending = limits.maxPending;
    this.maxRequests = limits.maxRequests;
  }

  enter(frame: number): number {
    // Connection pools count an attempt when it gets its connection, after all layers.
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

/** The state of the limits of one cluster. */
export function envoyGates(ctx: CallContext, limits: EnvoyLimits): PolicyState {
  return new EnvoyGates(ctx, limits);
}

/** Applies the limits to the retries of the same bundle, also those of a hedge of Envoy, if they set no budget. */
export function limitedRetry(
  { maxRetries, retryShare }: EnvoyLimits,
  policy: string,
  other: unknown,
  written: readonly string[],
): unknown {
  const retries = policy === 'retry' || (policy === 'hedge' && 'budget' in (other as object));
  if (!retries || written.some((field) => field.startsWith('budget'))) return other;
  const { budget, ...rest } = other as RetryFields;
  // A client library has its own quota; the proxy does not see those retries.
  if (budget !== undefined && budget.kind !== 'concurrent') return other;
  if (retryShare !== null) return { ...rest, budget: { kind: 'envoy', ...retryShare } };
  if (maxRetries === Infinity) return rest;
  return { ...rest, budget: { kind: 'concurrent', max: maxRetries } };
}

/** Limits that have no effect in their bundle, or contradict it. */
export function limitProblems(
  limits: EnvoyLimits,
  words: LimitWords,
  bundle: ReadonlyMap<string, unknown> | undefined,
): readonly PolicyProblem[] {
  return [...connectionProblems(limits, words, bundle), ...retryProblems(limits, words, bundle)];
}

function connectionProblems(
  limits: EnvoyLimits,
  { names, defaults }: LimitWords,
  bundle: ReadonlyMap<string, unknown> | undefined,
): readonly PolicyProblem[] {
  if (bundle?.has('connections') === true) return [];
  const message =
    'has no effect without connections in this bundle, because nothing waits for one: write ' +
    '`connections: {}`';
  return problemsOf({
    [names.maxConnections]: limits.maxConnections !== defaults.maxConnections && message,
    [names.maxPending]: limits.maxPending !== defaults.maxPending && message,
  });
}

function retryProblems(
  { maxRetries, retryShare }: EnvoyLimits,
  { names, defaults }: LimitWords,
  bundle: ReadonlyMap<string, unknown> | undefined,
): readonly PolicyProblem[] {
  const hedge = bundle?.get('hedge') as RetryFields | undefined;
  const hedged = hedge?.budget === undefined ? undefined : hedge;
  const retry = (bundle?.get('retry') as RetryFields | undefined) ?? hedged;
  const budget = retry?.budget;
  const isChanged = maxRetries !== defaults.maxRetries;
  const field = retryShare === null ? names.maxRetries : names.retryShare;
  const isGiven =
    retryShare === null
      ? budget?.kind === 'concurrent' && budget.max === maxRetries
      : budget?.kind === 'envoy' &&
        budget.ratio === retryShare.ratio &&
        budget.minConcurrent === retryShare.minConcurrent;
  const ignored =
    retry === undefined
      ? `this bundle has no retry to limit: remove ${field}, or add a retry`
      : budget !== undefined &&
        !isGiven &&
        `the budget of the retry replaces ${field}: remove one of them`;
  const again = retry?.on?.find((term) => term === 'any' || term === 'rejectedBulkhead');
  return [
    ...problemsOf({
      [names.maxRetries]:
        retryShare !== null &&
        isChanged &&
        `${names.retryShare} replaces ${names.maxRetries}: remove one of them`,
    }),
    ...problemsOf({
      [field]: (retryShare !== null || isChanged) && ignored,
      '':
        again !== undefined &&
        'Envoy never retries requests that its own limits refuse (x-envoy-overloaded), but ' +
          `retry.on contains ${again}: list the outcomes to retry without it`,
    }),
  ];
}

interface RetryFields {
  readonly on?: readonly unknown[];
  readonly budget?: {
    readonly kind: string;
    readonly max?: number;
    readonly ratio?: number;
    readonly minConcurrent?: number;
  };
}
