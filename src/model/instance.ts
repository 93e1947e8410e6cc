import { IntRing } from '../kernel/ring.js';
import type { Ns } from '../kernel/time.js';
import type { PlanComponent } from '../spec/plan.js';
import type { Knee, Lifecycle } from '../spec/resources.js';
import type { BalancerState } from '../spec/balancer.js';
import type { OutlierState } from '../spec/outlier.js';
import type { PolicyState } from '../spec/policy.js';
import type { Door } from './serving/admission.js';
import { Codel } from './serving/codel.js';
import type { Processor } from './serving/cores.js';
import type { Memory } from './serving/memory.js';
import type { WarmUp } from './serving/starts.js';
import type { Tally } from './rollouts/tally.js';
import { AdaptiveLifoQueue, queueOf } from './serving/request-queues.js';
import type { QueueSetup, RequestQueue } from './serving/request-queues.js';
import type { WaitingRoom } from './picking/waiting-room.js';

/** What a frozen instance does: nothing is frozen, it hangs, or it is paused. */
export const FROZEN = Object.freeze({ no: 0, hang: 1, pause: 2 } as const);

/** What a process that is asked to end does: it serves as before, or it has been told. */
export const LEAVING = Object.freeze({ no: 0, serving: 1, told: 2 } as const);

/** How a callee reacts once it was told that its caller has left. */
export const CANCELLATION = Object.freeze({
  ignore: 0,
  onDequeue: 1,
  atSteps: 2,
  immediate: 3,
} as const);

/** What lives in a process and dies with it. */
export interface Resident {
  /** The process has died; its work has ended. */
  died(): void;
  /** The process is up again, with nothing in it. */
  started(): void;
  /** It stands still, timers included, and goes on as it was. */
  paused?(): void;
  resumed?(): void;
  /** It begins to hang, or to answer again. */
  hung?(): void;
  /** It has been told to end: nothing new is taken, what is in hand goes on. */
  closing?(): void;
  /** Whether something is in hand that is no strand; `Terminations.look` is told when it is over. Asked behind `closing`. */
  isBusy?(): boolean;
}

/** What an instance looks at beyond its own state. */
export interface InstanceSetup extends QueueSetup {
  arrived(strand: number): Ns;
}

/** One process of a component: workers, queue in front of them, cores, and what faults have done to it. */
export class Instance {
  readonly id: number;
  readonly component: number;
  /** Number within the component. */
  readonly index: number;
  readonly zone: number;
  /** Number of the version of its component that it runs. */
  readonly version: number;
  readonly lifecycle: Lifecycle | null;
  /** Counts what it answers, with the others of its version; null = nobody asks. */
  tally: Tally | null = null;
  readonly limit: number;
  readonly capacity: number;
  /** True where a worker is held only during work (async, eventLoop). */
  readonly yields: boolean;
  readonly cancellation: number;
  /** Above so many requests under way each step takes longer; null = it never does. */
  readonly knee: Knee | null;
  readonly queue: RequestQueue;
  /** Whom to drop from the queue, and the queue where it is one that may stand; null elsewhere. */
  readonly codel: Codel | null;
  readonly adaptive: AdaptiveLifoQueue | null;
  /** Strands that wait for a worker to go on with work; they go before new requests. */
  readonly resuming = new IntRing();
  /** Strands that wanted to go on while the instance was frozen, with their stamps. */
  readonly stalled: number[] = [];
  /** Requests that came while the instance was paused, with their stamps. */
  readonly held: number[] = [];
  /** Timers of its own calls and answers to them that came while it was paused: op, target, stamp. */
  readonly stalledCalls: number[] = [];
  /** Policies whose state lives in this process. */
  readonly policies: PolicyState[] = [];
  /** Where its calls wait for an instance of a callee. */
  readonly rooms: WaitingRoom[] = [];
  /** What watches the instances that it calls. */
  readonly outliers: OutlierState[] = [];
  /** Balancers of its calls. */
  readonly balancers: BalancerState[] = [];
  /** What lives in this process beside its requests: consumers, caches. */
  readonly residents: Resident[] = [];
  /** What a request meets before the queue; null = it is let in. */
  door: Door | null = null;
  cores!: Processor;
  /** null = nothing is counted. */
  memory: Memory | null = null;
  busy = 0;
  down = false;
  /** It takes no new requests: it is down, or about to end. */
  shut = false;
  /** See LEAVING. */
  leaving: number = LEAVING.told;
  /** Its platform ends it to start it again: its callers are not told that it goes. */
  condemned = false;
  /** Its probes say that it is not to be called. */
  unready = false;
  /** It has ended when all its work was done. */
  drained = false;
  /** Faults ask it to end. */
  dismissed = false;
  /** Its place is empty, or to be: there are as many without it as there are to be. */
  absent = false;
  /** Its place is filled anew, by a process that has not started yet. */
  isNew = false;
  /** For one of the two it is asked to end, and nothing starts it again for now. */
  stopped = false;
  /** While it is still at work, the process that takes its place is ready. */
  relieved = false;
  /** When the process came back last. */
  startedAt: Ns = -Infinity;
  /** When another process was first met at its place, of which nobody knew anything: what was sent to the former one says nothing of it. */
  metAt: Ns = -Infinity;
  /** How often its process has died. */
  epoch = 0;
  /** Crashed without a trace: silence instead of refusal. */
  silent = false;
  /** What it comes to: faults freeze it, and its collector pauses it. */
  frozen: number = FROZEN.hang;
  ordered: number = FROZEN.no;
  collecting = false;
  /** Faults have ended the process. */
  killed = false;
  /** Faults, or what it did itself, say that the process is gone; it is down for as long, and until it has started again. */
  crashed = false;
  /** Nothing starts it again while it is crashed. */
  gone = false;
  /** It has brought about its own end, and is not started again yet. */
  dying = false;
  /** How cold it is; null once it is warm. */
  cold: WarmUp | null = null;
  speed = NaN;
  /** Share of its calls of databases after which it keeps the connection. */
  leak = NaN;
  /** What its probes say whatever it does, by their kinds; see LIE. */
  readonly lies = [0, 0, 0];
  /** Nobody adds to its component or takes away from it. */
  scalingFrozen = false;
  /** The versions of its component stay as they are. */
  rolloutFrozen = false;
  /** Nobody trusts a connection that is opened to it, or by it where both sides have to show who they are. */
  certExpired = false;
  /** How much later than it could a replica applies what is committed now. */
  extraLag = NaN;
  /** Requests that have come to it. */
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
    // Doubles from the first on, as in the engine: faults set them.
    this.speed = 1;
    this.leak = this.extraLag = 0;
    // Turned once here: V8 takes what no instance has ever turned for constant, and the first fault that turns it
    // throws away all that asks for it, which is nearly everything.
    this.frozen = FROZEN.no;
    this.leaving = LEAVING.no;
  }
}

/** Whether a request waits for a paused instance to go on. */
export function isHeld(instance: Instance, strand: number): boolean {
  for (let k = 0; k < instance.held.length; k += 2) {
    if (instance.held[k] === strand) return true;
  }
  return false;
}

/** Whether something keeps the process of an instance from being there. */
export function isAway({ killed, dying, stopped, leaving }: Instance): boolean {
  return killed || dying || (stopped && leaving === LEAVING.no);
}
