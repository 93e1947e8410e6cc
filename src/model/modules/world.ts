import type { Calls } from '../path/calls.js';
import type { Configurations } from '../platform/configurations.js';
import type { Outages } from '../platform/outages.js';
import type { OutagesParts } from '../platform/outages-parts.js';
import type { GuardsParts } from '../path/guards.js';
import type { Keepalives } from '../resources/connections/keepalives.js';
import type { Interpreter } from '../path/interpreter.js';
import type { Replicas } from '../resources/replication/replicas.js';
import type { Copies } from './search/copies.js';
import type { Server } from '../path/server.js';
import type { ServerParts } from '../path/server-parts.js';
import type { WireParts } from '../path/wire.js';

/**
 * The objects of one run, except those that all runs of a thread reuse (`engine`, `samplers`, `strands`, `frames`,
 * `levels`, `sink`, `duplicates`). Built by `assemble`, lives for one replication.
 */
export interface World extends WireParts, ServerParts, OutagesParts, GuardsParts {
  readonly calls: Calls;
  /** Null if no client asks whether its peers are there. */
  readonly keepalives: Keepalives | null;
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
