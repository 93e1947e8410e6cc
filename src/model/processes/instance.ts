import { IntRing } from '../../kernel/ring.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanComponent } from '../../spec/plan/plan.js';
import type { Knee, Lifecycle } from '../../spec/scenario/resources.js';
import type { BalancerState } from '../../spec/patterns/balancer.js';
import type { OutlierState } from '../../spec/patterns/outlier.js';
import type { PolicyState } from '../../spec/patterns/policy.js';
import type { Door } from '../serving/door.js';
import { Codel } from '../serving/codel.js';
import type { Processor } from '../serving/cores.js';
import type { Memory } from '../serving/memory.js';
import { FROZEN, Process } from './process.js';
import type { WarmUp } from './warm-up.js';
import type { Tally } from '../rollouts/tally.js';
import { AdaptiveLifoQueue, queueOf } from '../serving/request-queues.js';
import type { QueueSetup, RequestQueue } from '../serving/request-queues.js';
import type { WaitingRoom } from '../picking/waiting-room.js';

/** How a callee reacts after it was notified that its caller has left. */
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
  /** The process is shutting down: the resident takes nothing new and finishes work in progress. */
  closing?(): void;
  /**
   * Whether it has work in progress that is no strand; it calls `Terminations.look` when that ends. Asked after
   * `closing`.
   */
  isBusy?(): boolean;
}

/** External inputs of an instance. */
export interface InstanceSetup extends QueueSetup {
  arrived(strand: number): Ns;
}

/** One process of a component: its state, workers, queue and cores, and the current effects of faults. */
export class Instance extends Process {
  readonly component: number;
  /** Index within the component. */
  readonly index: number;
  readonly zone: number;
  /** Number of the version of its component that it runs. */
  readonly version: number;
  readonly lifecycle: Lifecycle | null;
  /** Counts its answers together with those of its version; null without a rollout. */
  tally: Tally | null = null;
  readonly limit: number;
  readonly capacity: number;
  /** True if a worker is held only during work (async, eventLoop). */
  readonly yields: boolean;
  readonly cancellation: number;
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
  /** Timers of its own calls, and their answers, that arrived while it was paused: op, target, stamp. */
  readonly stalledCalls: number[] = [];
  /** Policies whose state lives in this process. */
  readonly policies: PolicyState[] = [];
  /** Rooms in which its calls wait for an instance of a callee. */
  readonly rooms: WaitingRoom[] = [];
  /** Outlier detections of the instances that it calls. */
  readonly outliers: OutlierState[] = [];
  /** Balancers of its calls. */
  readonly balancers: BalancerState[] = [];
  /** Objects in this process beside its requests, such as consumers and caches. */
  readonly residents: Resident[] = [];
  /** Admission checks before the queue; null = none. */
  door: Door | null = null;
  cores!: Processor;
  /** null = memory is not modelled. */
  memory: Memory | null = null;
  busy = 0;
  /** When the process last came back. */
  startedAt: Ns = -Infinity;
  /**
   * When callers first met the new process in this place; earlier attempts went to its predecessor and do not count for
   * it.
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
  /** Its certificate has expired: connections to it fail, and with mutual TLS also those that it opens. */
  certExpired = false;
  /** Extra delay before a replica applies what is committed now. */
  extraLag = NaN;
  /** Number of requests that have arrived. */
  arrivals = 0;
  /** Gauges. */
  busyGauge = 0;
  queueGauge = 0;
  concurrencyGauge = 0;

  constructor(
    id: number,
    component: number,
    index: number,
    zone: number,
    spec: PlanComponent,
    setup: InstanceSetup,
  ) {
    super(id);
    this.component = component;
    this.index = index;
    this.zone = zone;
    this.version = spec.versions?.ofPlace[index] ?? 0;
    this.lifecycle =
      spec.versions === null ? spec.lifecycle : spec.versions.lifecycles[this.version];
    this.yields = spec.runtime !== 'threads';
    this.limit = spec.concurrency;
    this.capacity = spec.queue.capacity;
    this.queue = queueOf(spec.queue, setup);
    this.adaptive = this.queue instanceof AdaptiveLifoQueue ? this.queue : null;
    const { queue } = spec;
    this.codel =
      queue.discipline === 'codel'
        ? new Codel(queue.targetNs, queue.intervalNs, setup.arrived)
        : null;
    this.cancellation = CANCELLATION[spec.cancellation];
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
