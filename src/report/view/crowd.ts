import type { FaultInfo, Result } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';
import { focusRank } from '../families/focus.js';
import { byCodeUnit, groupedBy } from '../../text/order.js';
import { isServer, longestDegraded, type View } from './view.js';

/** The servers in figures that draw each of them. */
export interface Crowd {
  /** All that are not hidden: those in focus, then by depth and name. */
  readonly all: readonly TopologyNode[];
  /** Those that are shown, in the same order. */
  readonly shown: readonly TopologyNode[];
  /** The number of servers shown, and how they were chosen; empty if all are shown. */
  readonly words: string;
}

/** Most servers that one figure can show legibly. */
const MOST = 30;

const crowds = new WeakMap<Result, Crowd>();

/**
 * The servers of a system. If there are too many to show: those that faults hit, those that degrade in any variant,
 * the path to them from a workload, and then the busiest. The same ones for all variants.
 */
export function crowdOf({ result }: View): Crowd {
  const known = crowds.get(result);
  if (known !== undefined) return known;
  const hidden = new Set(result.report.hide);
  const rank = focusRank(result);
  const all = result.topology.nodes
    .filter((node) => isServer(node) && !hidden.has(node.name))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.depth - b.depth || byCodeUnit(a.name, b.name));
  const crowd = all.length <= MOST ? { all, shown: all, words: '' } : few(result, all);
  crowds.set(result, crowd);
  return crowd;
}

/** Nodes of the map: the servers that are shown, and the nodes that send to them or hold their messages. */
export function mapNodes(view: View): TopologyNode[] {
  const { nodes, edges } = view.result.topology;
  const hidden = new Set(view.result.report.hide);
  const { all, shown } = crowdOf(view);
  const servers = new Set(all.map(({ name }) => name));
  const names = new Set(shown.map(({ name }) => name));
  const touches = (name: string): boolean =>
    edges.some(
      ({ from, to }) => (from === name && names.has(to)) || (to === name && names.has(from)),
    );
  return nodes.filter((node) => {
    if (hidden.has(node.name)) return false;
    if (servers.has(node.name)) return names.has(node.name);
    return node.kind === 'workload' || all.length === shown.length || touches(node.name);
  });
}

function few(result: Result, all: readonly TopologyNode[]): Crowd {
  const servers = new Map(all.map((node) => [node.name, node]));
  const callers = callersOf(result);
  const names = new Set<string>();
  for (const name of ranked(result, all)) {
    const way = wayTo(name, callers).filter((each) => servers.has(each) && !names.has(each));
    if (names.size + way.length <= MOST) for (const each of way) names.add(each);
  }
  const shown = all.filter(({ name }) => names.has(name));
  const words = `${shown.length} of ${all.length} components: the faulted ones, the degraded ones, the path to them, and the busiest.`;
  return { all, shown, words };
}

/** The most interesting servers first. */
function ranked(result: Result, all: readonly TopologyNode[]): readonly string[] {
  const faults = [...result.faults, ...result.variants.flatMap((variant) => variant.faults)];
  const hit = new Set(faults.flatMap(componentsOf));
  const rows = all.map(({ name }) => ({
    name,
    isHit: hit.has(name),
    degraded: most(result, (variant) => longestDegraded(variant, [name])),
    busy: most(result, (variant) => variant.components[name]?.utilization ?? 0),
  }));
  rows.sort(
    (a, b) =>
      Number(b.isHit) - Number(a.isHit) ||
      b.degraded - a.degraded ||
      b.busy - a.busy ||
      byCodeUnit(a.name, b.name),
  );
  return rows.map(({ name }) => name);
}

/** Components that a fault names, alone or as the ends of a link. */
function componentsOf({ target }: FaultInfo): readonly string[] {
  return target.flatMap((each) => each.split('->').map((end) => end.split(/[.[]/)[0]!));
}

function most(result: Result, of: (variant: Result['variants'][number]) => number): number {
  return result.variants.reduce((top, variant) => Math.max(top, of(variant)), 0);
}

/** For each component its caller on the shortest path from a workload. */
function callersOf({ topology }: Result): ReadonlyMap<string, string> {
  const calls = groupedBy(topology.edges, ({ from }) => from);
  const workloads = topology.nodes.filter(({ kind }) => kind === 'workload');
  const reached = workloads.map(({ name }) => name).sort(byCodeUnit);
  const callers = new Map<string, string>();
  const seen = new Set(reached);
  for (const name of reached) {
    const callees = (calls.get(name) ?? []).map(({ to }) => to);
    for (const callee of callees.sort(byCodeUnit)) {
      if (seen.has(callee)) continue;
      seen.add(callee);
      callers.set(callee, name);
      reached.push(callee);
    }
  }
  return callers;
}

/** A component after those through which users reach it, starting with the one nearest to the users. */
function wayTo(name: string, callers: ReadonlyMap<string, string>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = callers.get(at)) way.unshift(at);
  return way;
}
