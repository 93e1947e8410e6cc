import type { Component, System } from '../system.js';
import { sharesOf, targetsIn, type Target } from '../targets.js';
import { fromLater, list, map, type Written, type WrittenMap } from '../written.js';

const CHOSEN = 'the routes of the mesh choose the version, also for the calls of gateways';

/** Takes the versions out of the routes of gateways that lead to services for which the mesh has routes. */
export function withoutVersions(routed: ReadonlySet<Component>, system: System): void {
  for (const { section, fields } of system.components) {
    const routes = fields.get('routes');
    if (section !== 'gateways' || routes?.kind !== 'list') continue;
    fields.set('routes', list(routes.items.map((route) => plainRoute(route, routed, system))));
  }
}

function plainRoute(route: Written, routed: ReadonlySet<Component>, system: System): Written {
  const to = route.kind === 'map' ? route.entries.get('to') : undefined;
  if (route.kind !== 'map' || to === undefined) return route;
  const targets = targetsOf(to);
  const isRouted = ({ name }: Target): boolean =>
    name.includes('@') && [...routed].some((one) => one.name === plainOf(name));
  if (!targets.some(isRouted)) return route;
  const bare = targetsIn(
    targets.map((one) => (isRouted(one) ? { ...one, name: plainOf(one.name) } : one)),
  );
  const made = map([...route.entries, ['to', toOf(bare, system)]], route.origins, route.note);
  moveRewrites(route, made, system);
  return made;
}

function plainOf(name: string): string {
  return name.replace(/@.*$/, '');
}

/** Targets as they are written: one name, or names with their weights. */
function targetsOf(to: Written): readonly Target[] {
  if (to.kind === 'scalar') return [{ name: String(to.value), share: 1, origins: to.origins }];
  if (to.kind === 'list') return [];
  return [...to.entries].flatMap(([name, share]) =>
    share.kind === 'scalar' ? [{ name, share: Number(share.value), origins: share.origins }] : [],
  );
}

function toOf(targets: readonly Target[], system: System): Written {
  const [first] = targets;
  const component = system.components.find(({ name }) => name === first?.name);
  if (targets.length > 1 || component === undefined) return sharesOf(targets);
  const origins = first!.origins.filter((cell) => cell !== undefined);
  for (const cell of origins) if (cell.number() !== undefined) cell.relist(CHOSEN);
  const names = origins.filter((cell) => cell.number() === undefined);
  return fromLater(() => system.targetOf(component), ...names);
}

function moveRewrites(before: WrittenMap, after: WrittenMap, system: System): void {
  const rewrites = system.rewrites.get(before);
  if (rewrites !== undefined) system.rewrites.set(after, rewrites);
}
