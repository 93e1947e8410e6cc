import type { PlanAlerts } from './alerts.js';
import type { PlanNodes } from './nodes.js';
import type { ComponentKind } from '../component-kind.js';
import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Layer, LoadBalancing, OutlierDetection, RetryAfter } from '../scenario/policies.js';
import type { PlanHealthChecks } from './probes.js';
import type { PlanProcess } from './process.js';
import type { PlanChanges } from './changes.js';
import type { PlanVersions } from './versions.js';
import type { PlanAutoscaling } from './autoscaling.js';
import type { FaultCondition, Fault } from '../scenario/scenario.js';
import type { Selection } from '../scenario/faults.js';
import type { KeyPopulation } from '../scenario/keys.js';
import type { OncePerValue } from '../fields/common.js';
import type { Bundle } from '../scenario/steps.js';
import type { Middleware } from '../scenario/middleware.js';
import type { Arrivals } from '../scenario/arrivals.js';
import type { PlanModules } from './modules.js';
import type { PlanMesh } from './mesh.js';
import type { Program } from './program.js';
import type { NodeRoute, ServerSelection } from './replication.js';
import type { Session } from '../scenario/sections.js';
import type { Knee } from '../scenario/resources.js';
import type { RestartBackoff } from '../scenario/restarts.js';
import type { Pool } from '../scenario/pools.js';
import type { Protocol } from '../scenario/connections.js';
import type { FlowDevice } from '../scenario/network.js';
import type { PlanConnections } from './connections.js';

/**
 * At the start of a cell of the grid all draws turn: from there on the run is another future of the same state. Both
 * words are int32 and not both 0.
 */
export interface Turn {
  readonly cell: number;
  readonly a: number;
  readonly b: number;
}

/**
 * A scenario variant lowered to ids and flat arrays: the complete input of a run. It is structured-cloneable,
 * so it can be sent to a worker as it is. Times are absolute: 0 is the start of the warm-up. Components,
 * parts and edges are numbered in code-unit order of their names.
 */
export interface Plan extends PlanModules {
  readonly format: 'faultline.plan/1';
  readonly variant: string;
  readonly seed: number;
  readonly warmupNs: Ns;
  /** End of arrivals: warm-up + duration. */
  readonly endNs: Ns;
  /** End of the run: end + drain. */
  readonly horizonNs: Ns;
  readonly maxEvents: number;
  readonly grid: Grid;
  /** Where its draws turn, by ascending cell; absent = nowhere. */
  readonly turns?: readonly Turn[];
  /** By component: whether histograms are kept for every segment, or only for every group of segments. */
  readonly bySteps: readonly boolean[];
  readonly components: readonly PlanComponent[];
  /** Endpoints, routes, operations and requests of all components; `PlanPart.component` is the owner. */
  readonly parts: readonly PlanPart[];
  /** By row of the measurements: its part. First a row per part, then one per part of each version. */
  readonly measured: readonly number[];
  readonly instances: readonly PlanInstance[];
  /** An edge joins all call sites with the same caller part, callee part and bundle. */
  readonly edges: readonly PlanEdge[];
  /** Measured edges: (caller part, callee part). PlanEdge.stat is an index into this list. */
  readonly statEdges: readonly { readonly from: number; readonly to: number }[];
  readonly bundles: readonly PlanBundle[];
  readonly distributions: readonly Distribution[];
  readonly counts: readonly CountDistribution[];
  readonly program: Program;
  readonly loads: readonly PlanLoad[];
  readonly links: readonly PlanLink[];
  /**
   * By component: distribution ids of the delay of a message between two of its instances, by (zone + 1) *
   * (zones + 1) + zone + 1; null for components with one instance.
   */
  readonly peers: readonly (Int32Array | null)[];
  readonly limiters: readonly PlanLimiter[];
  /** Whether any message has a size. */
  readonly sized: boolean;
  /** Whether traffic between zones has a price, so that its bytes are counted. */
  readonly pricedZones: boolean;
  readonly checks: readonly PlanCheck[];
  readonly coalescings: readonly PlanCoalescing[];
  readonly gates: readonly PlanGate[];
  /** The proxies between services; null without a service mesh. */
  readonly mesh: PlanMesh | null;
  readonly faults: readonly PlanFault[];
  /** Nodes that hold the instances; null = there is always room. */
  readonly nodes: PlanNodes | null;
  /** null = the configuration is the same for the entire run. */
  readonly changes: PlanChanges | null;
  readonly keys: readonly PlanKey[];
  /** Rules for executing a request once per key value; parts and edges refer to them. */
  readonly onces: readonly PlanOnce[];
  /** Names of the zones, by their index. */
  readonly zones: readonly string[];
  /** By zone: its region, '' = none. */
  readonly regions: readonly string[];
  /** By component: its labels. */
  readonly labels: readonly ReadonlyMap<string, string>[];
  /** Every priority that a request can have, ascending. */
  readonly priorities: readonly number[];
  /** Length of the longest chain of layers of any edge, pool and deadline included. */
  readonly deepestChain: number;
  /** Alerts to evaluate; absent = there are none. */
  readonly alerts?: PlanAlerts;
  /** Share of roots to trace, selected by a hash of (workload, arrival number); 0 = none, 1 = all. */
  readonly traceShare: number;
}

/**
 * The measuring grid: half-open elementary cells of time, from the end of the warm-up. Cell k is [edges[k],
 * edges[k+1]). Steps of the timeline, fault windows and budget windows are unions of cells. So are segments,
 * for each of which full-resolution histograms are kept.
 */
export interface Grid {
  readonly edges: Float64Array;
  readonly stepOfCell: Int32Array;
  readonly steps: number;
  readonly segmentOfCell: Int32Array;
  readonly segments: number;
  /** By segment: the first segment between the same edges of faults and windows; itself if steps are not segments. */
  readonly groupOfSegment: Int32Array;
}

/** Platform settings of the instances of a service or gateway. */
export interface PlanPlatform {
  /** Back-off of restarts; null without one, see Platform. */
  readonly restart: RestartBackoff | null;
  /** Delays of a new instance before its start-up, in sequence, with the names of their draws. */
  readonly placing: readonly { readonly name: string; readonly time: Distribution }[];
  /** Delay from a readiness change until each caller's endpoint list shows it; null = none. */
  readonly propagation: Distribution | null;
  /** A replacement starts at once when a process is ordered to stop. */
  readonly replaced: boolean;
}

export interface PlanComponent extends PlanPlatform, PlanProcess {
  readonly name: string;
  readonly kind: ComponentKind;
  /** Its `kind` in the scenario, such as `postgres`; of a cache that of its shared level. null = it has none. */
  readonly product: string | null;
  /** `protocol` of its callers, for what shows it; null = not written. */
  readonly protocol: Pick<Protocol, 'kind' | 'tls'> | null;
  readonly firstInstance: number;
  /** Largest number of instances; the first `initial` ones exist at the start. */
  readonly instances: number;
  readonly initial: number;
  readonly firstPart: number;
  readonly parts: number;
  /** null = all instances are alike. */
  readonly versions: PlanVersions | null;
  /** A configuration change sets its number of replicas. */
  readonly resized: boolean;
  /** Autoscaler; null = fixed number of instances. */
  readonly autoscaling: PlanAutoscaling | null;
  /** Health checks that its callers make; null = none. */
  readonly healthChecks: PlanHealthChecks | null;
  /** Program of a TLS handshake; -1 = none. */
  readonly handshakeProgram: number;
  /** Program of the work of a database for each connection that is opened; -1 = none. */
  readonly connectProgram: number;
  readonly loadBalancing: LoadBalancing;
  readonly external: boolean;
  readonly critical: boolean;
  /** Databases only: connection limit over all pools, and the cost of opening a connection. */
  readonly maxConnections: number;
  readonly connect: Distribution | null;
  /** Interval at which a server looks for lost clients during a statement; 0 = it does not. */
  readonly clientCheckNs: Ns;
  /** Time without a statement after which a server closes a session; Infinity = never. */
  readonly sessionIdleNs: Ns;
  readonly knee: Knee | null;
}

export interface PlanPart {
  readonly name: string;
  readonly component: number;
  /** Offset of the first instruction of the part. */
  readonly program: number;
  readonly idempotent: boolean;
  /** Bytes of a successful response; -1 = a route, which passes on the size of the response it gets. */
  readonly responseBytes: number;
  /** Index into `onces` of the part's own rule, or -1. */
  readonly once: number;
  /** Index into `priorities`; -1 = the caller's. Requests of workloads always have one. */
  readonly priority: number;
  /** Method (upper case) and path pattern of a route or an endpoint, as written; null = not written. */
  readonly method: string | null;
  readonly path: string | null;
  /** Method with which all calls reach a route, for what shows it; null = they have none, or several. */
  readonly asked: string | null;
  /** Bits of DISK: how its requests use the disk of its process. */
  readonly disk: number;
}

/** Bits of `PlanPart.disk`. */
export const DISK = Object.freeze({ read: 1, write: 2 } as const);

/** How the requests of a part use the disk of its process. */
export interface DiskUse {
  /** Bits of DISK; 0 = they use none. */
  readonly bits: number;
  /** The program has a wait, which is the time of the disk. */
  readonly waits: boolean;
}

export interface PlanInstance {
  readonly component: number;
  /** Index within the component. */
  readonly index: number;
  /** Zone index; -1 = outside every zone. */
  readonly zone: number;
}

export interface PlanEdge {
  /** Caller part. */
  readonly from: number;
  /** Callee part. */
  readonly to: number;
  readonly stat: number;
  readonly bundle: number;
  /** Index into `onces` of the rule of its bundle, or -1. */
  readonly once: number;
  readonly loadBalancing: LoadBalancing;
  readonly outlierDetection: OutlierDetection | null;
  /**
   * Share of the instances that must be open for callers to avoid shut ones. Below it every instance is
   * picked, or none with `failsOnPanic`.
   */
  readonly panic: number;
  readonly failsOnPanic: boolean;
  readonly pool: Pool | null;
  readonly session: Session;
  /** Route to a node of a database with replicas or shards; null for other callees. */
  readonly route: NodeRoute | null;
  /** How the client library of a database finds a node; absent = it does not look for one. */
  readonly selection?: ServerSelection;
  /** Number of the version of the callee that is called; -1 = all versions. */
  readonly version: number;
  /** Bytes of a request; -1 = a route, which passes on the size of the request it gets. */
  readonly requestBytes: number;
  /** Edge of the call that the bundle's fallback makes instead, or -1. */
  readonly fallback: number;
  /** First instruction of the steps that the caller runs instead, or -1. */
  readonly instead: number;
  /** By layer of its bundle: edge of the query to the layer's store, or -1; null without queries. */
  readonly asks: readonly number[] | null;
  readonly connections: PlanConnections | null;
  /** True if a deadline can apply to this edge: its own, or one propagated from a caller. */
  readonly deadline: boolean;
  /** By configuration: the edge that its calls use; null = this one in all of them. */
  readonly changed: readonly number[] | null;
  /** Link by [caller zone index + 1][callee zone index + 1], flattened; stride = zones + 1. */
  readonly links: Int32Array;
}

export interface PlanBundle extends Pick<Bundle, 'id' | 'layers' | 'client' | 'order'> {
  /** Its name in the streams of random numbers. */
  readonly draws: string;
  /** Bundle or cluster that its connections belong to. */
  readonly poolOf: string;
}

/** Network path of one measured edge between two zones, in the direction of the requests. */
export interface PlanLink {
  /** Index into statEdges; -1 = it carries no calls, but the messages of a registry. */
  readonly stat: number;
  /** Zone indices; -1 = outside every zone. */
  readonly fromZone: number;
  readonly toZone: number;
  /** Distribution ids of the one-way latency of requests and of responses; they differ on a one-way link. */
  readonly latency: number;
  readonly answerLatency: number;
  readonly loss: number;
  readonly answerLoss: number;
  /** Bytes per second between two instances; Infinity = unlimited. */
  readonly bandwidth: number;
  readonly answerBandwidth: number;
  readonly rtoNs: Ns;
  /** The device on the way that forgets quiet connections; null = none. */
  readonly device: FlowDevice | null;
}

/** A key by which state is split. Built-in keys have their own populations. */
export interface PlanKey {
  readonly name: string;
  readonly population:
    | KeyPopulation
    /** The workload, or the calling instance. */
    | { readonly kind: 'workload' | 'caller' }
    /**
     * A client of the workload. `clients` is the number of clients by component; Infinity = all different. As
     * an `address`, a workload without a number of clients is a single caller, and so is a calling instance.
     */
    | { readonly kind: 'client' | 'address'; readonly clients: readonly number[] };
  /** By part of a user request: the fixed key value of its requests, NaN = drawn; null = drawn for all. */
  readonly pins: Float64Array | null;
}

/** Executes a request once per value of a key (an index into `keys`), see OncePerValue. */
export type PlanOnce = Keyed<OncePerValue>;

/**
 * A rate limiter in a middleware chain or in front of the queue. Each instance of the component has its own
 * state, or all share one.
 */
export interface PlanLimiter {
  readonly component: number;
  readonly layer: Layer;
  /** Index into `keys`; -1 = one bucket for all requests. */
  readonly key: number;
  readonly retryAfter: RetryAfter;
  /** How long an instance reuses a refusal without another query to the store; null = it always queries. */
  readonly cacheNs: Ns | null;
}

/** A limit on the requests in flight in each instance of a component: all of them, or those of one part. */
export interface PlanGate {
  readonly component: number;
  readonly layer: Layer;
  /** Index into `keys`; -1 = one limit for all requests. */
  readonly key: number;
  /** Name of its draws. */
  readonly place: string;
}

/** A setting by the values of a key; in a plan that is an index into `keys`. */
type Keyed<S extends { readonly key: string }> = Omit<S, 'key'> & { readonly key: number };

/** A remote check in a middleware chain. Each instance of the component caches its responses. */
export interface PlanCheck extends Keyed<NonNullable<Middleware['cached']>> {
  readonly component: number;
}

/** Request coalescing: requests of one part that are in flight in the same instance share a response. */
export interface PlanCoalescing extends Keyed<NonNullable<Middleware['coalesce']>> {
  readonly component: number;
}

export interface PlanLoad {
  readonly component: number;
  readonly arrivals: Arrivals;
  /** Absolute times. */
  readonly startNs: Ns;
  readonly stopNs: Ns;
  /** Cumulative weights of the parts (requests) of the component. */
  readonly weights: Float64Array;
  readonly requests: readonly {
    readonly patienceNs: Ns | null;
    readonly patienceCancels: boolean;
    readonly goodputWithinNs: Ns | null;
  }[];
}

/** Fields of a condition that a run needs as they are. */
export const WATCHED = ['metric', 'ending', 'op', 'limit', 'forNs', 'count'] as const;
type Watched = (typeof WATCHED)[number];

/** A condition that is evaluated at each step of the timeline. */
export interface PlanCondition extends Pick<FaultCondition, Watched | 'alert'> {
  readonly component: number;
  readonly parts: readonly number[];
  /** Indices into statEdges of the watched calls; empty = the requests of `parts` are watched. */
  readonly edges: readonly number[];
  /** All instances of the component, or the one that is named. */
  readonly instances: readonly number[];
  readonly lengthNs: Ns;
}

export interface PlanFault extends Pick<
  Fault,
  'id' | 'kind' | 'config' | 'share' | 'role' | 'ramp' | 'mitigated'
> {
  /** Names of the knobs that it turns. */
  readonly knobs: readonly string[];
  /** Candidate instance ids, in path order; the selection happens at activation. */
  readonly instances: readonly number[];
  /** Candidate nodes; the selection happens at activation. */
  readonly nodes: readonly number[];
  readonly select: Selection;
  /** Part ids, if parts are targeted. */
  readonly parts: readonly number[];
  /** Link ids and the direction of the affected messages along the link: 1 requests, 2 responses, 3 both. */
  readonly links: readonly { readonly link: number; readonly direction: number }[];
  /** Load ids. */
  readonly loads: readonly number[];
  /** Component ids of the affected topics, queues and stores. */
  readonly holders: readonly number[];
  /** Absolute spans in which it can be active; with jitter, up to its latest end. */
  readonly spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  /** Draws of each start, and the spans without jitter; null = every start happens, and on time. */
  readonly chance: {
    readonly jitterNs: Ns;
    readonly probability: number;
    readonly starts: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  } | null;
  /** Name of its random stream: its own id, or its group. */
  readonly stream: string;
  /** Condition that starts it; null = it starts at fixed times. */
  readonly when: PlanCondition | null;
  /** Component that rolls out a new version: a rollout is scheduled like a fault but is none; null for faults. */
  readonly rollout: number | null;
}
