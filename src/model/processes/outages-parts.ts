import type { AutoscalerParts } from './autoscaler.js';
import type { ProbesParts } from './probes.js';
import type { TerminationsParts } from './terminations.js';
import type { Interpreter } from '../programs/interpreter.js';
import type { Workers } from '../serving/workers.js';
import type { Gates } from '../serving/gates.js';
import type { Limiter } from '../programs/limiters.js';
import type { Checks } from '../sharing/checks.js';
import type { Coalescing } from '../sharing/coalescing.js';
import type { ListedRun } from '../picking/endpoint-lists.js';

/** The parts that outages use. */
export interface OutagesParts extends ProbesParts, TerminationsParts, AutoscalerParts, ListedRun {
  readonly interpreter: Interpreter;
  readonly workers: Workers;
  readonly gates: Gates;
  readonly limiters: readonly Limiter[];
  readonly checks: Checks;
  readonly coalescing: Coalescing | null;
}
