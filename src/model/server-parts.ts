import type { Admission } from './serving/admission.js';
import type { Effects } from './figures/effects.js';
import type { Loads } from './arrivals/loads.js';
import type { Coalescing } from './sharing/coalescing.js';
import type { Workers } from './serving/workers.js';
import type { Wire } from './wire.js';
import type { Sections } from './sections/sections.js';
import type { ConnectionTable } from './connections/connection-table.js';
import type { Gates } from './serving/gates.js';
import type { Instance } from './processes/instance.js';
import type { InjectionsParts } from './faults/injections.js';
import type { Tasks } from './processes/tasks.js';
import type { ActRun } from './programs/interpreter-port.js';

/** Instances that are shutting down. */
interface Ending {
  readonly isAwaited: boolean;
  /** Some work of an instance is done. */
  look(instance: Instance): void;
}

/** The parts that the server uses. */
export interface ServerParts extends InjectionsParts, ActRun {
  readonly tasks: Tasks;
  readonly admission: Admission;
  readonly effects: Effects;
  readonly loads: Loads;
  /** Null if no middleware chain coalesces. */
  readonly coalescing: Coalescing | null;
  readonly workers: Workers;
  readonly wire: Wire;
  readonly sections: Sections | null;
  readonly connections: ConnectionTable;
  readonly gates: Gates;
  readonly outages: { readonly terminations: Ending };
}
