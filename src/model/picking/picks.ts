import { derive, lineage, unit } from '../../kernel/rng.js';
import type { BalancerState } from '../../spec/balancer.js';
import type { NodeRoute } from '../../spec/replication.js';
import type { Edge, View } from '../edge.js';
import { AVOID, PLACES, frames } from '../frames.js';
import { shardOf } from '../replication/shards.js';
import type { World } from '../world.js';

/** Draws of balancers count up from 0; this one is out of their way. */
const DRAW = 64;

/** Lineage tags of the picks that replace one which fell on an instance tried before. */
const REPICK_TAG = 0x2000;

/** Istio and Envoy: `host_selection_retry_max_attempts` 5 picks, then whatever came. */
const REPICKS = 5;

/** No instance may be picked. */
export const NOWHERE = -1;

/**
 * Picks the callee instance of an attempt: by the caller's own view of the callee, away from instances
 * that the view has shut, and away from those that the call has used where it asks for that.
 */
export class Picks {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The index within the callee for the attempt of this lineage; NOWHERE where every instance is shut. */
  place(edge: Edge, frame: number, a: number, b: number): number {
    const { world } = this;
    if (edge.route !== null) return this.node(edge, edge.route, frame);
    const caller = world.instances[frames.caller[frame]].index;
    const view = edge.views[caller];
    const { fleet } = view;
    if (fleet.size === 1 && view.shutCount === 0) return 0;
    // With nobody up every instance is tried, and refuses.
    const some = fleet.readyCount > 0 && fleet.readyCount < fleet.size && !edge.fixedList;
    let candidates = some ? fleet.ready : fleet.all;
    let count = some ? fleet.readyCount : fleet.size;
    const version = edge.split === null ? 0 : edge.split.versionOf(frame);
    if (edge.split !== null) {
      count = edge.split.gather(version, candidates, count);
      candidates = edge.split.members;
    }
    if (edge.subsets !== null) {
      const subset = edge.subsets[caller];
      count = subset.gather(candidates, count);
      candidates = subset.members;
    }
    if (view.shutCount > 0) {
      const open = view.gather(candidates, count);
      // Too few are left to carry the load of all: what is known about them is ignored.
      const isPanic = open < edge.panic * count;
      if (isPanic ? edge.failsOnPanic : open === 0) return NOWHERE;
      if (!isPanic) {
        candidates = view.open;
        count = open;
      }
    }
    const balancer = (edge.split === null ? edge.balancers : edge.split.balancers[version])[caller];
    const owner = frames.owner[frame];
    let index = balancer.pick(candidates, count, a, b, owner);
    const avoid = frames.avoid[frame];
    if ((avoid & AVOID.tried) !== 0) {
      for (let k = 0; k < REPICKS && wasTried(frame, index); k++) {
        derive(a, b, REPICK_TAG + k);
        index = balancer.pick(candidates, count, lineage.a, lineage.b, owner);
      }
    }
    if ((avoid & AVOID.siblings) === 0 || index === NOWHERE) return index;
    return this.apart(edge, frame, index, candidates, count, a, b);
  }

  /** The node of a database, up or not: nobody else has these rows. */
  private node(edge: Edge, route: NodeRoute, frame: number): number {
    const { fleets, instances } = this.world;
    switch (route.kind) {
      case 'shard':
        return route.index;
      case 'shardOf': {
        const { size } = fleets[edge.toComponent];
        return (shardOf(edge.shardValue!(frame), size) + (route.behind ?? 0)) % size;
      }
      case 'copy': {
        const value = route.shard < 0 ? edge.shardValue!(frame) : 0;
        return edge.copies!.place(route, value, instances[frames.caller[frame]]);
      }
      default:
        return edge.replicas!.place(route, instances[frames.caller[frame]], frames.owner[frame]);
    }
  }

  /**
   * The callee instance of an attempt that should not go where another attempt of its call has been:
   * the picked one where it is new, else one of the others with equal chances, else the picked one.
   */
  private apart(
    edge: Edge,
    frame: number,
    picked: number,
    candidates: Int32Array,
    count: number,
    a: number,
    b: number,
  ): number {
    const parent = frames.parent[frame];
    let chosen = picked;
    if (wasAt(parent, picked)) {
      let others = 0;
      for (let k = 0; k < count; k++) {
        if (!wasAt(parent, candidates[k])) others++;
      }
      let left = Math.floor(unit(edge.pick.a, edge.pick.b, a, b, DRAW) * others);
      for (let k = 0; k < count && others > 0; k++) {
        const at = candidates[k];
        if (wasAt(parent, at) || left-- > 0) continue;
        chosen = at;
        break;
      }
    }
    frames.forkPlaces[parent * PLACES + (frames.forkCount[parent]++ % PLACES)] = chosen;
    return chosen;
  }
}

/** The balancer of a caller that has picked an instance. */
export function balancerAt(
  { split, balancers }: Edge,
  caller: number,
  index: number,
): BalancerState {
  return split === null ? balancers[caller] : split.balancers[split.at(index)][caller];
}

/** Whether a caller with a list of its own knows of nobody, or of nobody of a version: the kernel or proxy on its side refuses, whoever is back. */
export function isUnknown({ fixedList, split }: Edge, { fleet }: View, index: number): boolean {
  if (!fleet.isBinding) return false;
  if (split !== null) return !split.isKnown(fleet, index);
  return fleet.readyCount === 0 && !fixedList;
}

/** True where an earlier attempt of the frame has been. */
function wasTried(frame: number, instance: number): boolean {
  const known = Math.min(frames.triedCount[frame], PLACES);
  for (let k = 0; k < known; k++) {
    if (frames.triedPlaces[frame * PLACES + k] === instance) return true;
  }
  return false;
}

/** True where the original or one of the last forks of a frame has sent an attempt. */
function wasAt(parent: number, instance: number): boolean {
  if (frames.place[parent] === instance) return true;
  const known = Math.min(frames.forkCount[parent], PLACES);
  for (let k = 0; k < known; k++) {
    if (frames.forkPlaces[parent * PLACES + k] === instance) return true;
  }
  return false;
}
