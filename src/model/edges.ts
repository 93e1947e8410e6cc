import { streamKey } from '../kernel/rng.js';
import type { Plan, PlanEdge } from '../contracts/plan/plan.js';
import type { OutlierState } from '../contracts/patterns/outlier.js';
import type { BalancerState } from '../contracts/patterns/balancer.js';
import { comesAndGoes } from '../contracts/plan/versions.js';
import type { Chains } from './path/chains.js';
import type { Edge, View } from './data/edges/edge.js';
import type { Draft } from './data/run.js';
import type { World } from './modules/world.js';
import type { Instance } from './data/instances/instance.js';
import type { Balancers } from './resources/picking/balancers.js';
import { EndpointLists, propagationOf } from './resources/picking/endpoint-lists.js';
import { fades } from './resources/connections/fates.js';
import { isMutual, passesOf } from './resources/mesh/passes.js';
import type { Outliers } from './resources/picking/outliers.js';
import type { Subsetting } from './data/edges/subset.js';
import { Views } from './resources/picking/views.js';
import type { WaitingRoom } from './data/instances/waiting-room.js';
import { shardValueOf } from './resources/replication/shards.js';

/**
 * Builds the edges of a run. The objects of a calling instance for an edge (its view of the callee, balancer and chain)
 * are made at its first call if that gives the same result. A caller without calls then uses no memory.
 */
export function setEdges(
  world: Draft<World>,
  chains: Chains,
  all: Balancers,
  outliers: Outliers,
): Views {
  const { plan } = world;
  world.endpoints = new EndpointLists(world, world.registries);
  const views = new Views(world, all);
  const makers = { chains, all, views, outliers };
  world.edges = plan.edges.map((spec, id) => {
    const caller = plan.components[plan.parts[spec.from].component];
    const end = caller.firstInstance + caller.instances;
    const own = world.instances.slice(caller.firstInstance, end);
    const way = wayOf(makers, plan, spec, own, isLate(world, chains, spec));
    return liveEdge(world, makers, spec, id, way, own);
  });
  return views;
}

/** An edge with the objects of its calling instances. */
function liveEdge(
  world: Draft<World>,
  { chains, all }: Makers,
  spec: PlanEdge,
  id: number,
  way: Way,
  own: readonly Instance[],
): Edge {
  const { plan, replication } = world;
  const caller = plan.components[plan.parts[spec.from].component];
  const callee = plan.parts[spec.to].component;
  const names = `${caller.name}->${plan.components[callee].name}`;
  const { panic, failsOnPanic } = panicOf(spec, chains.failsOpen(spec));
  const { idempotent, method } = endpointOf(plan, spec);
  // The fields of every attempt come first, side by side. A spread would put fields outside of the object.
  return {
    id,
    changed: spec.changed,
    stat: spec.stat,
    chains: way.chains,
    depth: chains.depthOf(spec),
    session: spec.session,
    picked: chains.picks(spec),
    route: spec.route,
    views: way.views,
    first: plan.components[callee].firstInstance,
    toPart: spec.to,
    program: plan.parts[spec.to].program,
    passes: passesOf(plan.mesh, plan, spec),
    links: Array.from(spec.links, (link) => (link < 0 ? null : world.links[link])),
    stride: Math.round(Math.sqrt(spec.links.length)),
    outliers: way.outliers,
    timed: way.balancers[0].ended !== undefined,
    connected: spec.connections !== null,
    fades: fades(plan, spec),
    toComponent: callee,
    balancers: way.balancers,
    subsets: way.subsets,
    rooms: way.rooms,
    open: way.open,
    split: world.versions?.splitOf(spec, own, way.views, all) ?? null,
    // The platform of a scaled or rolled-out component keeps the list up to date.
    fixedList: all.hasFixedList(spec) && !comesAndGoes(plan.components[callee]),
    pick: streamKey(plan.seed, replication, `edge/${names}/pick`),
    requestBytes: spec.requestBytes,
    fallback: spec.fallback,
    instead: spec.instead,
    asks: spec.asks,
    poolLayer: chains.poolLayerOf(spec),
    proxyLayer: chains.proxyLayerOf(spec),
    isMutual: isMutual(plan.mesh, plan, spec),
    guarded: (spec.connections?.server ?? null) !== null,
    panic,
    failsOnPanic,
    idempotent,
    method,
    once: spec.once,
    replicas: world.replicas.get(callee) ?? null,
    copies: world.copies.get(callee) ?? null,
    shardValue: shardValueOf(world, spec.route),
  };
}

/** Levels see all instances, and panic by themselves. */
function panicOf(
  { loadBalancing, panic, failsOnPanic }: PlanEdge,
  failsOpen: boolean,
): Pick<Edge, 'panic' | 'failsOnPanic'> {
  if (loadBalancing.common.priorities) return { panic: Infinity, failsOnPanic: false };
  return { panic: Math.max(panic, failsOpen ? Number.MIN_VALUE : 0), failsOnPanic };
}

/** The facts of the called endpoint that policies may ask for. */
function endpointOf({ parts }: Plan, { to, once }: PlanEdge): Pick<Edge, 'idempotent' | 'method'> {
  const { idempotent, method } = parts[to];
  return { idempotent: idempotent || once >= 0, method: method ?? 'GET' };
}

/** The objects that the calling instances of an edge have for it. */
type Way = Pick<Edge, 'views' | 'balancers' | 'chains' | 'subsets' | 'rooms' | 'outliers' | 'open'>;

/** The builders of these objects. */
interface Makers {
  readonly chains: Chains;
  readonly all: Balancers;
  readonly views: Views;
  readonly outliers: Outliers;
}

/** Callers that receive endpoint updates, or must forget replaced instances, have to exist from the start. */
function isLate(
  { plan, newcomers, registries }: Draft<World>,
  chains: Chains,
  edge: PlanEdge,
): boolean {
  const callee = plan.parts[edge.to].component;
  const { versions } = plan.components[callee];
  if (registries?.has(callee) === true) return false;
  const propagation = propagationOf(plan, plan.parts[edge.from].component, callee);
  if (propagation !== null || versions !== null || newcomers.has(callee)) return false;
  return chains.isLate(edge);
}

/** Makes the objects of each caller: if `isLate`, at its first call, else now. */
function wayOf(
  makers: Makers,
  plan: Plan,
  edge: PlanEdge,
  own: readonly Instance[],
  isLate: boolean,
): Way {
  const callee = plan.parts[edge.to].component;
  const { all, chains, outliers } = makers;
  const caller = plan.components[plan.parts[edge.from].component];
  // The first caller shows which states the others will have.
  const fresh = isLate ? chains.fresh(edge, own[0].component) : [];
  const now = isLate ? own.slice(0, 1) : own;
  for (const one of now) chains.chainOf(edge, one, makers.views.of(one.id, callee));
  if (isLate) chains.reserve(fresh, own);
  if (isLate && edge.connections !== null) {
    for (const one of own) chains.pools.expect(one, callee);
  }
  const subsetOf = all.subsetOf(edge);
  const waitNs = chains.shutWaitOf(edge);
  const outlierOf = outliers.of(edge, caller);
  const views = new Array<View>(own.length);
  const balancers = new Array<BalancerState>(own.length);
  // A small typed array takes twice the memory, in three places.
  const starts = new Array<number>(own.length).fill(-1);
  const subsets = subsetOf === null ? null : new Array<Subsetting>(own.length);
  const rooms = waitNs === 0 ? null : new Array<WaitingRoom>(own.length);
  const watchers = outlierOf === null ? null : new Array<OutlierState>(own.length);
  const open = (index: number): number => {
    const one = own[index];
    const seen = makers.views.of(one.id, callee);
    views[index] = seen;
    balancers[index] = all.of(edge, one, seen);
    if (subsets !== null) subsets[index] = subsetOf!(one);
    if (rooms !== null) rooms[index] = chains.roomOf(edge, one, seen, waitNs);
    if (watchers !== null) watchers[index] = outlierOf!(one, seen);
    return (starts[index] = chains.chainOf(edge, one, seen));
  };
  now.forEach((_, index) => open(index));
  return { views, balancers, chains: starts, subsets, rooms, outliers: watchers, open };
}
