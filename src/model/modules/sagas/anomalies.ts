import { invariant } from '../../../kernel/invariant.js';
import { type Slots } from '../../../kernel/pool.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import { PHASE_OF } from './phases.js';

/**
 * Counts anomalies between concurrent sagas on one value that have no isolation. A saga that begins while another one
 * runs reads what that one has written so far.
 */
export class Anomalies {
  private readonly world: Run;
  private readonly key: number;
  /** By value: running sagas, in the order of their start. */
  private readonly active = new Map<number, number[]>();
  /** By slot: sagas that began while it ran; how many of those have ended; and how many of them completed. */
  private younger: Int32Array = new Int32Array(0);
  private over: Int32Array = new Int32Array(0);
  private completed: Int32Array = new Int32Array(0);
  private readonly values = new Map<number, number>();
  private readonly dirtyReads: Counter;
  private readonly lostUpdates: Counter;
  private readonly fuzzyReads: Counter;

  constructor(world: Run, plan: PlanSaga, { slots }: { readonly slots: Slots }) {
    this.world = world;
    this.key = plan.key;
    const own = { component: plan.component, part: -1 };
    this.dirtyReads = world.meters.counter('dirtyReads', own);
    this.lostUpdates = world.meters.counter('lostUpdates', own);
    this.fuzzyReads = world.meters.counter('fuzzyReads', own);
    slots.addColumns(this);
  }

  began(slot: number, strand: number): void {
    const value = this.world.keys.value(this.key, strand);
    let list = this.active.get(value);
    if (list === undefined) this.active.set(value, (list = []));
    for (const other of list) this.younger[other]++;
    this.younger[slot] = this.over[slot] = this.completed[slot] = 0;
    this.values.set(slot, value);
    list.push(slot);
  }

  ended(slot: number, phase: number): void {
    const value = this.values.get(slot);
    if (value === undefined) return;
    this.values.delete(slot);
    const list = this.active.get(value)!;
    const at = list.indexOf(slot);
    invariant(at >= 0, 'a running saga is in the list of its value');
    invariant(
      this.younger[slot] >= this.over[slot] && this.over[slot] >= this.completed[slot],
      'no more younger sagas end than have begun',
    );
    const completed = phase === PHASE_OF.completed;
    for (let k = 0; k < at; k++) {
      this.over[list[k]]++;
      if (completed) this.completed[list[k]]++;
    }
    list.splice(at, 1);
    if (list.length === 0) this.active.delete(value);
    const { meters } = this.world;
    if (completed) {
      // Younger sagas that still run will overwrite its writes without having read them (lost updates). Younger ones
      // that have completed changed the value between its first and its last step (fuzzy reads).
      meters.count(this.lostUpdates, this.younger[slot] - this.over[slot]);
      meters.count(this.fuzzyReads, this.completed[slot]);
    } else if (phase === PHASE_OF.compensated || phase === PHASE_OF.failed) {
      meters.count(this.dirtyReads, this.younger[slot]);
    }
  }
}
