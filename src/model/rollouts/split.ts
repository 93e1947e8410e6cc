import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { BalancerState } from '../../spec/patterns/balancer.js';
import { frames } from '../frames.js';
import type { Fleet } from '../processes/fleet.js';
import type { Keys } from '../arrivals/keys.js';
import type { Plan } from '../../spec/plan/plan.js';

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

/** The versions that one edge calls. A request is assigned to one version and stays with it across retries. */
export class Split {
  /** By number of the version, by index of the calling instance. */
  readonly balancers: readonly (readonly BalancerState[])[];
  /** The instances found by the last gather(). */
  readonly members: Int32Array;
  private readonly world: SplitParts;
  private readonly component: number;
  private readonly weights: Weights;
  private readonly ofPlace: readonly number[];
  private readonly key: StreamKey;
  private readonly sticky: number;

  constructor(
    world: SplitParts,
    component: number,
    weights: Weights,
    key: StreamKey,
    balancers: readonly (readonly BalancerState[])[],
  ) {
    const { ofPlace, rollout } = world.plan.components[component].versions!;
    this.world = world;
    this.component = component;
    this.weights = weights;
    this.ofPlace = ofPlace;
    this.key = key;
    this.sticky = rollout!.sticky;
    this.balancers = balancers;
    this.members = new Int32Array(ofPlace.length);
  }

  /** The version that the call of a frame goes to. */
  versionOf(frame: number): number {
    const { weight, to } = this.weights;
    if (weight <= 0) return 0;
    if (weight >= 1) return to;
    return this.shareOf(frame) < weight ? to : 0;
  }

  /** The version of an instance. */
  at(index: number): number {
    return this.ofPlace[index];
  }

  /**
   * Fills `members` with the candidates of a version and returns their number. If its ready instances have not reached
   * the caller's list yet, the caller uses the other version. If the version has none ready, the result is one of its
   * places, for which `isKnown` returns false.
   */
  gather(version: number, candidates: Int32Array, count: number): number {
    const found = this.fill(version, candidates, count);
    if (found > 0) return found;
    const { ready, readyCount } = this.world.fleets[this.component];
    if (this.fill(version, ready, readyCount) > 0) {
      const { to } = this.weights;
      const others = this.fill(version === to ? 0 : to, candidates, count);
      if (others > 0) return others;
    }
    this.members[0] = this.ofPlace.indexOf(version);
    return 1;
  }

  private fill(version: number, candidates: Int32Array, count: number): number {
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

  /** A number in (0, 1) drawn for the call, or for the key value of its request. */
  private shareOf(frame: number): number {
    const { key, sticky, world } = this;
    if (sticky >= 0) {
      const value = world.keys.value(sticky, frames.owner[frame]);
      return unit(key.a, key.b, value, 0, 0);
    }
    let original = frame;
    while (frames.base[original] > 0) original = frames.parent[original];
    return unit(key.a, key.b, frames.lineageA[original], frames.lineageB[original], 0);
  }
}
