import type { Counts } from '../kernel/counts.js';
import type { StreamKey } from '../kernel/rng.js';
import type { Ns } from '../kernel/time.js';
import type { Tokens } from './faults/kind.js';
import type { Plan } from '../spec/plan.js';
import type { LimiterState } from '../spec/policy.js';
import type { SagaRecord } from '../spec/record.js';
import type { Act } from './acts.js';
import type { Admission } from './serving/admission.js';
import type { Caches } from './caching/caches.js';
import type { Calls } from './calls.js';
import type { Checks } from './sharing/checks.js';
import type { Coalescing } from './sharing/coalescing.js';
import type { ConnectionTable } from './connections/connection-table.js';
import type { Duplicates } from './sharing/duplicates.js';
import type { Edge } from './edge.js';
import type { Effects } from './effects.js';
import type { Executions } from './sharing/executions.js';
import type { Gates } from './serving/gates.js';
import type { Instance } from './instance.js';
import type { Interpreter } from './interpreter.js';
import type { Keys } from './arrivals/keys.js';
import type { Journal } from './journal.js';
import type { Link } from './link.js';
import type { Loads } from './arrivals/loads.js';
import type { Refusals } from './layers/refusals.js';
import type { Meters } from './meters.js';
import type { DualWrites } from './messaging/dual-writes.js';
import type { HolderKnobs } from './messaging/knobs.js';
import type { Outages } from './outages.js';
import type { EndpointLists } from './picking/endpoint-lists.js';
import type { Picks } from './picking/picks.js';
import type { Functions } from './functions/functions.js';
import type { Replicas } from './replication/replicas.js';
import type { VersionTables } from './rollouts/rollouts.js';
import type { Copies } from './search/copies.js';
import type { Sections } from './sections/sections.js';
import type { Server } from './server.js';
import type { ServerEnds } from './connections/server-ends.js';
import type { Sizes } from './sizes.js';
import type { Cargo } from './stores/cargo.js';
import type { Tasks } from './tasks.js';
import type { Ties } from './sharing/ties.js';
import type { TimeLimits } from './serving/time-limits.js';
import type { Tracer } from './tracer.js';
import type { Wire } from './wire.js';
import type { Workers } from './serving/workers.js';

/** The instances of one component, and which of them callers may pick. */
export interface Fleet {
  readonly first: number;
  readonly size: number;
  /** How many of its places are not to be empty. */
  wanted: number;
  /** Indices within the component of the instances that are up, in order. */
  readonly ready: Int32Array;
  /** All indices, in order. */
  readonly all: Int32Array;
  readyCount: number;
  /** Nobody is called who is not in `ready`: it is what one caller has been told, or what probes say. */
  readonly isBinding: boolean;
  /** By index: when the instance came back into `ready`; -Infinity where it has never left it. */
  readonly upSince: Float64Array;
  /** How often `ready` has changed. */
  changes: number;
  /** Callers are told of the instances of this version alone; -1 = of all. */
  selected: number;
  /** By index, whatever is selected: 1 = it was last seen to be ready. */
  readonly seen: Uint8Array;
  /** Told when an instance has come, gone or changed its readiness; null = nobody asks. */
  watch: (() => void) | null;
}

/** A middleware limiter with one state per instance of its component, or one for all. */
export interface Limiter {
  readonly component: number;
  /** By index of the instance; all the same object where the state is shared. */
  readonly states: readonly LimiterState[];
  /** True where they are one object, which no single process takes with it. */
  readonly shared: boolean;
  /** Index of the key it splits by, or -1. */
  readonly key: number;
  /** Unit of the Retry-After of its refusals; 0 where they carry none. */
  readonly grainNs: Ns;
  /** Refusals by which instances go without asking its store; null where they always ask. */
  readonly refusals: Refusals | null;
}

/** What faults answer in place of a part or an instance while they are active. */
export interface Injections {
  readonly throttles: readonly Throttle[];
  readonly errors: readonly Injection[];
}

/** A limit that a fault has put before a component or a part: one for all instances that it hits. */
export interface Throttle {
  readonly tokens: Tokens;
  readonly refusal: number;
  /** Unit of the Retry-After of its refusals; 0 where they carry none. */
  readonly grainNs: Ns;
}

/** A share of requests fails. */
export interface Injection {
  readonly share: number;
  readonly afterWork: boolean;
  readonly outcome: number;
  readonly key: StreamKey;
}

/** Who lends strands something that they have until they end. */
export interface Lessor {
  left(strand: number): void;
}

/** What faults turn beside instances, parts, links and loads; filled by what is turned. */
export interface Turnables {
  /** By component id: topics and queues. */
  readonly holders: Map<number, HolderKnobs>;
  /** By part id: deals the partitions of a group anew. */
  readonly rebalance: Map<number, () => void>;
  /** By part id: a share of the snapshots that it reads are gone. */
  readonly snapshots: Map<number, (share: number) => void>;
}

/**
 * What one run is made of beside what all runs of a thread have in turn (`engine`, `samplers`, `strands`,
 * `frames`, `levels`, `sink`). Built by `assemble`, lives for one replication.
 */
export interface World {
  readonly plan: Plan;
  readonly replication: number;
  readonly counts: Counts;
  readonly journal: Journal;
  readonly tracer: Tracer;
  readonly duplicates: Duplicates;
  readonly fleets: readonly Fleet[];
  /** By component whose instances come and go: who is to forget what it knows of the one that had a place before. */
  readonly newcomers: Map<number, ((index: number) => void)[]>;
  readonly instances: readonly Instance[];
  readonly edges: readonly Edge[];
  readonly links: readonly Link[];
  /** Null where no message has a size. */
  readonly sizes: Sizes | null;
  /** Null where there is no event store and no view. */
  readonly cargo: Cargo | null;
  readonly limiters: readonly Limiter[];
  readonly checks: Checks;
  /** Null where no middleware chain coalesces. */
  readonly coalescing: Coalescing | null;
  readonly gates: Gates;
  readonly timeLimits: TimeLimits;
  readonly admission: Admission;
  readonly keys: Keys;
  /** null where no key makes anything execute once. */
  readonly executions: Executions | null;
  /** Whether requests differ in priority; where not, nobody carries one. */
  readonly prioritised: boolean;
  /** By part id: factor on the demand of its steps, 1 unless a fault slows it. */
  readonly partSlowness: Float64Array;
  /** Injected errors and limits by part id and by instance id; null = none. */
  readonly partInjections: (Injections | null)[];
  readonly instanceInjections: (Injections | null)[];
  readonly calls: Calls;
  readonly connections: ConnectionTable;
  /** Null where no server closes connections by itself. */
  readonly serverEnds: ServerEnds | null;
  readonly wire: Wire;
  readonly picks: Picks;
  /** Null where no component has several. */
  readonly versions: VersionTables | null;
  readonly endpoints: EndpointLists;
  /** Null where no policy ties attempts to each other. */
  readonly ties: Ties | null;
  readonly server: Server;
  readonly outages: Outages;
  readonly turnables: Turnables;
  /** Null where no endpoint changes data and publishes past an outbox. */
  readonly dualWrites: DualWrites | null;
  readonly effects: Effects;
  readonly workers: Workers;
  readonly interpreter: Interpreter;
  readonly tasks: Tasks;
  /** By act id, see PlanAct in spec/modules. */
  readonly acts: readonly Act[];
  /** Null where there are none. */
  readonly caches: Caches | null;
  readonly meters: Meters;
  /** Null where no step holds a connection or a lock, and no database locks rows. */
  readonly sections: Sections | null;
  readonly functions: Functions;
  /** By component id: who gets back what the strands of that component have until they end. */
  readonly lessors: Map<number, Lessor>;
  /** By component id: the nodes of search engines. */
  readonly copies: ReadonlyMap<number, Copies>;
  /** By component id: the nodes of databases with replicas. */
  readonly replicas: ReadonlyMap<number, Replicas>;
  /** Laws of conservation at the end of the run: each breaks an invariant where it does not hold. */
  readonly audits: (() => void)[];
  /** By name: how much is kept of messages, events and ids, for tests of what nobody can read any more. */
  readonly kept: Map<string, () => number>;
  /** By saga: what is told of those that broke a rule, asked for at the end. */
  readonly sagaExamples: (() => SagaRecord)[];
  readonly loads: Loads;
  /** Key of the random stream of each instruction, as two columns. */
  readonly streamA: Int32Array;
  readonly streamB: Int32Array;
  /** Set by a guard that stopped the run. */
  stop: { reason: 'depth' | 'memory' | 'instant'; detail: string } | null;
}
