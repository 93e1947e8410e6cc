import type { Outcome } from '../outcome.js';
import type { Shed } from '../scenario/resources.js';
import type { PlanProbes } from './probes.js';
import type { ProcessSettings } from '../scenario/host.js';

/** The settings of a process. The versions of a component can differ in them. */
export interface PlanProcess extends Pick<
  ProcessSettings,
  'runtime' | 'concurrency' | 'queue' | 'cpu' | 'cancellation' | 'gc' | 'memory' | 'lifecycle'
> {
  /** It ends a request when its client asks for it, whatever its `cancellation`. */
  readonly takesCancelRequests?: true;
  readonly admission: PlanAdmission | null;
  readonly probes: PlanProbes | null;
  /** Program that a refused request runs instead of its endpoint; -1 = a refusal costs nothing. */
  readonly rejectProgram: number;
}

/** Admission control in front of the queue of a component. */
export interface PlanAdmission {
  readonly shed: Shed | null;
  /** Index of the key that assigns users to admission levels, or -1. */
  readonly shedKey: number;
  /** Ids of a limiter and of a gate, or -1. */
  readonly limiter: number;
  readonly gate: number;
  /** Outcome of requests that the limiter refuses. */
  readonly refusal: Outcome;
}
