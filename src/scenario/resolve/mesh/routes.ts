import type { Mesh, MeshRoute, MeshTarget } from '../../../contracts/scenario/mesh.js';
import type { MeshKind } from '../../meshes/kind.js';
import type { MeshOutput, MeshRouteOutput } from '../../schema/mesh.js';
import { conflict, reportKey, type Context, type Path } from '../context.js';
import { namesOfKinds, sorted } from '../names.js';
import { runsVersion, split, splitVersion } from '../targets.js';

/** Resolves the routes of the mesh by called service. */
export function resolveMeshRoutes(
  context: Context,
  { routes }: MeshOutput,
  kind: MeshKind,
  waypoint: Mesh['waypoint'],
): Mesh['routes'] {
  if (routes !== undefined && kind.waypoint !== null && waypoint === null) {
    const message =
      `without a waypoint, kind ${kind.kind} forwards connections and cannot route calls: write \`waypoint: {}\`, ` +
      'or remove it';
    reportKey(context, 'FL208', ['mesh', 'routes'], message);
  }
  const resolved = new Map<string, readonly MeshRoute[]>();
  for (const [service, own] of sorted(routes)) {
    const path = ['mesh', 'routes', service];
    if (!checkService(context, service, path)) continue;
    resolved.set(
      service,
      own.map((route, index) => resolveRoute(context, service, route, index, [...path, index])),
    );
    checkReached(context, service, own, path);
  }
  return resolved;
}

function checkService(context: Context, name: string, path: Path): boolean {
  const { names } = context;
  const thing = names.things.get(name);
  if (thing?.kind === 'service') return true;
  if (names.broken.has(name)) return false;
  const allowed = namesOfKinds(names, ['service']);
  const message =
    thing === undefined
      ? `there is no service ${name}`
      : `${name} is a ${thing.kind}, and the mesh routes calls of services only: remove it`;
  const extra = thing === undefined ? { found: name, allowed } : {};
  reportKey(context, thing === undefined ? 'FL404' : 'FL208', path, message, extra);
  return false;
}

/** Reports routes after one that matches all calls, and calls that no route matches. */
function checkReached(
  context: Context,
  service: string,
  routes: readonly MeshRouteOutput[],
  path: Path,
): void {
  const last = routes.findIndex(({ match }) => match === undefined);
  if (last === routes.length - 1) return;
  if (last < 0) {
    const message =
      'calls that no route matches would be answered 404: add a last route without match, such as ' +
      `{ to: ${service} }`;
    conflict(context, path, message);
    return;
  }
  const message =
    'the route before it takes all calls, because it has no match: move it to the end';
  conflict(context, [...path, last + 1], message);
}

function resolveRoute(
  context: Context,
  service: string,
  { name, match, to }: MeshRouteOutput,
  index: number,
  path: Path,
): MeshRoute {
  const targets = sorted(to).flatMap(([target, weight]): MeshTarget[] => {
    const own = targetOf(context, service, target, [...path, 'to', target]);
    return own === null ? [] : [{ ...own, weight }];
  });
  const isWhole = targets.length === Object.keys(to).length;
  if (isWhole && !targets.some(({ weight }) => weight > 0)) {
    conflict(context, [...path, 'to'], 'a route needs a target with a weight above 0');
  }
  const headers = sorted(match?.headers).map(
    ([header, value]) => [header, typeof value === 'string' ? [value] : value] as const,
  );
  return {
    name: name ?? `route-${index + 1}`,
    headers: new Map(headers),
    to: targets,
  };
}

/** The target of calls of a service, which needs the same endpoints; null = it cannot take them. */
function targetOf(
  context: Context,
  service: string,
  written: string,
  path: Path,
): Omit<MeshTarget, 'weight'> | null {
  const { things, broken } = context.names;
  const [reference, part] = split(written);
  const [target, version] = splitVersion(reference);
  const own = things.get(target);
  if (broken.has(target)) return null;
  if (own?.kind !== 'service') {
    const allowed = namesOfKinds(context.names, ['service']);
    const message = `there is no service ${target}; a route of the mesh goes to services`;
    reportKey(context, 'FL404', path, message, { found: target, allowed });
    return null;
  }
  if (part !== null) {
    const message = `a route of the mesh keeps the endpoint of the call: write ${reference}`;
    reportKey(context, 'FL208', path, message);
    return null;
  }
  const lacking = things.get(service)!.parts.find((one) => !own.parts.includes(one));
  if (lacking !== undefined) {
    const message = `${target} has no endpoint ${lacking}, which callers of ${service} can call: add it`;
    reportKey(context, 'FL404', path, message, { found: lacking, allowed: own.parts });
    return null;
  }
  if (version === null) return { service: target };
  return runsVersion(context, target, version, path) ? { service: target, version } : null;
}
