import type { Distribution } from '../kernel/distribution.js';
import type { PlanEdge, PlanLink } from '../spec/plan/plan.js';
import type { Network, NetworkLink } from '../spec/scenario/scenario.js';
import type { Interner } from './canonical.js';
import type { BareEdge } from './edges.js';
import type { LaidComponent, Layout } from './layout.js';

/** One end of a message: a component and the index of its zone; -1 = outside every zone. */
export interface End {
  readonly component: LaidComponent;
  readonly zone: number;
}

type Way = Pick<NetworkLink, 'latency' | 'loss'>;

/** One link for each measured edge and each pair of zones with instances of its caller and callee, in that order. */
export function planLinks(
  network: Network,
  layout: Layout,
  statEdges: readonly { readonly from: number; readonly to: number }[],
  distributions: Interner<Distribution>,
): readonly PlanLink[] {
  const links: PlanLink[] = [];
  statEdges.forEach(({ from, to }, stat) => {
    const caller = layout.parts[from]!.component;
    const callee = layout.parts[to]!.component;
    for (const fromZone of zonesOf(caller)) {
      for (const toZone of zonesOf(callee)) {
        const near = { component: caller, zone: fromZone };
        const far = { component: callee, zone: toZone };
        links.push(linkOf(network, layout, near, far, distributions, stat));
      }
    }
  });
  return links;
}

/** The link between two ends. */
export function linkOf(
  network: Network,
  layout: Layout,
  near: End,
  far: End,
  distributions: Interner<Distribution>,
  stat: number,
): PlanLink {
  const there = wayOf(network, layout, near, far);
  const back = wayOf(network, layout, far, near);
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
  };
}

/** Latency of messages between instances of one component, which have no edge. */
export function planPeers(
  network: Network,
  layout: Layout,
  distributions: Interner<Distribution>,
): readonly (Int32Array | null)[] {
  const stride = layout.zones.length + 1;
  return layout.components.map((component) => {
    if (component.zones.length < 2) return null;
    const table = new Int32Array(stride * stride).fill(-1);
    for (const from of zonesOf(component)) {
      for (const to of zonesOf(component)) {
        const { latency } = wayOf(
          network,
          layout,
          { component, zone: from },
          { component, zone: to },
        );
        table[(from + 1) * stride + to + 1] = distributions.id(latency);
      }
    }
    return table;
  });
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
export function zonesOf(component: LaidComponent): readonly number[] {
  return [...new Set(component.zones)].sort((a, b) => a - b);
}

/**
 * Latency, loss and bandwidth of a message. Each comes from the most specific setting: a link between the two ends, the
 * zone of both, the network. Among links, components are more specific than zones, then the last one wins.
 */
function wayOf(
  network: Network,
  layout: Layout,
  from: End,
  to: End,
): { readonly latency: Distribution; readonly loss: number; readonly bandwidth: number } {
  const inside = from.zone >= 0 && from.zone === to.zone ? layout.zones[from.zone]! : null;
  const zone: Way | undefined = inside === null ? undefined : network.zones.get(inside);
  const latency = mostSpecific(network, layout, from, to, (link) => link.latency);
  const loss = mostSpecific(network, layout, from, to, (link) => link.loss);
  const bandwidth = mostSpecific(network, layout, from, to, (link) => link.bandwidth);
  return {
    latency: latency ?? zone?.latency ?? network.latency,
    loss: loss ?? zone?.loss ?? network.loss,
    bandwidth: bandwidth ?? network.bandwidth,
  };
}

/** Latency of a link that names the two components; null = no such link sets it. */
export function latencyBetween(
  network: Network,
  layout: Layout,
  from: LaidComponent,
  to: LaidComponent,
): Distribution | null {
  const near = { component: from, zone: -1 };
  return mostSpecific(network, layout, near, { component: to, zone: -1 }, (link) => link.latency);
}

function mostSpecific<T>(
  network: Network,
  layout: Layout,
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
