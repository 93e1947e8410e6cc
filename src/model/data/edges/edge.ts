import { invariant } from '../../../kernel/invariant.js';
import type { StreamKey } from '../../../kernel/rng.js';
import type { BalancerState } from '../../../contracts/patterns/balancer.js';
import type { OutlierState } from '../../../contracts/patterns/outlier.js';
import type { Plan, PlanEdge } from '../../../contracts/plan/plan.js';
import type { PlanRoute } from '../../../contracts/plan/replication.js';
import type { CopyRoute } from '../../../contracts/scenario/search.js';
import type { Instance } from '../instances/instance.js';
import type { Link } from './link.js';
import type { Subsetting } from './subset.js';
import type { Split } from './split.js';
import type { WaitingRoom } from '../instances/waiting-room.js';
import type { Fleet } from '../instances/fleet.js';

const NO_BYTES = new Uint8Array(0);
const NO_PLACES = new Int32Array(0);

/**
 * One calling instance's view of the instances of one callee: it counts only its own outstanding attempts. Ten callers
 * have ten views, none of which shows the true load.
 */
export class View {
  /** Outstanding attempts by callee instance (index within the component); null if no balancer uses them. */
  readonly outstanding: Int32Array | null;
  /** Gauge of outstanding attempts from this caller to this callee, or -1. */
  gauge = -1;
  /** Gauge of calls that this caller has left while their work goes on, or -1. */
  left = -1;
  /** By callee instance: number of policies that have shut it. */
  shut: Uint8Array = NO_BYTES;
  /** Number of shut instances, and a buffer for a list of the others. */
  shutCount = 0;
  open: Int32Array = NO_PLACES;
  /** Rooms in which calls wait for an open instance. */
  readonly rooms: WaitingRoom[] = [];
  /** The callee's instances, as far as the caller knows. */
  fleet: Fleet;

  /** By callee instance: when it last passed the checks of this caller after it had failed them; null = no checks. */
  readonly passedAt: Float64Array | null;

  constructor(fleet: Fleet, isCounted: boolean, isChecked = false) {
    this.fleet = fleet;
    this.passedAt = isChecked ? new Float64Array(fleet.size).fill(-Infinity) : null;
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

  /** One policy shuts an instance, or opens it again. */
  setShut(instance: number, isShut: boolean): void {
    if (this.shut.length === 0) {
      this.shut = new Uint8Array(this.fleet.size);
      this.open = new Int32Array(this.fleet.size);
    }
    const before = this.shut[instance];
    invariant(isShut || before > 0, 'an instance is opened as often as it was shut');
    this.shut[instance] = isShut ? before + 1 : before - 1;
    if (isShut && before === 0) this.shutCount++;
    else if (!isShut && before === 1) {
      this.shutCount--;
      for (const room of this.rooms) room.wake();
    }
  }

  /** Fills `open` with the candidates that are not shut, in their order, and returns their number. */
  gather(candidates: Int32Array, count: number): number {
    let found = 0;
    for (let k = 0; k < count; k++) {
      if (this.shut[candidates[k]] === 0) this.open[found++] = candidates[k];
    }
    return found;
  }
}

/** The nodes of a replicated database that a statement may be sent to. */
export interface NodeChoice {
  /** The nodes of the last `gather` or `elsewhere`, in ascending order. */
  readonly members: Int32Array;
  /**
   * Fills `members` with the nodes that a route allows, and returns their number; never 0. `fixedList`: the caller has
   * a static list of nodes and does not see which are down.
   */
  gather(route: PlanRoute, caller: Instance, fixedList: boolean): number;
  /** Fills `members` with the fallback nodes of a route whose own nodes are all unusable; 0 if it has no fallback. */
  elsewhere(route: PlanRoute): number;
  /** The node of a sticky client: its own if it is among the first `count` of `open`, otherwise another one of them. */
  ofClient(
    route: PlanRoute,
    caller: Instance,
    client: number,
    open: Int32Array,
    count: number,
  ): number;
}

/** One edge at run time: its callee, chains and links. */
export interface Edge extends Pick<
  PlanEdge,
  | 'changed'
  | 'stat'
  | 'requestBytes'
  | 'fallback'
  | 'instead'
  | 'asks'
  | 'failsOnPanic'
  | 'session'
  | 'route'
  | 'once'
> {
  readonly id: number;
  readonly toPart: number;
  readonly toComponent: number;
  /** First instance of the callee. */
  readonly first: number;
  readonly program: number;
  /** By index of the calling instance; `timed` if they use the latencies of attempts. */
  readonly balancers: readonly BalancerState[];
  readonly timed: boolean;
  /** The subset of the callee that each calling instance sees; null if it sees all of it. */
  readonly subsets: readonly Subsetting[] | null;
  /** Choice of a version of the callee for each call; null = any ready instance is called. */
  readonly split: Split | null;
  /** True if callers also pick instances that are down, because their list is never updated. */
  readonly fixedList: boolean;
  /** By index of the calling instance within its component; -1 before its first call. */
  readonly chains: readonly number[];
  /** Makes the objects of a calling instance for its calls, and returns its chain. */
  open(caller: number): number;
  readonly views: readonly View[];
  readonly depth: number;
  /** By (caller zone + 1) * stride + callee zone + 1. */
  readonly links: readonly (Link | null)[];
  readonly stride: number;
  /** Key of the draws that pick an instance without another attempt of the call. */
  readonly pick: StreamKey;
  readonly idempotent: boolean;
  /** HTTP method of the callee, in upper case. */
  readonly method: string;
  /** True if a layer of the chain picks the instance, so that inner layers know it. */
  readonly picked: boolean;
  /** True if attempts use connections of a pool, the innermost layer. */
  readonly connected: boolean;
  /** True if they use a connection to a database that may end while it is idle. */
  readonly fades: boolean;
  /** Layer of that pool: the last one, or the one before a time limit that begins with the connection. */
  readonly poolLayer: number;
  /** First layer of a proxy of the mesh in the chain; Infinity without one. */
  readonly proxyLayer: number;
  /** Proxies of the mesh that its attempts pass, as bits of PASS_BY. */
  readonly passes: number;
  /** True if the proxies at both ends open connections with mutual TLS. */
  readonly isMutual: boolean;
  /** True if the callee closes such connections by its own limits. */
  readonly guarded: boolean;
  /** By index of the calling instance; null if calls do not wait for an instance. */
  readonly rooms: readonly WaitingRoom[] | null;
  /** Outlier detection by index of the calling instance; null without one. */
  readonly outliers: readonly OutlierState[] | null;
  /**
   * Share of the instances that must be open for a view to avoid shut ones. Below it every instance is picked, or none
   * with `failsOnPanic`. 0: with all of them shut the attempt is refused.
   */
  readonly panic: number;
  /** The nodes of a database with replicas; null elsewhere. */
  readonly replicas: { readonly candidates: NodeChoice } | null;
  /** The nodes of a search engine; null elsewhere. */
  readonly copies: { place(route: CopyRoute, value: number, caller: Instance): number } | null;
  /** Value of the key that selects the shard; null elsewhere. */
  readonly shardValue: ((frame: number) => number) | null;
}

/** The edge that the calls of an instance use in its configuration. */
export function edgeOf(edges: readonly Edge[], edge: Edge, caller: Instance): Edge {
  return edge.changed === null ? edge : edges[edge.changed[caller.configuration]];
}

/** Place of the first layer of the chain of a calling instance, made at its first call. */
export function chainOf(edge: Edge, caller: number): number {
  const chain = edge.chains[caller];
  return chain < 0 ? edge.open(caller) : chain;
}

/** Makes all objects of a restarted instance, because the restart resets them even if they have served no call. */
export function openAll(
  { edges, plan }: { readonly edges: readonly Edge[]; readonly plan: Plan },
  { component, index }: Instance,
): void {
  plan.edges.forEach(({ from }, id) => {
    if (plan.parts[from].component === component) chainOf(edges[id], index);
  });
}
