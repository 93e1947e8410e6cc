import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { guess, list, map } from '../../written.js';

/** Zones of a region, if no file names them: three, as in most regions of the public clouds. */
const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** The labels of a node with its zone; the second one is that of old clusters. */
const OF_ZONES: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
]);

/** Spreads the instances of a component over zones, if its pods ask for it. The names of the zones are guesses. */
export function spread(component: Component, pod: Cell | undefined, system: System): void {
  const constraints = pod?.get('topologySpreadConstraints')?.items() ?? [];
  const own = constraints.find((each) => OF_ZONES.has(each.get('topologyKey')?.text() ?? ''));
  for (const constraint of constraints) {
    if (constraint !== own) constraint.relist('nodes have no names in a scenario');
  }
  const key = own?.get('topologyKey');
  if (own === undefined || key === undefined) return;
  const [first, ...others] = ZONES;
  const zones = [{ ...guess(first!), origins: [key] }, ...others.map((name) => guess(name))];
  component.fields.set('zone', list(zones));
  system.sections.set(
    'network',
    map({ zones: map(ZONES.map((name) => [name, map([])] as const)) }),
  );
  own
    .get('maxSkew')
    ?.relist('instances take the zones in turn, so that their numbers differ by one');
  own.get('whenUnsatisfiable')?.relist('there is room in every zone');
  own.get('labelSelector')?.relist(REASON.label);
}
