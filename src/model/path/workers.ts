import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { CodelQueue } from '../data/instances/codel.js';
import { FROZEN } from '../data/instances/process.js';
import type { Instance } from '../data/instances/instance.js';
import { ACCEPTED, REMEMBERED, WORKER } from '../data/strands/slot-bits.js';
import { STATE, strands } from '../data/strands/strands.js';
import type { ActRun, ServedRun } from '../data/run.js';
import type { Ties } from '../resources/sharing/ties.js';
import { levels } from '../data/figures/levels.js';
import { sink } from '../data/figures/sink.js';

interface WorkersParts extends ActRun, ServedRun {
  readonly ties: Ties | null;
}

/** Assigns the workers of an instance to requests. */
export class Workers {
  private readonly codelViews = new Map<number, CodelQueue>();
  private readonly startOp: number = engine.define('start', (strand, stamp) => {
    if (strands.stamp[strand] === stamp) this.world.interpreter.resume(strand);
  });

  constructor(private readonly world: WorkersParts) {}

  /** async: the strand returns its worker while it waits. */
  releaseWorker(strand: number, instance: Instance): void {
    if ((strands.slot[strand] & WORKER) === 0) return;
    strands.slot[strand] &= ~WORKER;
    invariant(instance.busy > 0, 'a worker that is released was busy');
    instance.busy--;
    levels.add(instance.busyGauge, -1);
    this.startWaiting(instance);
  }

  /** Takes a worker to continue; returns false if the strand has to wait for one. */
  takeWorker(strand: number, instance: Instance): boolean {
    if ((strands.slot[strand] & WORKER) !== 0) return true;
    if (instance.busy >= instance.limit) {
      strands.state[strand] = STATE.RESUMING;
      instance.resuming.push(strand);
      return false;
    }
    this.occupy(strand, instance);
    return true;
  }

  /**
   * A detached strand of background work begins; returns false if it has to wait for a worker (threads), as a task that a
   * full pool of threads gets from one of its own.
   */
  beginBackground(strand: number, instance: Instance): boolean {
    strands.begun[strand] = engine.now;
    strands.arrived[strand] = engine.now;
    return instance.yields || this.takeWorker(strand, instance);
  }

  /** Starts waiting strands while workers are free: continuations before new requests. */
  startWaiting(instance: Instance): void {
    if (instance.down || instance.frozen === FROZEN.pause) return;
    while (instance.busy < instance.limit) {
      let next = instance.resuming.shift();
      if (next < 0) {
        next = this.nextQueued(instance);
        if (next < 0) return;
        this.begin(next, instance);
      } else {
        invariant(
          strands.state[next] === STATE.RESUMING,
          'a strand that waits for a worker to continue is marked so',
        );
        this.occupy(next, instance);
      }
      strands.state[next] = STATE.READY;
      const stamp = ++strands.stamp[next];
      engine.soon(PHASE.COMPLETION, this.startOp, next, stamp, 0);
    }
  }

  private nextQueued(instance: Instance): number {
    const { codel } = instance;
    if (codel === null) return this.nextWanted(instance);
    return codel.take(engine.now, this.viewOf(instance));
  }

  /** The next request of the queue that is still wanted, or -1. Drops unwanted ones on the way. */
  private nextWanted(instance: Instance): number {
    for (;;) {
      const next = instance.queue.take();
      if (next < 0) return next;
      levels.add(instance.queueGauge, -1);
      if (this.world.server.wanted(next, instance)) return next;
      instance.memory?.note();
    }
  }

  /** The queue of an instance as CoDel sees it. */
  private viewOf(instance: Instance): CodelQueue {
    const known = this.codelViews.get(instance.id);
    if (known !== undefined) return known;
    const view: CodelQueue = {
      next: () => this.nextWanted(instance),
      get length() {
        return instance.queue.length;
      },
      drop: (strand) => this.world.server.drop(strand),
    };
    this.codelViews.set(instance.id, view);
    return view;
  }

  /** Schedules a ready strand again for this instant, as when a process resumes. */
  restart(strand: number, stamp: number): void {
    engine.soon(PHASE.COMPLETION, this.startOp, strand, stamp, 0);
  }

  /** A request gets its worker and begins to execute. */
  begin(strand: number, instance: Instance): void {
    const { ties } = this.world;
    const now = engine.now;
    strands.begun[strand] = now;
    if (ties !== null) ties.begun(strand);
    const wait = now - strands.arrived[strand];
    const part = strands.part[strand];
    sink.queueWait(part, strands.cell[strand], wait);
    if (instance.rowShift > 0) sink.queueWait(part + instance.rowShift, strands.cell[strand], wait);
    if (instance.door !== null) instance.door.overload?.begun?.(now, wait);
    this.occupy(strand, instance);
    if (instance.yields) {
      strands.slot[strand] |= ACCEPTED;
      levels.add(instance.concurrencyGauge, 1);
    }
    if (instance.memory !== null) {
      strands.slot[strand] |= REMEMBERED;
      instance.memory.begun();
    }
  }

  occupy(strand: number, instance: Instance): void {
    strands.slot[strand] |= WORKER;
    instance.busy++;
    invariant(instance.busy <= instance.limit, 'no more strands run than there are workers');
    levels.add(instance.busyGauge, 1);
  }

  /** A job leaves its instance and frees its worker and its place among the accepted requests. */
  leave(strand: number, instance: Instance): void {
    const slot = strands.slot[strand];
    strands.slot[strand] = 0;
    if ((slot & ACCEPTED) !== 0) levels.add(instance.concurrencyGauge, -1);
    if ((slot & REMEMBERED) !== 0) instance.memory!.ended();
    if ((slot & WORKER) === 0) return;
    instance.busy--;
    invariant(instance.busy >= 0, 'a worker is given back once');
    levels.add(instance.busyGauge, -1);
    this.startWaiting(instance);
  }
}
