import { invariant } from '../kernel/invariant.js';
import { streamKey } from '../kernel/rng.js';
import type { PlanEdge } from '../spec/plan.js';
import type { BalancerState } from '../spec/balancer.js';
import { comesAndGoes } from '../spec/versions.js';
import type { Chains } from './chains.js';
import type { Edge, View } from './edge.js';
import type { Draft } from './fleets.js';
import type { Instance } from './instance.js';
import type { Balancers } from './picking/balancers.js';
import { EndpointLists } from './picking/endpoint-lists.js';
import type { Outliers } from './picking/outliers.js';
import { Views } from './picking/views.js';
import { shardValueOf } from './replication/shards.js';

/**
 * Builds the edges of a run. What a calling instance has for an edge (its view of the callee, balancer and chain) is
 * made at its first call, where it is the same then: a caller that never calls takes no memory.
 */
export function setEdges(world: Draft, chains: Chains, all: Balancers, outliers: Outliers): Views {
  const { plan, replication } = world;
  world.endpoints = new EndpointLists(world);
  const views = new Views(world, all);
  world.edges = plan.edges.map((spec, id): Edge => {
    const caller = plan.components[plan.parts[spec.from].component];
    const callee = plan.parts[spec.to].component;
    const end = caller.firstInstance + caller.instances;
    const own = world.instances.slice(caller.firstInstance, end);
    const names = `${caller.name}->${plan.components[callee].name}`;
    const way = isLate(world, chains, spec)
      ? late(chains, all, views, spec, callee, own)
      : early(chains, all, views, spec, callee, own);
    const { balancers } = way;
    return {
      id,
      stat: spec.stat,
      toPart: spec.to,
      toComponent: callee,
      first: plan.components[callee].firstInstance,
      program: plan.parts[spec.to].program,
      ...way,
      timed: balancers[0].ended !== undefined,
      subsets: all.subsetsOf(spec, own),
      split: world.versions?.splitOf(spec, own, way.views, all) ?? null,
      // Who runs replicas that come and go keeps the list up to date.
      fixedList: all.hasFixedList(spec) && !comesAndGoes(plan.components[callee]),
      depth: chains.depthOf(spec),
      links: Array.from(spec.links, (link) => (link < 0 ? null : world.links[link])),
      linkIds: spec.links,
      stride: Math.round(Math.sqrt(spec.links.length)),
      pick: streamKey(plan.seed, replication, `edge/${names}/pick`),
      requestBytes: spec.requestBytes,
      fallback: spec.fallback,
      instead: spec.instead,
      asks: spec.asks,
      picked: chains.picks(spec),
      connected: spec.connections !== null,
      guarded: (spec.connections?.server ?? null) !== null,
      rooms: chains.roomsOf(spec, own, way.views),
      outliers: outliers.of(spec, own, way.views),
      panic: Math.max(spec.panic, chains.failsOpen(spec) ? Number.MIN_VALUE : 0),
      failsOnPanic: spec.failsOnPanic,
      idempotent: plan.parts[spec.to].idempotent || spec.once >= 0,
      once: spec.once,
      session: spec.session,
      route: spec.route,
      replicas: world.replicas.get(callee) ?? null,
      copies: world.copies.get(callee) ?? null,
      shardValue: shardValueOf(world, spec.route),
    };
  });
  return views;
}

/** What the calling instances of an edge have for it. */
type Way = Pick<Edge, 'views' | 'balancers' | 'chains' | 'open'>;

/** Callers that learn of instances behind them, or forget them, have to be there from the start. */
function isLate({ plan, newcomers }: Draft, chains: Chains, edge: PlanEdge): boolean {
  const callee = plan.parts[edge.to].component;
  const { propagation, versions } = plan.components[callee];
  if (propagation !== null || versions !== null || newcomers.has(callee)) return false;
  return edge.loadBalancing.common.subset === null && chains.isLate(edge);
}

function early(
  chains: Chains,
  all: Balancers,
  views: Views,
  edge: PlanEdge,
  callee: number,
  own: readonly Instance[],
): Way {
  const seen = own.map((instance) => views.of(instance.id, callee));
  return {
    views: seen,
    balancers: own.map((instance, k) => all.of(edge, instance, seen[k])),
    chains: Int32Array.from(own, (instance, k) => chains.chainOf(edge, instance, seen[k])),
    open: () => {
      invariant(false, 'edge-opened-twice');
      return -1;
    },
  };
}

function late(
  chains: Chains,
  all: Balancers,
  views: Views,
  edge: PlanEdge,
  callee: number,
  own: readonly Instance[],
): Way {
  const seen = new Array<View>(own.length);
  const balancers = new Array<BalancerState>(own.length);
  const starts = new Int32Array(own.length).fill(-1);
  const open = (caller: number): number => {
    const view = views.of(own[caller].id, callee);
    seen[caller] = view;
    balancers[caller] = all.of(edge, own[caller], view);
    return (starts[caller] = chains.chainOf(edge, own[caller], view));
  };
  // The first one shows what the others will have.
  const fresh = chains.fresh(edge, own[0].component);
  open(0);
  chains.reserve(fresh, own);
  return { views: seen, balancers, chains: starts, open };
}
