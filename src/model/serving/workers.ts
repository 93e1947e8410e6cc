import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import type { CodelQueue } from './codel.js';
import { FROZEN } from '../instance.js';
import type { Instance } from '../instance.js';
import { ACCEPTED, REMEMBERED, WORKER } from '../slot-bits.js';
import { STATE, strands } from '../strands.js';
import type { World } from '../world.js';
import { levels } from '../levels.js';
import { sink } from '../sink.js';

/** Who holds the workers of an instance, and who gets the next one that is free. */
export class Workers {
  private readonly world: World;
  private readonly startOp: number;
  private readonly codelViews = new Map<number, CodelQueue>();

  constructor(world: World) {
    this.world = world;
    this.startOp = engine.define('start', (strand, stamp) => {
      if (strands.stamp[strand] === stamp) this.world.interpreter.goOn(strand);
    });
  }

  /** async: the strand gives its worker back while it waits. */
  releaseWorker(strand: number, instance: Instance): void {
    if ((strands.slot[strand] & WORKER) === 0) return;
    strands.slot[strand] &= ~WORKER;
    instance.busy--;
    levels.add(instance.busyGauge, -1);
    this.startWaiting(instance);
  }

  /** async: a worker for work that goes on; false when the strand has to wait for one. */
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

  /** A detached strand of background work; false when no worker is free for it (threads). */
  occupyForBackground(strand: number, instance: Instance): boolean {
    strands.begun[strand] = engine.now;
    strands.arrived[strand] = engine.now;
    if (instance.yields) return true;
    if (instance.busy >= instance.limit) return false;
    this.occupy(strand, instance);
    return true;
  }

  /** Lets waiting strands start while workers are free: work that goes on before new requests. */
  startWaiting(instance: Instance): void {
    if (instance.down || instance.frozen === FROZEN.pause) return;
    while (instance.busy < instance.limit) {
      let next = instance.resuming.shift();
      if (next < 0) {
        next = this.nextQueued(instance);
        if (next < 0) return;
        this.begin(next, instance);
      } else {
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

  /** The next of the queue, past those that are dropped in their turn; -1 when nobody is left. */
  private nextWanted(instance: Instance): number {
    for (;;) {
      const next = instance.queue.take();
      if (next < 0) return next;
      levels.add(instance.queueGauge, -1);
      if (this.world.server.wanted(next, instance)) return next;
      instance.memory?.note();
    }
  }

  /** The queue of an instance as its control law sees it. */
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

  /** Hands a ready strand back to the instant ring, as at a thaw. */
  restart(strand: number, stamp: number): void {
    engine.soon(PHASE.COMPLETION, this.startOp, strand, stamp, 0);
  }

  /** A request gets its worker: its execution begins. */
  begin(strand: number, instance: Instance): void {
    const { ties } = this.world;
    const now = engine.now;
    strands.begun[strand] = now;
    if (ties !== null) ties.begun(strand);
    const wait = now - strands.arrived[strand];
    sink.queueWait(strands.part[strand], strands.cell[strand], wait);
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
    levels.add(instance.busyGauge, 1);
  }

  /** A job leaves its instance: worker and place among the accepted are given back. */
  leave(strand: number, instance: Instance): void {
    const slot = strands.slot[strand];
    strands.slot[strand] = 0;
    if ((slot & ACCEPTED) !== 0) levels.add(instance.concurrencyGauge, -1);
    if ((slot & REMEMBERED) !== 0) instance.memory!.ended();
    if ((slot & WORKER) === 0) return;
    instance.busy--;
    invariant(instance.busy >= 0, 'worker-given-back-twice');
    levels.add(instance.busyGauge, -1);
    this.startWaiting(instance);
  }
}
