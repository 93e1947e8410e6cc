import type { StreamKey } from '../kernel/rng.js';
import type { BalancerState } from '../spec/balancer.js';
import type { OutlierState } from '../spec/outlier.js';
import type { NodeRoute } from '../spec/replication.js';
import type { Session } from '../spec/sections.js';
import type { Instance } from './instance.js';
import type { Link } from './link.js';
import type { Replicas } from './replication/replicas.js';
import type { Copies } from './search/copies.js';
import type { Subsetting } from './picking/subset.js';
import type { Split } from './rollouts/split.js';
import type { WaitingRoom } from './picking/waiting-room.js';
import type { Fleet, World } from './world.js';

const NO_BYTES = new Uint8Array(0);
const NO_PLACES = new Int32Array(0);

/**
 * How one calling instance sees the instances of one callee: its own outstanding attempts. Ten callers
 * have ten views, none of them the true load.
 */
export class View {
  /** Attempts outstanding by callee instance (index within the component); null where no balancer looks at them. */
  readonly outstanding: Int32Array | null;
  /** Gauge of attempts under way from this caller to this callee, or -1. */
  gauge = -1;
  /** By callee instance: how many of those that watch it want no more requests sent there. */
  shut: Uint8Array = NO_BYTES;
  /** Instances with any of these, and room for a list of the others. */
  shutCount = 0;
  open: Int32Array = NO_PLACES;
  /** Where calls wait for an instance that is not shut. */
  readonly rooms: WaitingRoom[] = [];
  /** Who is ready there, as far as the caller knows. */
  fleet: Fleet;

  constructor(fleet: Fleet, isCounted: boolean) {
    this.fleet = fleet;
    this.outstanding = isCounted ? new Int32Array(fleet.size) : null;
  }

  /** An attempt is sent to an instance. */
  began(instance: number): void {
    if (this.outstanding !== null) this.outstanding[instance]++;
  }

  /** An attempt is over. */
  ended(instance: number): void {
    if (this.outstanding !== null) this.outstanding[instance]--;
  }

  /** One watcher of an instance shuts it, or takes that back. */
  setShut(instance: number, isShut: boolean): void {
    if (this.shut.length === 0) {
      this.shut = new Uint8Array(this.fleet.size);
      this.open = new Int32Array(this.fleet.size);
    }
    const before = this.shut[instance];
    this.shut[instance] = isShut ? before + 1 : before - 1;
    if (isShut && before === 0) this.shutCount++;
    else if (!isShut && before === 1) {
      this.shutCount--;
      for (const room of this.rooms) room.wake();
    }
  }

  /** Fills `open` with the candidates that are not shut, in their order, and counts them. */
  gather(candidates: Int32Array, count: number): number {
    let found = 0;
    for (let k = 0; k < count; k++) {
      if (this.shut[candidates[k]] === 0) this.open[found++] = candidates[k];
    }
    return found;
  }
}

/** One edge at run time: who is called, through which chains, over which links. */
export interface Edge {
  readonly id: number;
  readonly stat: number;
  readonly toPart: number;
  readonly toComponent: number;
  /** First instance of the callee. */
  readonly first: number;
  readonly program: number;
  /** By index of the calling instance; `timed` when they want to know how long attempts took. */
  readonly balancers: readonly BalancerState[];
  readonly timed: boolean;
  /** What each calling instance sees of the callee; null where it is all of it. */
  readonly subsets: readonly Subsetting[] | null;
  /** Between versions of the callee; null = whoever is ready is called. */
  readonly split: Split | null;
  /** True where callers pick instances that are down as well: nobody tells them. */
  readonly fixedList: boolean;
  /** By index of the calling instance within its component; -1 where it has not called yet. */
  readonly chains: Int32Array;
  /** Makes what a calling instance has for its calls, and gives its chain. */
  open(caller: number): number;
  readonly views: readonly View[];
  readonly depth: number;
  /** By (caller zone + 1) * stride + callee zone + 1. */
  readonly links: readonly (Link | null)[];
  readonly linkIds: Int32Array;
  readonly stride: number;
  /** Key of the draws that look for an instance of which no other attempt of the call knows. */
  readonly pick: StreamKey;
  readonly idempotent: boolean;
  /** Bytes of a request; -1 = as the one its caller was sent. */
  readonly requestBytes: number;
  /** Edge of the call that is made instead when one has failed, or -1. */
  readonly fallback: number;
  /** First instruction of the steps that the caller runs instead, or -1. */
  readonly instead: number;
  /** By layer of its bundle: edge of the question to the layer's store, or -1; null: nobody asks. */
  readonly asks: readonly number[] | null;
  /** True where a layer of the chain picks the instance, so that layers inside know it. */
  readonly picked: boolean;
  /** True where attempts travel on connections of a pool, the innermost layer. */
  readonly connected: boolean;
  /** True where the callee closes such connections by limits of its own. */
  readonly guarded: boolean;
  /** By index of the calling instance; null where nobody waits for an instance. */
  readonly rooms: readonly WaitingRoom[] | null;
  /** What sees how attempts end, by index of the calling instance; null where nothing does. */
  readonly outliers: readonly OutlierState[] | null;
  /**
   * Share of the instances that must be open for a view to heed what it has shut: below it every one
   * is picked, or none where `failsOnPanic`. 0: with all of them shut the attempt goes nowhere.
   */
  readonly panic: number;
  readonly failsOnPanic: boolean;
  /** What it has to do with transactions. */
  readonly session: Session;
  /** Which node of a database with replicas or shards it asks; null elsewhere. */
  readonly route: NodeRoute | null;
  readonly replicas: Replicas | null;
  readonly copies: Copies | null;
  /** Value of the key by whose value it asks a shard; null elsewhere. */
  readonly shardValue: ((frame: number) => number) | null;
  /** Index into the plan's `onces` of the key that goes with its calls, or -1. */
  readonly once: number;
}

/** Place of the first layer of the chain of a calling instance, made at its first call. */
export function chainOf(edge: Edge, caller: number): number {
  const chain = edge.chains[caller];
  return chain < 0 ? edge.open(caller) : chain;
}

/** A restart begins the state of policies anew, also of those that have served no call: they have to be there. */
export function openAll({ edges, plan }: World, { component, index }: Instance): void {
  plan.edges.forEach(({ from }, id) => {
    if (plan.parts[from].component === component) chainOf(edges[id], index);
  });
}
