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
import type { WarmUp } from './warm-up.js';
import type { Tally } from '../rollouts/tally.js';
import { AdaptiveLifoQueue, queueOf } from '../serving/request-queues.js';
import type { QueueSetup, RequestQueue } from '../serving/request-queues.js';
import type { WaitingRoom } from '../picking/waiting-room.js';

/** States of a frozen instance: not frozen, hanging, or paused. */
export const FROZEN = Object.freeze({ no: 0, hang: 1, pause: 2 } as const);

/** States of a process that is asked to end: no, still serving as before, or signalled (SIGTERM). */
export const LEAVING = Object.freeze({ no: 0, serving: 1, signalled: 2 } as const);

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

/** One process of a component: its workers, queue and cores, and the current effects of faults. */
export class Instance {
  readonly id: number;
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
  down = false;
  /** It takes no new requests: it is down, or shutting down. */
  shut = false;
  /** See LEAVING. */
  leaving: number = LEAVING.signalled;
  /** Its platform ends it to restart it, so its callers are not informed. */
  restartRequested = false;
  /** Its probes report that it is not ready. */
  unready = false;
  /** It ended after all its work was done. */
  drained = false;
  /** Faults ask it to end. */
  stopRequested = false;
  /** Its place is empty or about to be: the desired number of instances does not include it. */
  absent = false;
  /** A new process fills its place but has not started yet. */
  isNew = false;
  /** It is asked to end because it is dismissed or absent, and is not restarted for now. */
  stopped = false;
  /** Its replacement is ready while it is still working. */
  replacementReady = false;
  /** When the process last came back. */
  startedAt: Ns = -Infinity;
  /**
   * When callers first met the new process in this place; earlier attempts went to its predecessor and do not count for
   * it.
   */
  metAt: Ns = -Infinity;
  /** Number of times its process has died. */
  epoch = 0;
  /** The host has vanished: callers get silence instead of a refusal. */
  silent = false;
  /** The resulting state of the two below: faults freeze it, and its collector pauses it. */
  frozen: number = FROZEN.hang;
  ordered: number = FROZEN.no;
  collecting = false;
  /** Faults have ended the process. */
  killed = false;
  /**
   * The process has ended, by faults or by itself. It is down during that time, and then until it has started again.
   */
  crashed = false;
  /** It is not restarted while it is crashed. */
  restartSuppressed = false;
  /** It has caused its own end, and is not restarted yet. */
  dying = false;
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
    this.id = id;
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
    // Changed once here: V8 treats a field that no instance has ever changed as constant, and the first fault that
    // changes it would discard nearly all optimized code.
    this.frozen = FROZEN.no;
    this.leaving = LEAVING.no;
  }
}

/** Returns true if a request waits for a paused instance to resume. */
export function isHeld(instance: Instance, strand: number): boolean {
  for (let k = 0; k < instance.held.length; k += 2) {
    if (instance.held[k] === strand) return true;
  }
  return false;
}

/** Returns true if the process of an instance is kept from running. */
export function isAway({ killed, dying, stopped, leaving }: Instance): boolean {
  return killed || dying || (stopped && leaving === LEAVING.no);
}
