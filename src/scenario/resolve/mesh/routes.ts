import type {
  Mesh,
  MeshRoute,
  MeshTarget,
  WrittenMeshRoute,
} from '../../../contracts/scenario/mesh.js';
import type { MeshKind } from '../../meshes.js';
import type { MeshOutput } from '../../schema/own-sections.js';
import { cursorAt, type Context, type Cursor } from '../context.js';
import { namesOfKinds, sorted } from '../names.js';
import { runsVersion, split, splitVersion } from '../targets.js';

/** Resolves the routes of the mesh by called service. */
export function resolveMeshRoutes(
  context: Context,
  { routes }: MeshOutput,
  kind: MeshKind,
  waypoint: Mesh['waypoint'],
): Mesh['routes'] {
  if (routes !== null && kind.waypoint !== null && waypoint === null) {
    const message =
      `without a waypoint, kind ${kind.kind} forwards connections and cannot route calls: write \`waypoint: {}\`, ` +
      'or remove it';
    cursorAt(context, 'mesh', 'routes').reportKey('FL208', message);
  }
  const resolved = new Map<string, readonly MeshRoute[]>();
  for (const [service, own] of sorted(routes)) {
    const here = cursorAt(context, 'mesh', 'routes', service);
    if (!checkService(here, service)) continue;
    resolved.set(
      service,
      own.map((route, index) => resolveRoute(here.in(index), service, route, index)),
    );
    checkReached(here, service, own);
  }
  return resolved;
}

function checkService(here: Cursor, name: string): boolean {
  const { names } = here.context;
  const thing = names.things.get(name);
  if (thing?.kind === 'service') return true;
  if (names.broken.has(name)) return false;
  const allowed = namesOfKinds(names, ['service']);
  const message =
    thing === undefined
      ? `there is no service ${name}`
      : `${name} is a ${thing.kind}, and the mesh routes calls of services only: remove it`;
  const extra = thing === undefined ? { found: name, allowed } : {};
  here.reportKey(thing === undefined ? 'FL404' : 'FL208', message, extra);
  return false;
}

/** Reports routes after one that matches all calls, and calls that no route matches. */
function checkReached(here: Cursor, service: string, routes: readonly WrittenMeshRoute[]): void {
  const last = routes.findIndex(({ match }) => match === null);
  if (last === routes.length - 1) return;
  if (last < 0) {
    const message =
      'calls that no route matches would be answered 404: add a last route without match, such as ' +
      `{ to: ${service} }`;
    here.conflict(message);
    return;
  }
  const message =
    'the route before it takes all calls, because it has no match: move it to the end';
  here.in(last + 1).conflict(message);
}

function resolveRoute(
  here: Cursor,
  service: string,
  { name, match, to }: WrittenMeshRoute,
  index: number,
): MeshRoute {
  const targets = sorted(to).flatMap(([target, weight]): MeshTarget[] => {
    const own = targetOf(here.in('to', target), service, target);
    return own === null ? [] : [{ ...own, weight }];
  });
  const isWhole = targets.length === Object.keys(to).length;
  if (isWhole && !targets.some(({ weight }) => weight > 0)) {
    here.in('to').conflict('a route needs a target with a weight above 0');
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
  here: Cursor,
  service: string,
  written: string,
): Omit<MeshTarget, 'weight'> | null {
  const { things, broken } = here.names;
  const [reference, part] = split(written);
  const [target, version] = splitVersion(reference);
  const own = things.get(target);
  if (broken.has(target)) return null;
  if (own?.kind !== 'service') {
    const allowed = namesOfKinds(here.names, ['service']);
    const message = `there is no service ${target}; a route of the mesh goes to services`;
    here.reportKey('FL404', message, { found: target, allowed });
    return null;
  }
  if (part !== null) {
    const message = `a route of the mesh keeps the endpoint of the call: write ${reference}`;
    here.reportKey('FL208', message);
    return null;
  }
  const lacking = things.get(service)!.parts.find((one) => !own.parts.includes(one));
  if (lacking !== undefined) {
    const message = `${target} has no endpoint ${lacking}, which callers of ${service} can call: add it`;
    here.reportKey('FL404', message, { found: lacking, allowed: own.parts });
    return null;
  }
  if (version === null) return { service: target };
  return runsVersion(here, target, version) ? { service: target, version } : null;
}
