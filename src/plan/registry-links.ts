import type { Distribution } from '../kernel/distribution.js';
import type { PlanRegistry } from '../spec/plan/discovery.js';
import type { PlanLink } from '../spec/plan/plan.js';
import type { Network } from '../spec/scenario/scenario.js';
import type { Interner } from './canonical.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import { linkOf, zonesOf } from './network.js';

/** A link that carries no calls, and the components at its ends. */
export interface SilentLink {
  readonly link: PlanLink;
  readonly from: LaidComponent;
  readonly to: LaidComponent;
}

/** Links without calls, and the registries with the ids of those that they use. */
export interface RegistryLinks {
  readonly links: readonly SilentLink[];
  readonly registries: readonly PlanRegistry[];
}

/** Inputs of the links of a plan. */
interface Sources {
  readonly network: Network;
  readonly layout: Layout;
  readonly statEdges: readonly { readonly from: number; readonly to: number }[];
  readonly distributions: Interner<Distribution>;
}

/**
 * Links between the registries and the components that use them: those that are registered, and their callers.
 * `before`: number of links with calls.
 */
export function planRegistryLinks(
  { network, layout, statEdges, distributions }: Sources,
  registries: readonly PlanRegistry[],
  before: number,
): RegistryLinks {
  const links: SilentLink[] = [];
  const stride = layout.zones.length + 1;
  const componentOf = (part: number): LaidComponent => (layout.parts[part] as LaidPart).component;
  const planned = registries.map((registry): PlanRegistry => {
    const to = layout.components[registry.component]!;
    const found = new Set(registry.callees.map(({ component }) => component));
    const users = new Set(found);
    for (const edge of statEdges) {
      if (found.has(componentOf(edge.to).id)) users.add(componentOf(edge.from).id);
    }
    const tables = layout.components.map((from) => {
      if (!users.has(from.id)) return null;
      const table = new Int32Array(stride * stride).fill(-1);
      for (const fromZone of zonesOf(from)) {
        for (const toZone of zonesOf(to)) {
          const near = { component: from, zone: fromZone };
          const far = { component: to, zone: toZone };
          const link = linkOf(network, layout, near, far, distributions, -1);
          table[(fromZone + 1) * stride + toZone + 1] = before + links.length;
          links.push({ link, from, to });
        }
      }
      return table;
    });
    return { ...registry, links: tables };
  });
  return { links, registries: planned };
}
