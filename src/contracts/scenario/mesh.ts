import type { Distribution } from '../../kernel/distribution.js';
import type { Priorities } from './balancing.js';
import type { LoadBalancing } from './policies.js';
import type { Bundle } from './steps.js';

/** Cost of one pass through a proxy. */
export interface ProxyCost {
  /** CPU time, spent by one of the worker threads. */
  readonly work: Distribution;
  /** Time beside the work, such as copies and wake-ups; it holds no worker. */
  readonly latency: Distribution;
  readonly workers: number;
}

/** Shared proxies in front of services, which apply the policies of a mesh without sidecars. */
export interface Waypoint extends ProxyCost {
  /** Services that have one, in code-unit order. */
  readonly services: readonly string[];
  readonly replicas: number;
}

/** A route of the mesh for the calls of a service. */
export interface MeshRoute {
  readonly name: string;
  /** Header name and accepted values, of which one must be present; empty = all calls. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Services that get the call, with weights. */
  readonly to: readonly MeshTarget[];
}

/** A destination of a route of the mesh. */
export interface MeshTarget {
  readonly service: string;
  /** Only the instances of this version are called, as a subset; absent = those of all versions. */
  readonly version?: string;
  readonly weight: number;
}

/** A service mesh: proxies beside the instances of its services. */
export interface Mesh {
  readonly kind: string;
  /** Services and gateways inside, in code-unit order. */
  readonly services: readonly string[];
  readonly proxy: ProxyCost;
  /** CPU time of the proxy of the callee for a TLS handshake. */
  readonly handshakeWork: Distribution;
  /** Waypoints apply the policies; without one nothing does. False = the proxies of the callers do. */
  readonly byWaypoints: boolean;
  readonly waypoint: Waypoint | null;
  readonly mtls: boolean;
  /** Balancing of calls from inside the mesh whose bundle and callee have none; null = as without the mesh. */
  readonly loadBalancing: LoadBalancing | null;
  /** Levels of calls whose callers eject instances; missing = none. */
  readonly priorities?: Priorities;
  /** Services and gateways with `loadBalancing` of their own. */
  readonly balanced: readonly string[];
  /** Bundle of the proxy for calls without one in `outbound`; null = no policies. */
  readonly policy: Bundle | null;
  /** Bundles by callee or `callee.endpoint`. */
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** By called service: the first route that matches takes the call. */
  readonly routes: ReadonlyMap<string, readonly MeshRoute[]>;
  /** Delay until a proxy has a changed list of endpoints; null = that of the platform. */
  readonly configPropagation: Distribution | null;
}
