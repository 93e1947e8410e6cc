import type { Admission } from './serving/admission.js';
import type { Checks } from './sharing/checks.js';
import type { Coalescing } from './sharing/coalescing.js';
import type { ConnectionTable } from './connections/connection-table.js';
import type { Effects } from './figures/effects.js';
import type { Gates } from './serving/gates.js';
import type { Interpreter } from './programs/interpreter.js';
import type { Loads } from './arrivals/loads.js';
import type { Configurations } from './faults/configurations.js';
import type { Injections } from './faults/injections.js';
import type { Passes } from './mesh/passes.js';
import type { Limiter } from './programs/limiters.js';
import type { Run } from './run.js';
import type { Outages } from './processes/outages.js';
import type { EndpointLists } from './picking/endpoint-lists.js';
import type { Picks } from './picking/picks.js';
import type { Replicas } from './replication/replicas.js';
import type { VersionTables } from './rollouts/rollouts.js';
import type { Copies } from './search/copies.js';
import type { Sections } from './sections/sections.js';
import type { Registries } from './discovery/registries.js';
import type { Server } from './server.js';
import type { ServerEnds } from './connections/server-ends.js';
import type { Sizes } from './network/sizes.js';
import type { Tasks } from './processes/tasks.js';
import type { Ties } from './sharing/ties.js';
import type { TimeLimits } from './serving/time-limits.js';
import type { Wire } from './wire.js';
import type { Workers } from './serving/workers.js';

/**
 * The objects of one run, except those that all runs of a thread reuse (`engine`, `samplers`, `strands`, `frames`,
 * `levels`, `sink`). Built by `assemble`, lives for one replication.
 */
export interface World extends Run {
  /** Null if no message has a size. */
  readonly sizes: Sizes | null;
  readonly limiters: readonly Limiter[];
  readonly checks: Checks;
  /** Null if no middleware chain coalesces. */
  readonly coalescing: Coalescing | null;
  readonly gates: Gates;
  readonly timeLimits: TimeLimits;
  readonly admission: Admission;
  /** Injected errors and limits by part id and by instance id; null = none. */
  readonly partInjections: (Injections | null)[];
  readonly instanceInjections: (Injections | null)[];
  readonly connections: ConnectionTable;
  /** Null if no server closes connections by its own limits. */
  readonly serverEnds: ServerEnds | null;
  readonly wire: Wire;
  readonly picks: Picks;
  /** Null without a service mesh. */
  readonly passes: Passes | null;
  /** Null if no component has several versions. */
  readonly versions: VersionTables | null;
  readonly endpoints: EndpointLists;
  /** Null if no policy ties attempts to each other. */
  readonly ties: Ties | null;
  readonly server: Server;
  readonly outages: Outages;
  readonly effects: Effects;
  readonly workers: Workers;
  readonly interpreter: Interpreter;
  readonly tasks: Tasks;
  /** Null if no step holds a connection or a lock, and no database locks rows. */
  readonly sections: Sections | null;
  /** By component id: the nodes of search engines. */
  readonly copies: ReadonlyMap<number, Copies>;
  /** By component id: the nodes of databases with replicas. */
  readonly replicas: ReadonlyMap<number, Replicas>;
  /** Null if no component is registered. */
  readonly registries: Registries | null;
  readonly loads: Loads;
  /** Null if the configuration is the same for the entire run. */
  readonly configurations: Configurations | null;
}
