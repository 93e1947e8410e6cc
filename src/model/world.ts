import type { Calls } from './calls.js';
import type { Configurations } from './faults/configurations.js';
import type { Outages } from './processes/outages.js';
import type { OutagesParts } from './processes/outages-parts.js';
import type { GuardsParts } from './programs/guards.js';
import type { Interpreter } from './programs/interpreter.js';
import type { Replicas } from './replication/replicas.js';
import type { Copies } from './search/copies.js';
import type { Server } from './server.js';
import type { ServerParts } from './server-parts.js';
import type { WireParts } from './wire-parts.js';

/**
 * The objects of one run, except those that all runs of a thread reuse (`engine`, `samplers`, `strands`, `frames`,
 * `levels`, `sink`). Built by `assemble`, lives for one replication.
 */
export interface World extends WireParts, ServerParts, OutagesParts, GuardsParts {
  readonly calls: Calls;
  readonly server: Server;
  readonly outages: Outages;
  readonly interpreter: Interpreter;
  /** By component id: the nodes of search engines. */
  readonly copies: ReadonlyMap<number, Copies>;
  /** By component id: the nodes of databases with replicas. */
  readonly replicas: ReadonlyMap<number, Replicas>;
  /** Null if the configuration is the same for the entire run. */
  readonly configurations: Configurations | null;
}
