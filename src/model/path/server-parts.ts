import type { Admission } from '../resources/serving/admission.js';
import type { Backends } from '../resources/connections/backends.js';
import type { Effects } from './effects.js';
import type { Loads } from '../resources/arrivals/loads.js';
import type { Coalescing } from '../resources/sharing/coalescing.js';
import type { Workers } from './workers.js';
import type { Wire } from './wire.js';
import type { Sections } from '../resources/sections/sections.js';
import type { ConnectionTable } from '../resources/connections/connection-table.js';
import type { Gates } from '../resources/serving/gates.js';
import type { Instance } from '../data/instances/instance.js';
import type { InjectionsParts } from '../resources/serving/injections.js';
import type { Tasks } from '../resources/tasks.js';
import type { ActRun } from '../data/run.js';

/** Instances that are shutting down. */
interface Ending {
  readonly isAwaited: boolean;
  /** Some work of an instance is done. */
  look(instance: Instance): void;
}

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
  readonly backends: Backends;
  readonly outages: { readonly terminations: Ending };
}
