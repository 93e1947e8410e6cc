import type { RequestLine } from '../language/routes.js';
import type { Path } from '../scenario/located.js';
import type { Layer } from '../contracts/scenario/policies.js';
import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Pool } from '../contracts/scenario/pools.js';
import type { Connections } from '../contracts/scenario/connections.js';

/** A call site: a place in a program that calls another part, with the policy bundle that applies. */
export interface Call {
  /** Caller and callee as `component.part`. */
  readonly from: string;
  readonly to: string;
  readonly caller: string;
  readonly callee: string;
  /** Path of the step, route or middleware. */
  readonly path: Path;
  readonly bundle: string;
  /** Cluster of its bundle, or null. */
  readonly cluster: string | null;
  readonly layers: readonly Layer[];
  /** Largest number of commands that the engine of a saga sends for it, each a call of its own; 1 = no engine. */
  readonly commands: number;
  /** Layers of the proxy of the mesh, inside these. */
  readonly proxyLayers: readonly Layer[];
  /** Outlier detection of that proxy, or null. */
  readonly proxyOutliers: Bundle['outlierDetection'];
  /** It has an idempotency key: the callee executes it once. */
  readonly hasKey: boolean;
  /** With its key only results of successes are stored. */
  readonly forgetsErrors: boolean;
  /** Path of the bundle; without a bundle, that of the call. */
  readonly policyPath: Path;
  /** Where a bundle for it can be written, if a bundle or middleware makes it, and no step of its own; else null. */
  readonly place: Path | null;
  /** Calls per run of the calling part without failures; conditions count as met. */
  readonly times: number;
  /** The same, but conditions count as not met, and a join that ends early as nothing. */
  readonly sure: number;
  /** The same, including calls that are made only after a failure. */
  readonly most: number;
  /** The cache whose misses cause it; null = none. */
  readonly cache: string | null;
  /** The caller does not wait for its end. */
  readonly background: boolean;
  /** Its failure does not fail the calling part. */
  readonly handled: boolean;
  /** Time limit that an enclosing step sets for the call; Infinity = no limit. */
  readonly withinNs: number;
  /** Enclosing section, such as `a transaction of db`, and its YAML without the call; null = none. */
  readonly inside: { readonly text: string; readonly steps: string } | null;
  /** Load balancing in its bundle, which overrides that of the callee; null = none. */
  readonly loadBalancing: Bundle['loadBalancing'];
  readonly outlierDetection: Bundle['outlierDetection'];
  /** Connections of its bundle to services and gateways, or null. */
  readonly connections: Connections | null;
  /** Client-side pool of one calling instance; null unless the callee is a database or event store. */
  readonly pool: Pool | null;
}

/** A call of a gateway that no route takes, whatever headers it carries: the gateway answers 404. */
export interface Unrouted {
  readonly from: string;
  readonly gateway: Gateway;
  readonly line: RequestLine;
  readonly path: Path;
}

/** A place in a program that sends messages to a topic or queue, or events to a store. */
export interface Publication {
  readonly from: string;
  /** The topic, queue or event store. */
  readonly to: string;
  /** Key of the messages; '' = none. */
  readonly key: string;
  /** Messages are rows of an outbox until they are sent. */
  readonly isRow: boolean;
  /** Messages per run of the part, as those of a call. */
  readonly times: number;
  readonly most: number;
  /** Those that are certain: conditions count as not met. */
  readonly sure: number;
}

/** What programs send. */
export interface Sent {
  readonly calls: readonly Call[];
  readonly unrouted: readonly Unrouted[];
  readonly publications: readonly Publication[];
}

/** The component of `component.part`. */
export function componentOf(part: string): string {
  return part.slice(0, part.indexOf('.'));
}
