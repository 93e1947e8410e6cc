import type { Counts } from '../kernel/counts.js';
import type { StreamKey } from '../kernel/rng.js';
import type { Ns } from '../kernel/time.js';
import type { Tokens } from './faults/kind.js';
import type { Plan } from '../spec/plan/plan.js';
import type { LimiterState } from '../spec/patterns/policy.js';
import type { SagaRecord } from '../spec/record/record.js';
import type { Act } from './acts.js';
import type { Admission } from './serving/admission.js';
import type { Caches } from './caching/caches.js';
import type { Calls } from './calls.js';
import type { Checks } from './sharing/checks.js';
import type { Coalescing } from './sharing/coalescing.js';
import type { ConnectionTable } from './connections/connection-table.js';
import type { Duplicates } from './sharing/duplicates.js';
import type { Edge } from './edge.js';
import type { Effects } from './figures/effects.js';
import type { Executions } from './sharing/executions.js';
import type { Gates } from './serving/gates.js';
import type { Instance } from './processes/instance.js';
import type { Interpreter } from './programs/interpreter.js';
import type { Keys } from './arrivals/keys.js';
import type { Journal } from './figures/journal.js';
import type { Link } from './network/link.js';
import type { Loads } from './arrivals/loads.js';
import type { Refusals } from './layers/refusals.js';
import type { Meters } from './figures/meters.js';
import type { DualWrites } from './messaging/dual-writes.js';
import type { HolderKnobs } from './messaging/knobs.js';
import type { Outages } from './processes/outages.js';
import type { EndpointLists } from './picking/endpoint-lists.js';
import type { Picks } from './picking/picks.js';
import type { Functions } from './functions/functions.js';
import type { Replicas } from './replication/replicas.js';
import type { VersionTables } from './rollouts/rollouts.js';
import type { Copies } from './search/copies.js';
import type { Sections } from './sections/sections.js';
import type { Server } from './server.js';
import type { ServerEnds } from './connections/server-ends.js';
import type { Sizes } from './network/sizes.js';
import type { CallData } from './stores/call-data.js';
import type { Tasks } from './processes/tasks.js';
import type { Ties } from './sharing/ties.js';
import type { TimeLimits } from './serving/time-limits.js';
import type { Tracer } from './figures/tracer.js';
import type { Wire } from './wire.js';
import type { Workers } from './serving/workers.js';

/** The instances of one component, and the subset that callers may pick. */
export interface Fleet {
  readonly first: number;
  readonly size: number;
  /** Number of places that should be filled. */
  wanted: number;
  /** Indices within the component of the instances that are ready, in order. */
  readonly ready: Int32Array;
  /** All indices, in order. */
  readonly all: Int32Array;
  readyCount: number;
  /**
   * True if callers must not call an instance outside `ready`: it is a caller's own list, or follows probes or a
   * rollout.
   */
  readonly isBinding: boolean;
  /** By index: when the instance came back into `ready`; -Infinity if it has never left it. */
  readonly upSince: Float64Array;
  /** Number of changes of `ready`. */
  changes: number;
  /** Version whose instances callers see; -1 = all versions. */
  selected: number;
  /** By index, for all versions: 1 = it was ready at the last update. */
  readonly seen: Uint8Array;
  /** Called when an instance has come, gone or changed its readiness; null = not used. */
  watch: (() => void) | null;
}

/** A middleware limiter with one state per instance of its component, or one for all. */
export interface Limiter {
  readonly component: number;
  /** By index of the instance; all the same object if the state is shared. */
  readonly states: readonly LimiterState[];
  /** True if they are one object, which survives the death of a single process. */
  readonly shared: boolean;
  /** Index of the key it splits by, or -1. */
  readonly key: number;
  /** Unit of the Retry-After of its refusals; 0 if they carry none. */
  readonly grainNs: Ns;
  /** Cached refusals, with which instances skip its store; null without a cache. */
  readonly refusals: Refusals | null;
}

/** Limits and errors that active faults impose on a part or an instance. */
export interface Injections {
  readonly throttles: readonly Throttle[];
  readonly errors: readonly Injection[];
}

/** A limit that a fault imposes on a component or a part: one for all instances that it hits. */
export interface Throttle {
  readonly tokens: Tokens;
  readonly refusal: number;
  /** Unit of the Retry-After of its refusals; 0 if they carry none. */
  readonly grainNs: Ns;
}

/** A share of requests fails. */
export interface Injection {
  readonly share: number;
  readonly afterWork: boolean;
  readonly outcome: number;
  readonly key: StreamKey;
}

/** Gives strands a resource until they end. */
export interface LeaseOwner {
  left(strand: number): void;
}

/** Objects that faults change beside instances, parts, links and loads; each registers itself. */
export interface FaultTargets {
  /** By component id: topics and queues. */
  readonly holders: Map<number, HolderKnobs>;
  /** By part id: reassigns the partitions of a group. */
  readonly rebalance: Map<number, () => void>;
  /** By part id: makes a share of the snapshots that it reads unavailable. */
  readonly snapshots: Map<number, (share: number) => void>;
}

/**
 * The objects of one run, apart from those that all runs of a thread reuse (`engine`, `samplers`, `strands`, `frames`,
 * `levels`, `sink`). Built by `assemble`, lives for one replication.
 */
export interface World {
  readonly plan: Plan;
  readonly replication: number;
  readonly counts: Counts;
  readonly journal: Journal;
  readonly tracer: Tracer;
  readonly duplicates: Duplicates;
  readonly fleets: readonly Fleet[];
  /**
   * By component whose instances come and go: callbacks that discard the state about the previous instance in a place.
   */
  readonly newcomers: Map<number, ((index: number) => void)[]>;
  readonly instances: readonly Instance[];
  readonly edges: readonly Edge[];
  readonly links: readonly Link[];
  /** Null if no message has a size. */
  readonly sizes: Sizes | null;
  /** Null without event stores and views. */
  readonly callData: CallData | null;
  readonly limiters: readonly Limiter[];
  readonly checks: Checks;
  /** Null if no middleware chain coalesces. */
  readonly coalescing: Coalescing | null;
  readonly gates: Gates;
  readonly timeLimits: TimeLimits;
  readonly admission: Admission;
  readonly keys: Keys;
  /** Null if no call has an idempotency key. */
  readonly executions: Executions | null;
  /** Whether requests differ in priority; if not, no request carries one. */
  readonly prioritised: boolean;
  /** By part id: factor on the demand of its steps, 1 unless a fault slows it. */
  readonly partSlowness: Float64Array;
  /** Injected errors and limits by part id and by instance id; null = none. */
  readonly partInjections: (Injections | null)[];
  readonly instanceInjections: (Injections | null)[];
  readonly calls: Calls;
  readonly connections: ConnectionTable;
  /** Null if no server closes connections by limits of its own. */
  readonly serverEnds: ServerEnds | null;
  readonly wire: Wire;
  readonly picks: Picks;
  /** Null if no component has several versions. */
  readonly versions: VersionTables | null;
  readonly endpoints: EndpointLists;
  /** Null if no policy ties attempts to each other. */
  readonly ties: Ties | null;
  readonly server: Server;
  readonly outages: Outages;
  readonly faultTargets: FaultTargets;
  /** Null if no endpoint changes data and publishes without an outbox. */
  readonly dualWrites: DualWrites | null;
  readonly effects: Effects;
  readonly workers: Workers;
  readonly interpreter: Interpreter;
  readonly tasks: Tasks;
  /** By act id, see PlanAct in spec/modules. */
  readonly acts: readonly Act[];
  /** Null without caches. */
  readonly caches: Caches | null;
  readonly meters: Meters;
  /** Null if no step holds a connection or a lock, and no database locks rows. */
  readonly sections: Sections | null;
  readonly functions: Functions;
  /** By component id: takes back the resources that the strands of that component hold until they end. */
  readonly leaseOwners: Map<number, LeaseOwner>;
  /** By component id: the nodes of search engines. */
  readonly copies: ReadonlyMap<number, Copies>;
  /** By component id: the nodes of databases with replicas. */
  readonly replicas: ReadonlyMap<number, Replicas>;
  /** Conservation checks at the end of the run: each throws if its invariant is broken. */
  readonly audits: (() => void)[];
  /** By name: number of objects kept in memory, such as messages, events and ids; for the memory guard and tests. */
  readonly kept: Map<string, () => number>;
  /** By saga: examples of sagas that broke a rule, collected at the end. */
  readonly sagaExamples: (() => SagaRecord)[];
  readonly loads: Loads;
  /** Key of the random stream of each instruction, as two columns. */
  readonly streamA: Int32Array;
  readonly streamB: Int32Array;
  /** Set by a guard that stopped the run. */
  stop: { reason: 'depth' | 'memory' | 'instant'; detail: string } | null;
}
