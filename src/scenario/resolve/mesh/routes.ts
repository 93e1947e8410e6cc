import type { Mesh, MeshRoute } from '../../../spec/scenario/mesh.js';
import type { MeshKind } from '../../meshes/kind.js';
import type { MeshOutput, MeshRouteOutput } from '../../schema/mesh.js';
import type { Context, Path } from '../context.js';
import { report, reportKey } from '../context.js';
import { namesOfKinds, sorted } from '../names.js';

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
    report(context, 'FL208', path, message);
    return;
  }
  const message =
    'the route before it takes all calls, because it has no match: move it to the end';
  report(context, 'FL208', [...path, last + 1], message);
}

function resolveRoute(
  context: Context,
  service: string,
  { name, match, to }: MeshRouteOutput,
  index: number,
  path: Path,
): MeshRoute {
  const targets = sorted(to).flatMap(([target, weight]) =>
    checkTarget(context, service, target, [...path, 'to', target])
      ? [{ service: target, weight }]
      : [],
  );
  const isWhole = targets.length === Object.keys(to).length;
  if (isWhole && !targets.some(({ weight }) => weight > 0)) {
    report(context, 'FL208', [...path, 'to'], 'a route needs a target with a weight above 0');
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

/** Whether the calls of a service can go to a target, which needs the same endpoints. */
function checkTarget(context: Context, service: string, target: string, path: Path): boolean {
  const { things, broken } = context.names;
  const own = things.get(target);
  if (broken.has(target)) return false;
  if (own?.kind !== 'service') {
    const allowed = namesOfKinds(context.names, ['service']);
    const message = `there is no service ${target}; a route of the mesh goes to services`;
    reportKey(context, 'FL404', path, message, { found: target, allowed });
    return false;
  }
  const lacking = things.get(service)!.parts.find((part) => !own.parts.includes(part));
  if (lacking === undefined) return true;
  const message = `${target} has no endpoint ${lacking}, which callers of ${service} can call: add it`;
  reportKey(context, 'FL404', path, message, { found: lacking, allowed: own.parts });
  return false;
}
