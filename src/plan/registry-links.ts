import type { PlanRegistry } from '../contracts/plan/discovery.js';
import type { PlanLink } from '../contracts/plan/plan.js';
import type { LaidComponent, LaidPart } from './layout.js';
import { zoneTable, linkOf, type Sources } from './network.js';

/** A link that carries no calls, and the components at its ends. */
export interface SilentLink {
  readonly link: PlanLink;
  readonly from: LaidComponent;
  readonly to: LaidComponent;
}

/** Links without calls, and the registries with the ids of those that they use. */
interface RegistryLinks {
  readonly links: readonly SilentLink[];
  readonly registries: readonly PlanRegistry[];
}

/**
 * Links between the registries and the components that use them: those that are registered, and their callers.
 * `before`: number of links with calls.
 */
export function planRegistryLinks(
  sources: Sources,
  registries: readonly PlanRegistry[],
  before: number,
): RegistryLinks {
  const { layout, statEdges } = sources;
  const links: SilentLink[] = [];
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
      return zoneTable(layout, from, to, (near, far) => {
        const link = linkOf(sources, near, far, -1);
        return before + links.push({ link, from, to }) - 1;
      });
    });
    return { ...registry, links: tables };
  });
  return { links, registries: planned };
}
