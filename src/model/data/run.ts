import type { Counts } from '../../kernel/counts.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { HeldUpRecord } from '../../contracts/record/held-up.js';
import type { SagaRecord } from '../../contracts/record/record.js';
import type { Act } from './acts.js';
import type { Keys } from './strands/keys.js';
import type { CallsPort, InterpreterPort, ServerPort } from './ports.js';
import type { Edge } from './edges/edge.js';
import type { Journal } from './figures/journal.js';
import type { Meters } from './figures/meters.js';
import type { Tracer } from './traces/tracer.js';
import type { Proxies } from './edges/proxies.js';
import type { Link } from './edges/link.js';
import type { Cluster } from './instances/cluster.js';
import type { Fleet } from './instances/fleet.js';
import type { Instance } from './instances/instance.js';
import type { Duplicates } from './executions/duplicates.js';
import type { Executions } from './executions/executions.js';
import type { CallData } from './strands/call-data.js';
import type { StrandWatcher } from './strands/strand-watcher.js';
import type { HolderKnobs } from './holder-knobs.js';

/** Objects other than instances, parts, links and loads that faults change; each registers itself. */
interface FaultTargets {
  /** By component id: topics and queues. */
  readonly holders: Map<number, HolderKnobs>;
  /** By part id: reassigns the partitions of a group. */
  readonly rebalance: Map<number, () => void>;
  /** By part id: empties its storage, or drops a share of the contents. */
  readonly flushes: Map<number, (share: number) => void>;
}

/** Gives strands a resource until they end. */
export interface LeaseOwner {
  left(strand: number): void;
  /** Its execution ends with this outcome, because it exceeds its time limit. */
  timedOut?(strand: number, outcome: Outcome): void;
}

/**
 * The objects of one run that most parts of the model share: its plan and draws, its processes, edges and calls, and
 * its figures. They depend on no other part. A part that needs others extends this type.
 */
export interface Run {
  readonly plan: Plan;
  readonly replication: number;
  readonly counts: Counts;
  readonly keys: Keys;
  /** Key of the random stream of each instruction, as two columns. */
  readonly streamA: Int32Array;
  readonly streamB: Int32Array;
  /** True if requests differ in priority; otherwise no request carries one. */
  readonly prioritised: boolean;
  /** By part id: factor on the demand of its steps, 1 unless a fault slows it. */
  readonly partSlowness: Float64Array;
  readonly fleets: readonly Fleet[];
  /** By component whose instances change: callbacks that discard the state about the previous instance in a place. */
  readonly newcomers: Map<number, ((index: number) => void)[]>;
  /** Null without nodes. */
  readonly cluster: Cluster | null;
  readonly instances: readonly Instance[];
  readonly edges: readonly Edge[];
  readonly links: readonly Link[];
  readonly calls: CallsPort;
  /** Null without a service mesh. */
  readonly proxies: Proxies | null;
  /** By act id, see PlanAct in contracts/plan/modules. */
  readonly acts: readonly Act[];
  /** By component id: takes back the resources that the strands of that component hold until they end. */
  readonly leaseOwners: Map<number, LeaseOwner>;
  /** In the order of their creation; most runs have none. */
  readonly watchers: StrandWatcher[];
  readonly faultTargets: FaultTargets;
  readonly duplicates: Duplicates;
  /** Null if no call has an idempotency key. */
  readonly executions: Executions | null;
  /** Null without event stores and views. */
  readonly callData: CallData | null;
  readonly journal: Journal;
  readonly meters: Meters;
  readonly tracer: Tracer;
  /** Conservation checks at the end of the run: each throws if its invariant is broken. */
  readonly audits: (() => void)[];
  /** By name: number of objects kept in memory, such as messages, events and ids; for the memory guard and tests. */
  readonly kept: Map<string, () => number>;
  /** By saga: examples of sagas that broke a rule, collected at the end. */
  readonly sagaExamples: (() => SagaRecord)[];
  /** Records that hold up a partition of a log, by group. */
  readonly heldUp: (() => readonly HeldUpRecord[])[];
  /** Set by a guard that stopped the run. */
  stop: { reason: 'depth' | 'memory' | 'instant'; detail: string } | null;
}

/** A run, and the server for the parts below it. */
export interface ServedRun extends Run {
  readonly server: ServerPort;
}

/** A run, and the interpreter for steps that take time. */
export interface ActRun extends Run {
  readonly interpreter: InterpreterPort;
}

/** Parts of a run that are still being built. */
export type Draft<Parts> = { -readonly [Field in keyof Parts]: Parts[Field] };
