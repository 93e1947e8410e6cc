import { derive, lineage, unit } from '../../../kernel/rng.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import { isPinned, type PinnedRoute, type PlanRoute } from '../../../contracts/plan/replication.js';
import { SESSION } from '../../../contracts/scenario/sections.js';
import type { Edge, View } from '../../data/edges/edge.js';
import { AVOID, PLACES, frames } from '../../data/strands/frames.js';
import { shardOf } from '../replication/shards.js';
import type { Run } from '../../data/run.js';
import type { Placer } from './placer.js';

/** Draw number of this choice; balancers count theirs up from 0. */
const DRAW = 64;

/** Lineage tags of the repeated picks after a pick of an instance tried before. */
const REPICK_TAG = 0x2000;

/** Istio and Envoy: `host_selection_retry_max_attempts` 5 picks, then the last one is used. */
const REPICKS = 5;

/** Result when no instance may be picked. */
export const NOWHERE = -1;

/**
 * Picks the callee instance of an attempt from the caller's view of the callee. It avoids instances that are shut in
 * that view and, if the call asks for it, instances that the call has already used.
 */
export class Picks {
  /** By component: the placer of its platform, which picks the instance. */
  readonly placers = new Map<number, Placer>();

  constructor(private readonly world: Run) {}

  /** Returns the index of the instance for the attempt with this lineage, or NOWHERE if every instance is shut. */
  place(edge: Edge, frame: number, a: number, b: number): number {
    const { route } = edge;
    if (route === null) return this.instance(edge, frame, a, b);
    if (isPinned(route)) return this.pinned(edge, route, frame);
    return this.replica(edge, edge.replicas!, route, frame, a, b);
  }

  private instance(edge: Edge, frame: number, a: number, b: number): number {
    const caller = this.world.instances[frames.caller[frame]].index;
    const view = edge.views[caller];
    const { fleet } = view;
    if (fleet.size === 1 && view.shutCount === 0) return 0;
    // If no instance is up, the call goes to one of them and is refused.
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
      if (refuses(edge, open, count)) return NOWHERE;
      if (!isPanic(edge, open, count)) {
        candidates = view.open;
        count = open;
      }
    }
    const placer = this.placers.size > 0 ? this.placers.get(edge.toComponent) : undefined;
    if (placer !== undefined) return placer.place(candidates, count);
    const balancer = (edge.split === null ? edge.balancers : edge.split.balancers[version])[caller];
    return this.balanced(edge, balancer, frame, candidates, count, a, b);
  }

  /** Picks the node of a database with replicas among those that the route allows. */
  private replica(
    edge: Edge,
    { candidates: nodes }: NonNullable<Edge['replicas']>,
    route: PlanRoute,
    frame: number,
    a: number,
    b: number,
  ): number {
    const caller = this.world.instances[frames.caller[frame]];
    const view = edge.views[caller.index];
    let count = nodes.gather(route, caller, edge.fixedList);
    let candidates = nodes.members;
    if (view.shutCount > 0 && heeds(edge, route)) {
      let open = view.gather(candidates, count);
      const others = open === 0 ? nodes.elsewhere(route) : 0;
      if (others > 0) {
        count = others;
        open = view.gather(candidates, count);
      }
      if (refuses(edge, open, count)) return NOWHERE;
      if (!isPanic(edge, open, count)) {
        candidates = view.open;
        count = open;
      }
    }
    if (route.kind === 'primary') return candidates[0];
    if (route.client === undefined) {
      const balancer = edge.balancers[caller.index];
      return this.balanced(edge, balancer, frame, candidates, count, a, b);
    }
    const client = this.world.keys.value(route.client, frames.owner[frame]);
    let index = nodes.ofClient(route, caller, client, candidates, count);
    if ((frames.avoid[frame] & AVOID.tried) === 0) return index;
    for (let k = 1; k <= REPICKS && wasTried(frame, index); k++) {
      index = candidates[(client + k) % count];
    }
    return index;
  }

  /** The balancer's pick among the first `count` candidates. If the call asks for it, avoids instances used before. */
  private balanced(
    edge: Edge,
    balancer: BalancerState,
    frame: number,
    candidates: Int32Array,
    count: number,
    a: number,
    b: number,
  ): number {
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

  /** The node of a database that holds the rows of a request, up or not. */
  private pinned(edge: Edge, route: PinnedRoute, frame: number): number {
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
    }
  }

  /**
   * The instance of an attempt that should avoid the other attempts of its call: the pick if it is new, otherwise a
   * random one of the unused candidates, otherwise the pick.
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
    const parent = siblingsOf(frame);
    let chosen = picked;
    if (parent < 0) return chosen;
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

/** Returns true if too few instances are open to carry the full load; then shut instances are used too. */
function isPanic({ panic }: Edge, open: number, count: number): boolean {
  return open < panic * count;
}

/** Returns true if an attempt has no instance: none is open, or calls fail during a panic. */
function refuses(edge: Edge, open: number, count: number): boolean {
  return isPanic(edge, open, count) ? edge.failsOnPanic : open === 0;
}

/**
 * Whether the calls of an edge avoid nodes that are shut. Writes use a separate address, so they ignore nodes that only
 * the policies of reads have shut. A transaction stays on the node of its connection.
 */
function heeds({ session, outliers, rooms }: Edge, { kind }: PlanRoute): boolean {
  if (session === SESSION.inside || session === SESSION.holds) return false;
  return kind !== 'primary' || outliers !== null || rooms !== null;
}

/** The balancer of a caller that picked this instance. */
export function balancerAt(
  { split, balancers }: Edge,
  caller: number,
  index: number,
): BalancerState {
  return split === null ? balancers[caller] : split.balancers[split.at(index)][caller];
}

/**
 * Returns true if a caller's own list has no ready instance (of this version). Its kernel or proxy then refuses the
 * call, even if instances are ready again.
 */
export function isUnknown({ fixedList, split }: Edge, { fleet }: View, index: number): boolean {
  if (!fleet.isBinding || fixedList) return false;
  return split === null ? fleet.readyCount === 0 : !split.isKnown(fleet, index);
}

/** Returns true if an earlier attempt of the frame used the instance. */
function wasTried(frame: number, instance: number): boolean {
  const known = Math.min(frames.triedCount[frame], PLACES);
  for (let k = 0; k < known; k++) {
    if (frames.triedPlaces[frame * PLACES + k] === instance) return true;
  }
  return false;
}

/** Returns true if the original or one of the last forks of a frame used the instance. */
function wasAt(parent: number, instance: number): boolean {
  if (frames.place[parent] === instance) return true;
  const known = Math.min(frames.forkCount[parent], PLACES);
  for (let k = 0; k < known; k++) {
    if (frames.forkPlaces[parent * PLACES + k] === instance) return true;
  }
  return false;
}

/** The frame that a fork was forked from; what is inside a time limit belongs to the fork. -1 = it was left. */
function siblingsOf(frame: number): number {
  let at = frame;
  let parent = frames.parent[at];
  while (parent >= 0 && frames.owner[at] !== frames.owner[parent]) {
    at = parent;
    parent = frames.parent[at];
  }
  return parent;
}
