import type { PlanRegistry } from '../../contracts/plan/discovery.js';
import { hostOf, type Layout } from '../layout.js';
import { PASSIVE, sourcesOf, type PlanModule } from './kind.js';

/** Service registries: servers without requests, on which the lists of callers depend. */
export const registry: PlanModule<'registry', never, 'registries'> = {
  components: {
    registry: ({ registries }) =>
      sourcesOf('registry', registries, (host) => ({
        ...PASSIVE,
        host,
        zones: host.zones,
        parts: [],
      })),
  },
  parts: {},
  plan: ({ w }) => ({ registries: planRegistries(w.layout) }),
};

function planRegistries(layout: Layout): readonly PlanRegistry[] {
  return layout.components.flatMap(({ id, name, source }) => {
    if (source.kind !== 'registry') return [];
    const { membership, delivery } = source.spec;
    const callees = layout.components.flatMap((callee) => {
      const discovery = hostOf(callee)?.discovery ?? null;
      if (discovery?.registry !== name) return [];
      const { refreshNs, onEmpty } = discovery;
      return [{ component: callee.id, refreshNs, onEmpty }];
    });
    // Its links need the edges, which come later.
    return [{ component: id, membership, delivery, callees, links: [] }];
  });
}
