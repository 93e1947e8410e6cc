import type { Ns } from '../../kernel/time.js';
import type { PlanSaga } from '../../spec/sagas.js';
import type { Counter } from '../meters.js';
import type { World } from '../world.js';

/** Answer to a saga that wants the value it works on. */
export const LOCK = Object.freeze({ taken: 0, waits: 1, refused: 2 } as const);

/** The values that sagas work on, where something stands between two of them. */
export class Isolation {
  /** Longest wait for the saga that is there; 0 = none. */
  readonly waitNs: Ns;
  private readonly world: World;
  private readonly key: number;
  private readonly locks: boolean;
  /** With semanticLock by value: the saga that has it, and those that wait behind it. */
  private readonly holders = new Map<number, number[]>();
  /** With reread by value: sagas under way, and how many have completed meanwhile. */
  private readonly versions = new Map<number, { under: number; version: number }>();
  /** By saga under way: its value, and the version that it has read. */
  private readonly values = new Map<number, { readonly value: number; readonly version: number }>();
  private readonly conflicts: Counter;

  constructor(world: World, plan: PlanSaga) {
    this.world = world;
    this.key = plan.key;
    const { isolation } = plan.spec;
    this.locks = isolation.kind === 'semanticLock';
    this.waitNs = isolation.kind === 'semanticLock' ? isolation.lockTimeoutNs : 0;
    this.conflicts = world.meters.counter('lockConflicts', { component: plan.component, part: -1 });
  }

  /** A saga begins that belongs to the request of a strand. */
  enter(slot: number, strand: number): number {
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

  /** Whether another saga has changed the value since this one has read it. */
  isOutdated(slot: number): boolean {
    if (this.locks) return false;
    const { value, version } = this.values.get(slot)!;
    if (this.versions.get(value)!.version === version) return false;
    this.refused();
    return true;
  }

  /** One was refused, or undone, because of another. */
  refused(): void {
    this.world.meters.count(this.conflicts);
  }

  /** Whether a saga waits for another one. */
  waits(slot: number): boolean {
    const own = this.values.get(slot);
    return this.locks && own !== undefined && this.holders.get(own.value)![0] !== slot;
  }

  /** A saga is over; gives the one that has waited for it, or -1. */
  leave(slot: number, completed: boolean): number {
    const own = this.values.get(slot);
    if (own === undefined) return -1;
    this.values.delete(slot);
    if (!this.locks) {
      const read = this.versions.get(own.value)!;
      if (completed) read.version++;
      if (--read.under === 0) this.versions.delete(own.value);
      return -1;
    }
    const list = this.holders.get(own.value)!;
    const at = list.indexOf(slot);
    list.splice(at, 1);
    if (list.length === 0) this.holders.delete(own.value);
    return at === 0 && list.length > 0 ? list[0] : -1;
  }
}
