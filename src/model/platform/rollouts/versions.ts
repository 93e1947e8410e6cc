import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanRollout } from '../../../contracts/plan/versions.js';
import type { Instance } from '../../data/instances/instance.js';
import { ReplicaSet, type Scale } from '../replica-set.js';
import type { Run } from '../../data/run.js';

/** The instances of one version of a component in a rollout. */
export class VersionSet extends ReplicaSet {
  private readonly minReadyNs: Ns;
  /** By place: since when it has been ready without interruption; -1 = not ready. */
  private readonly readySince: Float64Array;

  constructor(world: Run, component: number, version: number, minReadyNs: Ns, scale: Scale) {
    const { firstInstance, instances, versions } = world.plan.components[component];
    const own = world.instances
      .slice(firstInstance, firstInstance + instances)
      .filter(({ index }) => versions!.ofPlace[index] === version);
    super(own, world.fleets[component], scale);
    this.minReadyNs = minReadyNs;
    this.readySince = Float64Array.from(own, (it) => (isReady(it) ? -Infinity : -1));
  }

  /**
   * Updates the readiness of all instances; returns when the next one becomes available, Infinity if none is pending.
   */
  look(): Ns {
    let next = Infinity;
    this.own.forEach((instance, place) => {
      const since = this.readySince[place];
      if (!isReady(instance)) this.readySince[place] = -1;
      else if (since === -1) this.readySince[place] = engine.now;
      const counts = this.readySince[place] + this.minReadyNs;
      if (this.readySince[place] !== -1 && counts > engine.now) next = Math.min(next, counts);
    });
    return next;
  }

  /** Number of instances that have been ready for long enough. */
  get available(): number {
    let count = 0;
    this.own.forEach((instance, place) => {
      if (instance.absent || !isReady(instance)) return;
      const since = this.readySince[place];
      // An instance that has just become ready has no recorded time yet.
      const readyNs = since === -1 ? engine.now : since;
      if (readyNs + this.minReadyNs <= engine.now) count++;
    });
    return count;
  }

  /** Returns true once all its instances are removed and their processes have ended. */
  get isRemoved(): boolean {
    return this.own.every(({ absent, down }) => absent && down);
  }
}

function isReady({ phase, unready }: Instance): boolean {
  return phase === 'up' && !unready;
}

/** The two versions of a rollout, and when to check them again. */
export class Versions {
  readonly old: VersionSet;
  readonly next: VersionSet;
  /** Desired number of instances; an autoscaler changes it. */
  desired: number;
  private readonly lookOp: number;
  private isDue = false;
  private wakesAt: Ns = Infinity;

  /** `changed` runs once at each instant at which an instance has come, gone or changed its readiness. */
  constructor(
    world: Run,
    component: number,
    { to, minReadyNs }: PlanRollout,
    scale: Scale,
    changed: () => void,
  ) {
    const { name, initial } = world.plan.components[component];
    this.old = new VersionSet(world, component, 0, minReadyNs, scale);
    this.next = new VersionSet(world, component, to, minReadyNs, scale);
    this.desired = initial;
    this.lookOp = engine.define(`rollout/${name}/look`, () => {
      this.isDue = false;
      if (this.wakesAt <= engine.now) this.wakesAt = Infinity;
      const at = Math.min(this.old.look(), this.next.look());
      if (at < this.wakesAt) engine.at((this.wakesAt = at), PHASE.TIMER, this.lookOp, 0, 0, 0);
      changed();
    });
    world.fleets[component].watch = () => this.touch();
  }

  /** Returns true while a fault freezes the controller. */
  get isFrozen(): boolean {
    const isFrozen = ({ rolloutFrozen }: Instance): boolean => rolloutFrozen;
    return this.old.own.some(isFrozen) || this.next.own.some(isFrozen);
  }

  /** Schedules a check at this instant, after the current events. */
  touch(): void {
    if (this.isDue) return;
    this.isDue = true;
    engine.soon(Math.max(engine.phase, PHASE.TIMER), this.lookOp, 0, 0, 0);
  }
}
