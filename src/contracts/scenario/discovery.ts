import { z } from 'zod';
import { nameText, withShort } from '../fields/common.js';
import { entry, type Filled } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
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

const ON_EMPTY = ['fail', 'lastKnown', 'panic'] as const;
export type OnEmpty = (typeof ON_EMPTY)[number];

export const hopSchema = entry(
  {
    latency: field.cost(
      absent('`network.latency`'),
      'One-way latency between the balancer and the instances.',
    ),
    work: field.cost('0ms', 'Time of a worker of the balancer for each request.'),
    concurrency: field.limit(
      'unlimited',
      'Workers of each replica of the balancer; each is held until the response has passed. More requests wait.',
      { unit: 'requests' },
    ),
    replicas: field.whole(2, 'Replicas of the balancer.', { min: 1, max: 1000 }),
  },
  'The balancer of `mode: server`: a gateway `NAME-balancer` that faults can target.',
);
export type Hop = z.output<typeof hopSchema>;

const registry = field.of(
  nameText(),
  required,
  'Entry of `registries` in which its instances are registered, and where its callers look them up.',
);

/** Fields of every `discovery` that say when callers have which list. */
const listFields = {
  refreshNs: field.duration(
    absent('30s'),
    'Interval at which a holder of the list fetches it, with registries of kind eureka and consul; its first ' +
      'fetch comes after a random part of it. If a fetch fails, the holder keeps its list.',
  ),
  onEmpty: field.choice(
    ON_EMPTY,
    'fail',
    'Reaction to an empty list. `fail`: calls are refused; `lastKnown`: they keep the last list that was not ' +
      'empty; `panic`: they call all instances, up or not.',
  ),
};

const SHORT = { type: 'string', description: 'Name of the registry: short for `registry`.' };

const SUMMARY =
  'How this component is registered and how its callers find its instances. Each caller has its own list, which can ' +
  'be old: a call to an instance that is gone fails as its death says. Defaults to callers that know the ready ' +
  'instances at once, or after `platform.endpointPropagation`.';

export const discoverySchema = withShort(
  entry({
    registry,
    mode: field.of(
      z.enum(['client', 'server', 'dns']),
      absent('client, with a registry of kind dns to dns'),
      'The holder of the list, which selects the instance. `client`: each calling instance (with kubernetes, ' +
        'the kube-proxy on its node). `server`: a balancer in front of this component, one hop more (`hop`); its ' +
        'callers need no list. `dns`: each calling instance, which resolves the name; only with a registry of ' +
        'kind dns.',
    ),
    ...listFields,
    hop: hopSchema.optional(),
  }),
  SHORT,
).describe(SUMMARY);

/** `discovery` of a gateway, which has no balancer in front of it: the kind of its registry decides the mode. */
export const gatewayDiscoverySchema = withShort(entry({ registry, ...listFields }), SHORT).describe(
  SUMMARY,
);
export type WrittenDiscovery = z.output<typeof discoverySchema>;

/** How a service or gateway is registered and found. */
export type Discovery = Filled<Omit<WrittenDiscovery, 'hop'>, 'mode' | 'refreshNs'>;
