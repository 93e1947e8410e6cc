import type { CompareOp } from './compare.js';
import type { Outcome } from './outcome.js';
import type { ComponentKind } from './component-kind.js';
import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { PlanVersions } from './versions.js';
import type { PlanAutoscaling } from './autoscaling.js';
import type { PlanProbes } from './probes.js';
import type {
  KeyPopulation,
  Layer,
  LoadBalancing,
  OutlierDetection,
  RetryAfter,
} from './scenario.js';
import type { Arrivals } from './arrivals.js';
import type { PlanModules } from './modules.js';
import type { Program } from './program.js';
import type { NodeRoute } from './replication.js';
import type { Session } from './sections.js';
import type {
  Cpu,
  GcSettings,
  Knee,
  Lifecycle,
  MemorySettings,
  PlanConnections,
  Pool,
  Queue,
  RestartBackoff,
  Shed,
} from './resources.js';

/**
 * A scenario variant lowered to ids and flat arrays: what one run needs, and nothing else. It is
 * structured-cloneable, so it goes to a worker as it is. Times are absolute: 0 is the start of the
 * warm-up. Components, parts and edges are numbered in code-unit order of their names.
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
  /** By component: its histograms are kept for each segment, those of others only for each group of them. */
  readonly bySteps: readonly boolean[];
  readonly components: readonly PlanComponent[];
  /** Endpoints, routes, operations, requests of all components; `PlanPart.component` owns it. */
  readonly parts: readonly PlanPart[];
  readonly instances: readonly PlanInstance[];
  /** All call sites of one (caller part, callee part, bundle) are one edge. */
  readonly edges: readonly PlanEdge[];
  /** What is measured apart as an edge: (caller part, callee part); PlanEdge.stat points here. */
  readonly statEdges: readonly { readonly from: number; readonly to: number }[];
  readonly bundles: readonly PlanBundle[];
  readonly distributions: readonly Distribution[];
  readonly counts: readonly CountDistribution[];
  readonly program: Program;
  readonly loads: readonly PlanLoad[];
  readonly links: readonly PlanLink[];
  /**
   * By component: distribution of the delay of a message from one of its instances to another, by
   * (zone + 1) * (zones + 1) + zone + 1; null where it has one instance.
   */
  readonly peers: readonly (Int32Array | null)[];
  readonly limiters: readonly PlanLimiter[];
  /** Whether any message has a size. */
  readonly sized: boolean;
  readonly checks: readonly PlanCheck[];
  readonly coalescings: readonly PlanCoalescing[];
  readonly gates: readonly PlanGate[];
  readonly faults: readonly PlanFault[];
  readonly keys: readonly PlanKey[];
  /** Rules of executing once per value; parts and edges point here. */
  readonly onces: readonly PlanOnce[];
  /** Every priority that a request can have, ascending. */
  readonly priorities: readonly number[];
  /** Longest chain of layers of any edge, pool and deadline included. */
  readonly deepestChain: number;
  /** Share of roots to trace, by a hash of (workload, arrival number); 0 = none, 1 = all. */
  readonly traceShare: number;
}

/**
 * The measuring grid: the elementary cells of time, half-open, from the end of the warm-up on. Cell k
 * is [edges[k], edges[k+1]). Steps of the timeline, fault windows and budget windows are unions of
 * cells. Segments are unions of cells too: full-resolution histograms are kept per segment.
 */
export interface Grid {
  readonly edges: Float64Array;
  readonly stepOfCell: Int32Array;
  readonly steps: number;
  readonly segmentOfCell: Int32Array;
  readonly segments: number;
  /** By segment: the first one between the same edges of faults and windows; itself where no step is a segment. */
  readonly groupOfSegment: Int32Array;
}

/** What the platform does for instances of services and gateways. */
export interface PlanPlatform {
  /** null where no platform starts its processes; see Platform. */
  readonly restart: RestartBackoff | null;
  /** What a new instance waits for before it starts up, one after the other, by the names of their draws. */
  readonly placing: readonly { readonly name: string; readonly time: Distribution }[];
  /** From a change of who is ready to the list of each caller; null = at once. */
  readonly propagation: Distribution | null;
  /** Where it is stopped, a process that takes its place starts beside it. */
  readonly replaced: boolean;
}

export interface PlanComponent extends PlanPlatform {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly firstInstance: number;
  /** As many as there can be, and how many of them, the first ones, are there at the beginning. */
  readonly instances: number;
  readonly initial: number;
  readonly firstPart: number;
  readonly parts: number;
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly cancellation: 'ignore' | 'onDequeue' | 'atSteps' | 'immediate';
  readonly admission: PlanAdmission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  readonly lifecycle: Lifecycle | null;
  /** null = all its instances are alike. */
  readonly versions: PlanVersions | null;
  readonly probes: PlanProbes | null;
  /** Who changes how many there are; null = nobody. */
  readonly autoscaling: PlanAutoscaling | null;
  /** Program run instead of an endpoint's by a refused request; -1 = a refusal is free. */
  readonly rejectProgram: number;
  /** Program of a TLS handshake; -1 where there is none. */
  readonly handshakeProgram: number;
  readonly loadBalancing: LoadBalancing;
  readonly external: boolean;
  readonly critical: boolean;
  /** Databases: connections over all pools, and the cost of opening one. */
  readonly maxConnections: number;
  readonly connect: Distribution | null;
  readonly knee: Knee | null;
}

export interface PlanPart {
  readonly name: string;
  readonly component: number;
  /** Offset of its first instruction. */
  readonly program: number;
  readonly idempotent: boolean;
  /** Bytes of a successful answer; -1 = of a route: those of the answer it was given. */
  readonly responseBytes: number;
  /** Index into `onces` of what it says itself, or -1. */
  readonly once: number;
  /** Index into `priorities`; -1 = that of the caller. Requests of workloads have one. */
  readonly priority: number;
}

export interface PlanInstance {
  readonly component: number;
  /** Number within the component. */
  readonly index: number;
  /** -1 = outside every zone. */
  readonly zone: number;
}

export interface PlanEdge {
  /** Caller part. */
  readonly from: number;
  /** Callee part. */
  readonly to: number;
  readonly stat: number;
  readonly bundle: number;
  /** Index into `onces` of what its bundle asks for, or -1. */
  readonly once: number;
  readonly loadBalancing: LoadBalancing;
  readonly outlierDetection: OutlierDetection | null;
  /**
   * Share of the instances that must be open for callers to heed what is shut; below it every one is
   * picked, or none where `failsOnPanic`.
   */
  readonly panic: number;
  readonly failsOnPanic: boolean;
  readonly pool: Pool | null;
  readonly session: Session;
  /** Which node of a database with replicas or shards it asks; null elsewhere. */
  readonly route: NodeRoute | null;
  /** Bytes of a request; -1 = of a route: those of the request it was sent. */
  readonly requestBytes: number;
  /** Edge of the call that the fallback of the bundle makes instead, or -1. */
  readonly fallback: number;
  /** First instruction of the steps that its caller runs instead, or -1. */
  readonly instead: number;
  /** By layer of its bundle: edge of the question to the layer's store, or -1; null: nobody asks. */
  readonly asks: readonly number[] | null;
  readonly connections: PlanConnections | null;
  /** True when a deadline may reach this edge (its own, or one propagated from a caller). */
  readonly deadline: boolean;
  /** Link by [caller zone index + 1][callee zone index + 1], flattened; stride = zones + 1. */
  readonly links: Int32Array;
}

export interface PlanBundle {
  readonly id: string;
  readonly layers: readonly Layer[];
  /** `written`, or the name of the preset the layers are ordered by. */
  readonly order: string;
}

/** The way of the messages of one measured edge between two zones: requests go along it, answers back. */
export interface PlanLink {
  /** Index into statEdges. */
  readonly stat: number;
  /** Zone indices, -1 = outside. */
  readonly fromZone: number;
  readonly toZone: number;
  /** Distribution id, one way, of requests and of answers (they differ where a link is one-way). */
  readonly latency: number;
  readonly answerLatency: number;
  readonly loss: number;
  readonly answerLoss: number;
  /** Bytes per second between two instances, Infinity = no limit. */
  readonly bandwidth: number;
  readonly answerBandwidth: number;
  readonly rtoNs: Ns;
}

/** A key by which state is split; the built-in ones have populations of their own. */
export interface PlanKey {
  readonly name: string;
  readonly population:
    | KeyPopulation
    /** The workload, the calling instance. */
    | { readonly kind: 'workload' | 'caller' }
    /**
     * One of the clients of the workload; how many there are by component, Infinity = all different.
     * Seen by its address a workload without that number is one caller, and so is a calling instance.
     */
    | { readonly kind: 'client' | 'address'; readonly clients: readonly number[] };
  /** By part of a user request: the value that its requests have, NaN where they draw one; null: all draw. */
  readonly pins: Float64Array | null;
}

/** Executed once for each value of a key (an index into `keys`), see OncePerValue. */
export interface PlanOnce {
  readonly key: number;
  readonly windowNs: Ns;
  readonly storeErrors: boolean;
}

/** A rate limiter that stands in a middleware chain or before the queue. State per instance of the component, or one for all. */
export interface PlanLimiter {
  readonly component: number;
  readonly layer: Layer;
  /** Index into `keys`, or -1: one bucket for all requests. */
  readonly key: number;
  readonly retryAfter: RetryAfter;
  /** How long an instance goes by a refusal without asking the store again, null: it always asks. */
  readonly cacheNs: Ns | null;
}

/** A limit on the requests under way in each instance of a component, all of them or those of a part. */
export interface PlanGate {
  readonly component: number;
  readonly layer: Layer;
  /** Index into `keys`, or -1: one limit for all requests. */
  readonly key: number;
  /** Names its draws. */
  readonly place: string;
}

/** What stands before the queue of a component. */
export interface PlanAdmission {
  readonly shed: Shed | null;
  /** Index of the key by which users have their levels, or -1. */
  readonly shedKey: number;
  /** Ids of a limiter and a gate, or -1. */
  readonly limiter: number;
  readonly gate: number;
  /** How the limiter refuses. */
  readonly refusal: Outcome;
}

/** A remote check in a middleware chain whose answers each instance of the component keeps. */
export interface PlanCheck {
  readonly component: number;
  /** Index into `keys`: for whom an answer holds. */
  readonly key: number;
  readonly ttlNs: Ns;
  /** Refusals are kept too. */
  readonly refusals: boolean;
}

/** Requests of one part that share an answer while they are on one instance of the component. */
export interface PlanCoalescing {
  readonly component: number;
  /** Index into `keys`: who asks the same. */
  readonly key: number;
  /** From the start of the request that is answered for all; null = while it lasts. */
  readonly windowNs: Ns | null;
  readonly shareErrors: boolean;
}

export interface PlanLoad {
  readonly component: number;
  readonly arrivals: Arrivals;
  /** Absolute. */
  readonly startNs: Ns;
  readonly stopNs: Ns;
  /** Cumulated weights of the parts (requests) of the component. */
  readonly weights: Float64Array;
  readonly requests: readonly {
    readonly patienceNs: Ns | null;
    readonly patienceCancels: boolean;
    readonly goodputWithinNs: Ns | null;
  }[];
}

/** A condition on a step of the timeline. */
export interface PlanCondition {
  readonly metric: string;
  readonly ending: string;
  readonly component: number;
  readonly parts: readonly number[];
  /** All instances of the component, or the one that is meant. */
  readonly instances: readonly number[];
  readonly op: CompareOp;
  readonly limit: number;
  readonly forNs: Ns;
  readonly count: number;
  readonly lengthNs: Ns;
}

export interface PlanFault {
  readonly id: string;
  readonly kind: string;
  readonly config: unknown;
  /** What it turns. */
  readonly knobs: readonly string[];
  readonly share: number;
  /** Only nodes of a database that have this role when it begins; null = all. */
  readonly role: 'primary' | 'replica' | null;
  /** Candidate instance ids, path order; the selection is made at activation. */
  readonly instances: readonly number[];
  readonly select:
    | { readonly kind: 'all' }
    | { readonly kind: 'count'; readonly count: number }
    | { readonly kind: 'share'; readonly share: number }
    | { readonly kind: 'indices'; readonly indices: readonly number[] };
  /** Part ids, where parts are targeted. */
  readonly parts: readonly number[];
  /** Link ids with the direction of the messages that are hit, seen along the link: 1 request, 2 response, 3 both. */
  readonly links: readonly { readonly link: number; readonly direction: number }[];
  /** Load ids. */
  readonly loads: readonly number[];
  /** Component ids of what holds messages. */
  readonly holders: readonly number[];
  /** Absolute spans in which it may be active: of one that starts late, up to its latest end. */
  readonly spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  /** What each start draws, and the spans of those that are in time; null = all take place, and in time. */
  readonly chance: {
    readonly jitterNs: Ns;
    readonly probability: number;
    readonly starts: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  } | null;
  /** Whose draws it shares: its own id, or its group. */
  readonly stream: string;
  /** What is watched for; null = it starts by the clock. */
  readonly when: PlanCondition | null;
  /** Component whose version it changes, which is no fault and turns nothing; null = it is one. */
  readonly rollout: number | null;
  readonly ramp: {
    readonly upNs: Ns;
    readonly downNs: Ns;
    readonly shape: 'linear' | 'step' | 'exponential';
  } | null;
}
