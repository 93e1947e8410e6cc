import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';

/** How a registry learns which instances exist. */
export type Membership = Leases | Checks | Readiness;

/** Instances renew a lease; the registry evicts those whose lease has expired. */
export interface Leases {
  readonly by: 'leases';
  /** Age of the last renewal above which a lease is expired. */
  readonly expiryNs: Ns;
  /** The same for a lease that was never renewed. */
  readonly firstExpiryNs: Ns;
  readonly renewalNs: Ns;
  readonly evictionNs: Ns;
  /** Share of the expected renewals below which nothing is evicted; null = never. */
  readonly preserveBelow: number | null;
  /** Largest share of the instances that one pass evicts. */
  readonly evictedMost: number;
  /** Time for which a registry that starts without entries answers no queries. */
  readonly emptyWaitNs: Ns;
}

/** Each instance is checked at intervals; callers get those whose check passes. */
export interface Checks {
  readonly by: 'checks';
  readonly intervalNs: Ns;
  readonly timeoutNs: Ns;
  /** Consecutive results that change the state; 0 and 1 both mean the first. */
  readonly failures: number;
  readonly successes: number;
  /** Time in the critical state after which the reaper removes an instance; null = never. */
  readonly deregisterNs: Ns | null;
}

/** The registry knows at once which instances are ready. */
export interface Readiness {
  readonly by: 'readiness';
}

/** How callers get the list of a registry. */
export type Delivery =
  /** They fetch it at intervals and keep the last one if that fails. The registry renews its answer every `cacheNs`. */
  | { readonly by: 'fetch'; readonly cacheNs: Ns }
  /** The registry sends each change; it arrives after a delay. */
  | { readonly by: 'push'; readonly delay: Distribution }
  /** They resolve a name, whose answer is valid for a time. */
  | { readonly by: 'resolve'; readonly ttlNs: Ns; readonly serveStale: boolean };

export const ON_EMPTY = ['fail', 'lastKnown', 'panic'] as const;
export type OnEmpty = (typeof ON_EMPTY)[number];

/** How a service or gateway is registered and found. */
export interface Discovery {
  readonly registry: string;
  readonly mode: 'client' | 'server' | 'dns';
  /** Interval of the fetches of a caller. */
  readonly refreshNs: Ns;
  readonly onEmpty: OnEmpty;
}
