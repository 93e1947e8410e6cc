import { invariant } from '../../../kernel/invariant.js';
import { fixedUnit, type StreamKey } from '../../../kernel/rng.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import { frames, originalOf } from '../strands/frames.js';
import type { Fleet } from '../instances/fleet.js';
import type { Keys } from '../strands/keys.js';
import type { Plan } from '../../../contracts/plan/plan.js';

/** The weights by which callers of a component split their requests between two of its versions. */
export interface Weights {
  /** Number of the new version. */
  readonly to: number;
  /** Its share of the requests. */
  weight: number;
}

interface SplitParts {
  readonly plan: Plan;
  readonly keys: Keys;
  readonly fleets: readonly Fleet[];
}

/** The version of the callee that each call of one edge goes to, and its instances. */
export abstract class Split {
  /** The instances found by the last gather(). */
  readonly members: Int32Array;
  private readonly ofPlace: readonly number[];

  constructor(
    protected readonly world: SplitParts,
    protected readonly component: number,

    /** By number of the version, by index of the calling instance. */
    readonly balancers: readonly (readonly BalancerState[])[],
  ) {
    const { ofPlace } = world.plan.components[component].versions!;
    this.ofPlace = ofPlace;
    this.members = new Int32Array(ofPlace.length);
  }

  /** The version that the call of a frame goes to. */
  abstract versionOf(frame: number): number;

  /** The version of an instance. */
  at(index: number): number {
    return this.ofPlace[index];
  }

  /**
   * Fills `members` with the candidates of a version and returns their number. If the version has none ready, the
   * result is one of its places, for which `isKnown` returns false.
   */
  gather(version: number, candidates: Int32Array, count: number): number {
    const found = this.fill(version, candidates, count);
    if (found > 0) return found;
    this.members[0] = this.ofPlace.indexOf(version);
    invariant(this.members[0] >= 0, 'a version that is called has an instance');
    return 1;
  }

  protected fill(version: number, candidates: Int32Array, count: number): number {
    const { ofPlace, members } = this;
    let found = 0;
    for (let k = 0; k < count; k++) {
      if (ofPlace[candidates[k]] === version) members[found++] = candidates[k];
    }
    return found;
  }

  /** Returns true if a caller knows an instance of the same version; otherwise its proxy refuses the request. */
  isKnown({ ready, readyCount }: Fleet, index: number): boolean {
    const { ofPlace } = this;
    for (let k = 0; k < readyCount; k++) if (ofPlace[ready[k]] === ofPlace[index]) return true;
    return false;
  }
}

/** The split by the weights of a rollout. A request is assigned to one version and stays with it across retries. */
export class WeightedSplit extends Split {
  private readonly sticky: number;

  constructor(
    world: SplitParts,
    component: number,
    private readonly weights: Weights,
    private readonly key: StreamKey,
    balancers: readonly (readonly BalancerState[])[],
  ) {
    super(world, component, balancers);
    this.sticky = world.plan.components[component].versions!.rollout!.sticky;
  }

  versionOf(frame: number): number {
    const { weight, to } = this.weights;
    if (weight <= 0) return 0;
    if (weight >= 1) return to;
    return this.shareOf(frame) < weight ? to : 0;
  }

  /** While the ready instances of a version have not reached the caller's list, the caller uses the other version. */
  override gather(version: number, candidates: Int32Array, count: number): number {
    const found = this.fill(version, candidates, count);
    if (found > 0) return found;
    const { ready, readyCount } = this.world.fleets[this.component];
    if (this.fill(version, ready, readyCount) > 0) {
      const { to } = this.weights;
      const others = this.fill(version === to ? 0 : to, candidates, count);
      if (others > 0) return others;
    }
    return super.gather(version, candidates, 0);
  }

  /** A number in (0, 1) drawn for the call, or for the key value of its request. */
  private shareOf(frame: number): number {
    const { key, sticky, world } = this;
    if (sticky >= 0) {
      const value = world.keys.value(sticky, frames.owner[frame]);
      return fixedUnit(key.a, key.b, value, 0, 0);
    }
    const original = originalOf(frame);
    return fixedUnit(key.a, key.b, frames.lineageA[original], frames.lineageB[original], 0);
  }
}

/** The calls of an edge that names one version, such as `orders@v2`. The weights of a rollout do not apply to them. */
export class NamedVersion extends Split {
  constructor(
    world: SplitParts,
    component: number,
    private readonly version: number,
    balancers: readonly (readonly BalancerState[])[],
  ) {
    super(world, component, balancers);
  }

  versionOf(): number {
    return this.version;
  }

  /** While a blue-green rollout selects a version for all callers, the others are still reached by their names. */
  override gather(version: number, candidates: Int32Array, count: number): number {
    const { selected, all, seen } = this.world.fleets[this.component];
    if (selected < 0 || selected === version) return super.gather(version, candidates, count);
    const { members } = this;
    let found = 0;
    for (const index of all) {
      if (seen[index] === 1 && this.at(index) === version) members[found++] = index;
    }
    return found > 0 ? found : super.gather(version, candidates, 0);
  }

  override isKnown(fleet: Fleet, index: number): boolean {
    const { selected, seen } = this.world.fleets[this.component];
    if (selected < 0 || selected === this.version) return super.isKnown(fleet, index);
    return seen[index] === 1;
  }
}
