import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../outcome.js';

/**
 * Properties of a configured policy that lint and reports need. One row per policy; every kind of the policy provides
 * it (`PolicyKind.traits`).
 */
export interface PolicyTraits {
  readonly timeout: TimeoutTraits;
  readonly deadline: DeadlineTraits;
  readonly retry: RetryTraits;
  readonly circuitBreaker: BreakerTraits;
  readonly bulkhead: BulkheadTraits;
  readonly concurrencyLimit: ConcurrencyLimitTraits;
  readonly rateLimit: RateLimitTraits;
  readonly fallback: FallbackTraits;
  readonly hedge: NoTraits;
  readonly throttle: NoTraits;
  readonly coalesce: NoTraits;
}

/** Names of policies: the keys of a bundle that hold one. */
export type PolicyName = keyof PolicyTraits;

/** Traits of a policy from which lint and reports need nothing. */
type NoTraits = Readonly<Record<string, never>>;
export const NO_TRAITS: NoTraits = Object.freeze({});

interface TimeoutTraits {
  /** Time that an attempt may take; Infinity for `none`. */
  readonly afterNs: Ns;
  /** Whether the callee learns that the caller has given up. */
  readonly cancels: boolean;
  /** Whether the caller leaves without ending what is inside. */
  readonly detaches: boolean;
  /** Whether the caller asks the callee to end the work, and waits for its answer. */
  readonly asks: boolean;
  /** Longest time of work whose caller has left, from the start of the call; Infinity = until its own end. */
  readonly leftNs: Ns;
}

interface DeadlineTraits {
  /** Time that the call may take; Infinity for `none`. */
  readonly afterNs: Ns;
  /** Whether the remaining time travels with the request. */
  readonly propagates: boolean;
}

export interface RetryTraits {
  /** Tries of one call, the first included, as the library makes them. */
  readonly attempts: number;
  /** How calls that failed together are spread over time: not at all, by equal delays, or by jitter. */
  readonly delays: 'none' | 'equal' | 'jittered';
  /** The shortest delay before the second try. 0 where it is a default of the library. */
  readonly shortestBackoffNs: Ns;
  /** The longest sum of the delays between this many tries. 0 where they are defaults of the library. */
  longestBackoffNs(attempts: number): Ns;
  /** The outcomes that are retried if the callee is not idempotent, and whether the user lists them in `on`. */
  readonly on: OutcomeList;
  readonly isListed: boolean;
  /** The methods whose calls are retried, in upper case; null = all. */
  readonly methods: readonly string[] | null;
  /** By how much the budget lets the load of a failing callee grow; null without a budget. */
  readonly budgetGrowth: number | null;
  /** Whether the callee can replace the back-off by a hint such as Retry-After. */
  readonly heedsHints: boolean;
}

interface OutcomeList {
  readonly terms: readonly (string | number)[];
  has(outcome: Outcome): boolean;
}

export interface BreakerTraits {
  /** Calls that the breaker must see within a time window before it can open; null without such a minimum. */
  readonly evidence: Evidence | null;
  /** Consecutive failures that open it; null if it does not count them. */
  readonly consecutive: Consecutive | null;
  readonly classes: { isFailure(outcome: Outcome): boolean };
}

export interface Evidence {
  /** Path of the field with the minimum, below `circuitBreaker`. */
  readonly field: readonly string[];
  readonly calls: number;
  readonly windowField: string;
  readonly windowNs: Ns;
}

export interface Consecutive {
  /** Path of the field, below `circuitBreaker`. */
  readonly field: readonly string[];
  readonly failures: number;
}

interface BulkheadTraits {
  /** The field that limits calls in flight, and its value; Infinity = no limit. */
  readonly permits: { readonly field: string; readonly calls: number };
  /** The longest wait for a permit, and calls that may wait for one. */
  readonly longestWaitNs: Ns;
  readonly places: number;
}

export interface ConcurrencyLimitTraits {
  /** The highest value that the limit can reach. */
  readonly highest: number;
  /** Whether the limit follows what it measures. */
  readonly adapts: boolean;
}

export interface RateLimitTraits {
  /** Calls per second that one state admits in the long run; null if it counts per key. */
  readonly perSecond: number | null;
  /** Of independent calls: as many per second as one state admits with 1 % refused; null if it counts per key. */
  readonly steadyPerSecond: number | null;
  /** The longest wait for a token. */
  readonly longestWaitNs: Ns;
  /** Calls that it admits at the same instant after a quiet period; absent where these are as many as in a window. */
  readonly atOnce?: number;
}

interface FallbackTraits {
  /** The outcomes that are replaced. */
  readonly on: OutcomeList;
  /** Whether its responses count as `degraded`. */
  readonly degraded: boolean;
}
