import type { Outcome } from '../outcome.js';
import type {
  Cpu,
  GcSettings,
  Lifecycle,
  MemorySettings,
  Queue,
  Shed,
} from '../scenario/resources.js';
import type { PlanProbes } from './probes.js';

/** The settings of a process. The versions of a component can differ in them. */
export interface PlanProcess {
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly cancellation: 'ignore' | 'onDequeue' | 'atSteps' | 'immediate';
  readonly admission: PlanAdmission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  readonly lifecycle: Lifecycle | null;
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
