import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';

/** Result of requesting the value that a saga works on. */
export const LOCK = Object.freeze({ taken: 0, waits: 1, refused: 2 } as const);

/** Isolation of sagas that work on the same value: semantic locks or rereads. */
export class Isolation {
  /** Longest wait for a lock; 0 = the saga is refused at once. */
  readonly waitNs: Ns;
  private readonly world: Run;
  private readonly key: number;
  private readonly locks: boolean;
  /** With semanticLock, by value: the saga that holds it, followed by those that wait for it. */
  private readonly holders = new Map<number, number[]>();
  /** With reread, by value: the number of running sagas, and the number completed since the first of them began. */
  private readonly versions = new Map<number, { under: number; version: number }>();
  /** By running saga: its value, and the version that it has read. */
  private readonly values = new Map<number, { readonly value: number; readonly version: number }>();
  private readonly conflicts: Counter;

  constructor(world: Run, plan: PlanSaga) {
    this.world = world;
    this.key = plan.key;
    const { isolation } = plan.spec;
    this.locks = isolation.kind === 'semanticLock';
    this.waitNs = isolation.kind === 'semanticLock' ? isolation.lockTimeoutNs : 0;
    this.conflicts = world.meters.counter('lockConflicts', { component: plan.component, part: -1 });
  }

  /** A saga starts for the request of a strand. */
  enter(slot: number, strand: number): number {
    invariant(!this.values.has(slot), 'a saga takes its value once');
    const value = this.world.keys.value(this.key, strand);
    if (!this.locks) {
      let read = this.versions.get(value);
      if (read === undefined) this.versions.set(value, (read = { under: 0, version: 0 }));
      read.under++;
      this.values.set(slot, { value, version: read.version });
      return LOCK.taken;
    }
    const list = this.holders.get(value);
    if (list !== undefined && this.waitNs === 0) {
      this.refused();
      return LOCK.refused;
    }
    this.values.set(slot, { value, version: 0 });
    if (list === undefined) {
      this.holders.set(value, [slot]);
      return LOCK.taken;
    }
    list.push(slot);
    return LOCK.waits;
  }

  /** True if another saga has changed the value since this one read it. */
  isOutdated(slot: number): boolean {
    if (this.locks) return false;
    const { value, version } = this.values.get(slot)!;
    if (this.versions.get(value)!.version === version) return false;
    this.refused();
    return true;
  }

  /** Counts a saga that was refused or compensated because of another one. */
  refused(): void {
    this.world.meters.count(this.conflicts);
  }

  /** True if a saga waits for another one. */
  waits(slot: number): boolean {
    const own = this.values.get(slot);
    return this.locks && own !== undefined && this.holders.get(own.value)![0] !== slot;
  }

  /** A saga has ended; returns the next one that waits for its value, or -1. */
  leave(slot: number, completed: boolean): number {
    const own = this.values.get(slot);
    if (own === undefined) return -1;
    this.values.delete(slot);
    if (!this.locks) {
      const read = this.versions.get(own.value)!;
      if (completed) read.version++;
      invariant(read.version >= 0, 'each saga that completes gives its value a newer version');
      invariant(read.under > 0, 'a value is read by the sagas that are under way');
      if (--read.under === 0) this.versions.delete(own.value);
      return -1;
    }
    const list = this.holders.get(own.value)!;
    const at = list.indexOf(slot);
    invariant(at >= 0, 'a saga leaves the line of its value once');
    list.splice(at, 1);
    if (list.length === 0) this.holders.delete(own.value);
    return at === 0 && list.length > 0 ? list[0] : -1;
  }
}
