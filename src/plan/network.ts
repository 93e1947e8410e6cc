import type { Distribution } from '../kernel/distribution.js';
import type { PlanEdge, PlanLink } from '../contracts/plan/plan.js';
import type { FlowDevice, Network, NetworkLink } from '../contracts/scenario/network.js';
import type { Interner } from './canonical.js';
import type { BareEdge } from './edges.js';
import type { LaidComponent, Layout } from './layout.js';

/** One end of a message: a component and the index of its zone; -1 = outside every zone. */
export interface End {
  readonly component: LaidComponent;
  readonly zone: number;
}

type Way = Pick<NetworkLink, 'latency' | 'loss'>;

/** A network and the components that it connects. */
interface Wires {
  readonly network: Network;
  readonly layout: Layout;
}

/** Inputs of the links of a plan. */
export interface Sources extends Wires {
  readonly statEdges: readonly { readonly from: number; readonly to: number }[];
  readonly distributions: Interner<Distribution>;
}

/** One link for each measured edge and each pair of zones with instances of its caller and callee, in that order. */
export function planLinks(sources: Sources): readonly PlanLink[] {
  const { layout, statEdges } = sources;
  const links: PlanLink[] = [];
  statEdges.forEach(({ from, to }, stat) => {
    const caller = layout.parts[from]!.component;
    const callee = layout.parts[to]!.component;
    for (const fromZone of zonesOf(caller)) {
      for (const toZone of zonesOf(callee)) {
        const near = { component: caller, zone: fromZone };
        const far = { component: callee, zone: toZone };
        links.push(linkOf(sources, near, far, stat));
      }
    }
  });
  return links;
}

/** The link between two ends. */
export function linkOf(sources: Sources, near: End, far: End, stat: number): PlanLink {
  const there = wayOf(sources, near, far);
  const back = wayOf(sources, far, near);
  const { distributions, network } = sources;
  return {
    stat,
    fromZone: near.zone,
    toZone: far.zone,
    latency: distributions.id(there.latency),
    answerLatency: distributions.id(back.latency),
    loss: there.loss,
    answerLoss: back.loss,
    bandwidth: there.bandwidth,
    answerBandwidth: back.bandwidth,
    rtoNs: network.rtoNs,
    device: mostSpecific(sources, near, far, deviceOf),
  };
}

/** Whether devices of a network forget quiet connections. */
export function forgets({ links }: Network): boolean {
  return links.some((link) => deviceOf(link) !== null);
}

function deviceOf({ idleTimeoutNs, afterIdle }: NetworkLink): FlowDevice | null {
  return idleTimeoutNs === null ? null : { idleNs: idleTimeoutNs, resets: afterIdle === 'reset' };
}

/** Latency of messages between instances of one component, which have no edge. */
export function planPeers(
  wires: Wires,
  distributions: Interner<Distribution>,
): readonly (Int32Array | null)[] {
  return wires.layout.components.map((component) =>
    component.zones.length < 2
      ? null
      : zoneTable(wires.layout, component, component, (near, far) =>
          distributions.id(wayOf(wires, near, far).latency),
        ),
  );
}

/** Numbers by pair of zones with instances of two components; -1 for the other pairs. */
export function zoneTable(
  { zones: { length } }: Layout,
  from: LaidComponent,
  to: LaidComponent,
  numberOf: (near: End, far: End) => number,
): Int32Array {
  const stride = length + 1;
  const table = new Int32Array(stride * stride).fill(-1);
  for (const fromZone of zonesOf(from)) {
    for (const toZone of zonesOf(to)) {
      const near = { component: from, zone: fromZone };
      const far = { component: to, zone: toZone };
      table[(fromZone + 1) * stride + toZone + 1] = numberOf(near, far);
    }
  }
  return table;
}

/** Adds the table of links to each edge; -1 = caller and callee have no instances in these zones. */
export function withLinks(
  edges: readonly BareEdge[],
  links: readonly PlanLink[],
  zones: number,
): readonly PlanEdge[] {
  const stride = zones + 1;
  const tables = new Map<number, Int32Array>();
  links.forEach((link, id) => {
    const table = tables.get(link.stat) ?? new Int32Array(stride * stride).fill(-1);
    table[(link.fromZone + 1) * stride + link.toZone + 1] = id;
    tables.set(link.stat, table);
  });
  return edges.map((edge) => ({ ...edge, links: tables.get(edge.stat)! }));
}

/** The zones that a component has instances in, sorted. */
function zonesOf(component: LaidComponent): readonly number[] {
  return [...new Set(component.zones)].sort((a, b) => a - b);
}

/**
 * Latency, loss and bandwidth of a message. Each comes from the most specific setting: a link between the two ends, the
 * zone of both, the network. Among links, components are more specific than zones, then the last one wins.
 */
function wayOf(
  wires: Wires,
  from: End,
  to: End,
): { readonly latency: Distribution; readonly loss: number; readonly bandwidth: number } {
  const { network, layout } = wires;
  const inside = from.zone >= 0 && from.zone === to.zone ? layout.zones[from.zone]! : null;
  const zone: Way | undefined = inside === null ? undefined : network.zones.get(inside);
  const latency = mostSpecific(wires, from, to, (link) => link.latency);
  const loss = mostSpecific(wires, from, to, (link) => link.loss);
  const bandwidth = mostSpecific(wires, from, to, (link) => link.bandwidth);
  return {
    latency: latency ?? zone?.latency ?? network.latency,
    loss: loss ?? zone?.loss ?? network.loss,
    bandwidth: bandwidth ?? network.bandwidth,
  };
}

/** Latency of a link that names the two components; null = no such link sets it. */
export function latencyBetween(
  wires: Wires,
  from: LaidComponent,
  to: LaidComponent,
): Distribution | null {
  const near = { component: from, zone: -1 };
  return mostSpecific(wires, near, { component: to, zone: -1 }, (link) => link.latency);
}

function mostSpecific<T>(
  { network, layout }: Wires,
  from: End,
  to: End,
  field: (link: NetworkLink) => T | null,
): T | null {
  let best = -1;
  let found: T | null = null;
  for (const link of network.links) {
    const value = field(link);
    if (value === null) continue;
    const [x, y] = link.between;
    const along = specificity(layout, x, from, y, to);
    const against = link.oneWay ? -1 : specificity(layout, x, to, y, from);
    const own = Math.max(along, against);
    if (own < 0 || own < best) continue;
    best = own;
    found = value;
  }
  return found;
}

/** Number of names that are components; -1 if a name does not match its end. */
function specificity(layout: Layout, x: string, a: End, y: string, b: End): number {
  const first = names(layout, x, a);
  const second = names(layout, y, b);
  return first < 0 || second < 0 ? -1 : first + second;
}

function names(layout: Layout, name: string, end: End): number {
  if (name === end.component.name) return 1;
  return end.zone >= 0 && name === layout.zones[end.zone] ? 0 : -1;
}
