import type { Discovery, WrittenDiscovery } from '../../contracts/scenario/discovery.js';
import type { Registry } from '../../contracts/scenario/registries.js';
import { registryKindOf } from '../registries/index.js';
import type { Cursor } from '../resolve/context.js';
import { unknown } from '../resolve/targets.js';

/** Default interval of fetches: that of the clients of Eureka. */
const REFRESH_NS = 30e9;

/** Resolves `discovery`; null = callers know the instances at once. */
export function resolveDiscovery(here: Cursor, output: WrittenDiscovery | null): Discovery | null {
  const wrong = here.conflicts();
  if (output === null) return null;
  const { registry, refreshNs, onEmpty, hop } = output;
  const delivery = deliveryOf(here.in('registry'), registry);
  const isNamed = delivery === 'resolve';
  const mode = output.mode ?? (isNamed ? 'dns' : 'client');
  const kind = here.output.registries?.[registry]?.kind ?? '';
  if (delivery !== null) {
    if (mode !== 'server' && isNamed !== (mode === 'dns')) {
      const message = isNamed
        ? `${registry} is of kind dns, where callers resolve a name: write mode: dns or server`
        : `${registry} is of kind ${kind}, which has no names to resolve: write mode: client or server`;
      wrong('mode', message);
    }
    if (refreshNs !== null && delivery !== 'fetch') {
      const message = isNamed
        ? `with a registry of kind dns its ttl decides: set registries.${registry}.ttl`
        : `a registry of kind ${kind} sends changes after its propagation: set ` +
          `registries.${registry}.propagation`;
      wrong('refresh', message);
    }
  }
  if ((hop ?? null) !== null && mode !== 'server') {
    wrong('hop', 'a balancer in between needs mode: server');
  }
  return { registry, mode, refreshNs: refreshNs ?? REFRESH_NS, onEmpty };
}

/** How a registry delivers its lists; null if there is no such registry. */
function deliveryOf(here: Cursor, name: string): Registry['delivery']['by'] | null {
  const written = here.output.registries?.[name];
  if (written === undefined) {
    const thing = here.names.things.get(name);
    if (thing === undefined) unknown(here, name, ['registry']);
    else here.report('FL405', `${name} is in ${thing.section}, not in registries`);
    return null;
  }
  const own = registryKindOf(written.kind);
  return own?.delivers ?? null;
}
