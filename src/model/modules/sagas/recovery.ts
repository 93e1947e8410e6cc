import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import type { Orchestrators } from './orchestrators.js';
import type { Records } from './records.js';
import { pauseOf } from './repetitions.js';

/**
 * Recovers sagas whose process has died: another instance takes over after a delay. If it must read the state first, it
 * repeats the read until it succeeds.
 */
export class Recovery {
  /** Its tasks are not measured as requests of the orchestrator. */
  readonly silent = true;
  private readonly readings = new Slots(16);
  /** By read: the saga, and its turn at that time. */
  private saga: Int32Array = new Int32Array(0);
  private turn: Int32Array = new Int32Array(0);
  private readonly owner: number = this.world.tasks.register(this);
  private readonly recoverOp: number = engine.define('saga-recovery', (slot, turn) => {
    if (this.records.turn[slot] === turn) this.recover(slot);
  });

  constructor(
    private readonly world: BackgroundRun,
    private readonly plan: PlanSaga,
    private readonly records: Records,
    private readonly orchestrators: Orchestrators,

    /** Continues a recovered saga. */
    private readonly resumed: (slot: number) => void,
  ) {
    this.readings.addColumns(this);
  }

  /** A saga has lost its driver, which is known after a delay: another instance takes over then. */
  await(slot: number, delay: Ns): void {
    invariant(this.records.open[slot] === 0, 'a saga without a driver has no command in flight');
    this.records.waiting[slot] = 1;
    this.later(slot, delay);
  }

  /** An instance that may continue the saga is up. */
  takeOver(slot: number): void {
    engine.soon(PHASE.TIMER, this.recoverOp, slot, this.records.turn[slot], 0);
  }

  /** The read of a saga's state has succeeded or failed. */
  taskEnded(reading: number, outcome: Outcome): void {
    const { records, world } = this;
    const slot = this.saga[reading];
    const isOver = records.turn[slot] !== this.turn[reading];
    this.readings.give(reading);
    if (isOver) return;
    invariant(records.reading[slot] === 1, 'a read of a saga ends that was begun');
    records.reading[slot] = 0;
    if (isSuccess(outcome)) {
      this.resume(slot);
      return;
    }
    const orchestration = this.plan.spec.orchestration!;
    const hasDied = world.instances[this.orchestrators.instanceOf(slot)].down;
    const delay = hasDied ? orchestration.recoveryDelayNs : null;
    this.later(slot, delay ?? pauseOf(orchestration, 1, true));
  }

  private later(slot: number, delay: Ns): void {
    const { due, turn } = this.records;
    due[slot] = engine.now + delay;
    engine.at(due[slot], PHASE.TIMER, this.recoverOp, slot, turn[slot], 0);
  }

  private recover(slot: number): void {
    const { records, plan, world } = this;
    if (records.waiting[slot] === 0 || records.reading[slot] === 1) return;
    const instance = this.orchestrators.place(slot);
    if (instance < 0) return;
    if (plan.readEntry < 0) {
      this.resume(slot);
      return;
    }
    const reading = this.readings.take();
    this.saga[reading] = slot;
    this.turn[reading] = records.turn[slot];
    records.reading[slot] = 1;
    records.reads[slot]++;
    const context = records.readContext(slot);
    world.tasks.start(this.owner, reading, instance, plan.driver, context, plan.readEntry);
  }

  private resume(slot: number): void {
    invariant(this.records.waiting[slot] === 1, 'a saga is taken over once');
    this.records.waiting[slot] = 0;
    this.orchestrators.tookOver();
    this.resumed(slot);
  }
}
