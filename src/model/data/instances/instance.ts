import { IntRing } from '../../../kernel/ring.js';
import type { StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PlanComponent } from '../../../contracts/plan/plan.js';
import type { PlanProcess } from '../../../contracts/plan/process.js';
import { processAt } from '../../../contracts/plan/versions.js';
import type { Knee } from '../../../contracts/scenario/resources.js';
import type { Lifecycle } from '../../../contracts/scenario/process.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import type { OutlierState } from '../../../contracts/patterns/outlier.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import type { Door } from './door.js';
import { Codel } from './codel.js';
import type { Processor } from './cores.js';
import type { Memory } from './memory.js';
import { FROZEN, Process } from './process.js';
import type { WallClock } from './wall-clock.js';
import type { WarmUp } from './warm-up.js';
import { AdaptiveLifoQueue, queueOf } from './request-queues.js';
import type { QueueSetup, RequestQueue } from './request-queues.js';
import type { WaitingRoom } from './waiting-room.js';

/** How a callee reacts to the notification that its caller has left. */
export const CANCELLATION = Object.freeze({
  ignore: 0,
  onDequeue: 1,
  atSteps: 2,
  immediate: 3,
} as const);

/** An object that lives in a process and dies with it. */
export interface Resident {
  /** The process has died; its work has ended. */
  died(): void;
  /** The process is up again, with an empty state. */
  started(): void;
  /** The process pauses, timers included, and later resumes with its state. */
  paused?(): void;
  resumed?(): void;
  /** The process starts to hang, or responds again. */
  hung?(): void;
  /** The disk of the process is full, or has room again. */
  diskChanged?(): void;
  /** The process is shutting down: the resident takes nothing new and finishes work in progress. */
  closing?(): void;
  /**
   * True if it has work in progress that is not a strand; it calls `Terminations.look` when that work ends. Called
   * after `closing`.
   */
  isBusy?(): boolean;
}

/** Factor on each disk access, and times drawn and added to it. */
export interface DiskSlowness {
  readonly factor: number;
  readonly delays: readonly { readonly sampler: number; readonly key: StreamKey }[];
}

/** External inputs of an instance. */
export interface InstanceSetup extends QueueSetup {
  arrived(strand: number): Ns;
}

/** One process of a component: its state, workers, queue and cores, and the current effects of faults. */
export class Instance extends Process {
  /** Number of the version of its component that it runs. */
  readonly version: number;
  /** From a part to the row of measurements of its version; 0 = it has no versions. */
  readonly rowShift: number;
  /** Its settings, which may be those of its version. */
  readonly process: PlanProcess;
  readonly lifecycle: Lifecycle | null;
  /** Counts its answers together with those of its version, by the cell in which their requests arrived; null without a rollout. */
  tally: { answered(outcome: Outcome, latency: Ns, cell: number): void } | null = null;
  /** Number of workers, and places in the queue. A configuration change can set them. */
  limit: number;
  capacity: number;
  /** Number of its configuration; 0 = that of the file. */
  configuration = 0;
  /** True if a worker is held only during work (async, eventLoop). */
  readonly yields: boolean;
  readonly cancellation: number;
  /** It ends a request whose client asks for it, whatever its `cancellation`. */
  readonly takesCancelRequests: boolean;
  /** Load above which each step takes longer; null = never. */
  readonly knee: Knee | null;
  readonly queue: RequestQueue;
  /** CoDel, which drops requests from the queue, and the queue if it is adaptive LIFO; null elsewhere. */
  readonly codel: Codel | null;
  readonly adaptive: AdaptiveLifoQueue | null;
  /** Strands that wait for a worker to continue; they go before new requests. */
  readonly resuming = new IntRing();
  /** Strands that were to continue while the instance was frozen, with their stamps. */
  readonly stalled: number[] = [];
  /** Requests that arrived while the instance was paused, with their stamps. */
  readonly held: number[] = [];
  /** Timers and answers of its own calls that came while it was paused: op, target, stamp. */
  readonly stalledCalls: number[] = [];
  /** Policies whose state is in this process. */
  readonly policies: PolicyState[] = [];
  /** Rooms in which its calls wait for an instance of a callee. */
  readonly rooms: WaitingRoom[] = [];
  /** Outlier detections of the instances that it calls. */
  readonly outliers: OutlierState[] = [];
  readonly balancers: BalancerState[] = [];
  /** Objects in this process beside its requests, such as consumers and caches. */
  readonly residents: Resident[] = [];
  /** Admission checks before the queue; null = none. */
  door: Door | null = null;
  cores!: Processor;
  /** null = memory is not modelled. */
  memory: Memory | null = null;
  busy = 0;
  /** Time at which the process last came up. */
  startedAt: Ns = -Infinity;
  /**
   * Time from which callers see the new process in this place. Earlier attempts went to its predecessor and do not
   * count for the new one.
   */
  metAt: Ns = -Infinity;
  /** Number of times its process has died. */
  epoch = 0;
  /** Its warm-up slowdown; null once it is warm. */
  cold: WarmUp | null = null;
  speed = NaN;
  /** Share of its database calls that do not return the connection. */
  leak = NaN;
  /** Results that faults force on its probes, by kind; see FORCED_RESULT. */
  readonly forcedResults = [0, 0, 0];
  /** A fault freezes the autoscaler of its component. */
  scalingFrozen = false;
  /** A fault freezes the rollout of its component. */
  rolloutFrozen = false;
  /** Its wall clock if it is wrong; null = it is that of the run. */
  clock: WallClock | null = null;
  /** Its disk is full. */
  diskFull = false;
  /** Slowness of its disk; null = none. */
  disk: DiskSlowness | null = null;
  /** Its certificate has expired: connections to it fail, and with mutual TLS also connections from it. */
  certExpired = false;
  /** Its lists at callers, or those of its registry, are not updated; resolutions of its name fail, see NAME_FAULT. */
  discoveryFrozen = false;
  nameFault = 0;
  /** Extra delay before a replica applies a commit. */
  extraLag = NaN;
  /** Number of requests that have arrived. */
  arrivals = 0;
  /** Gauges. */
  busyGauge = 0;
  queueGauge = 0;
  concurrencyGauge = 0;

  constructor(
    id: number,
    readonly component: number,

    /** Index within the component. */
    readonly index: number,
    readonly zone: number,
    spec: PlanComponent,
    setup: InstanceSetup,
  ) {
    super(id);
    this.version = spec.versions?.ofPlace[index] ?? 0;
    this.rowShift = spec.versions?.rowShifts[this.version] ?? 0;
    const own = processAt(spec, index);
    this.process = own;
    this.lifecycle = own.lifecycle;
    this.yields = own.runtime !== 'threads';
    this.limit = own.concurrency;
    const { queue } = own;
    this.capacity = queue.capacity;
    this.queue = queueOf(queue, setup);
    this.adaptive = this.queue instanceof AdaptiveLifoQueue ? this.queue : null;
    this.codel =
      queue.discipline === 'codel'
        ? new Codel(queue.targetNs, queue.intervalNs, setup.arrived)
        : null;
    this.cancellation = CANCELLATION[own.cancellation];
    this.takesCancelRequests = own.takesCancelRequests === true;
    this.knee = spec.knee;
    // Doubles from the start, as in the engine: faults set them.
    this.speed = 1;
    this.leak = this.extraLag = 0;
  }

  /** Its cores run at its speed, unless it is down or frozen. */
  updateCores(): void {
    this.cores.setSpeed(this.frozen === FROZEN.no && !this.down ? this.speed : 0);
  }
}

/** Returns true if a request waits for a paused instance to resume. */
export function isHeld(instance: Instance, strand: number): boolean {
  for (let k = 0; k < instance.held.length; k += 2) {
    if (instance.held[k] === strand) return true;
  }
  return false;
}
