import type { ConnectionTable } from '../resources/connections/connection-table.js';
import type { VersionTables } from './rollouts/rollouts.js';
import type { ServedRun } from '../data/run.js';
import type { ScalingChanges } from './scaling-port.js';
import type { Tasks } from '../resources/tasks.js';
import type { Interpreter } from '../path/interpreter.js';
import type { Workers } from '../path/workers.js';
import type { Gates } from '../resources/serving/gates.js';
import type { Limiter } from '../resources/serving/limiters.js';
import type { Checks } from '../resources/sharing/checks.js';
import type { Coalescing } from '../resources/sharing/coalescing.js';
import type { ListedRun } from '../resources/picking/endpoint-lists.js';

/** The parts that outages use, with their probes, terminations and scaling. */
export interface OutagesParts extends ListedRun, ServedRun {
  readonly tasks: Tasks;
  readonly connections: ConnectionTable;
  /** Null if no component has several versions. */
  readonly versions: VersionTables | null;
  readonly interpreter: Interpreter;
  readonly workers: Workers;
  readonly gates: Gates;
  readonly limiters: readonly Limiter[];
  readonly checks: Checks;
  readonly coalescing: Coalescing | null;
  readonly configurations: ScalingChanges | null;
}
