import type { Mesh, MeshRoute } from '../contracts/scenario/mesh.js';
import type { RequestLine } from './routes.js';
import type { Bundle } from '../contracts/scenario/steps.js';

/** The bundle of the proxies for a call from inside the mesh; null = they apply no policies. */
export function proxyBundle(mesh: Mesh, callee: string, part: string): Bundle | null {
  const { waypoint, outbound, policy, byWaypoints } = mesh;
  if (byWaypoints && waypoint?.services.includes(callee) !== true) return null;
  return outbound.get(`${callee}.${part}`) ?? outbound.get(callee) ?? policy;
}

/** Whether a route of the mesh takes a request with these headers. */
export function takesRequest({ headers }: MeshRoute, line: RequestLine): boolean {
  const given = new Map([...line.headers].map(([name, value]) => [name.toLowerCase(), value]));
  return [...headers].every(([name, values]) => {
    const value = given.get(name.toLowerCase());
    return value !== undefined && values.includes(value);
  });
}

/** The services that a call from `caller` can be routed to; null = the mesh does not route it. */
export function routedTo(
  mesh: Mesh | undefined,
  caller: string,
  callee: string,
): readonly string[] | null {
  const routes = mesh?.routes.get(callee);
  if (mesh === undefined || routes === undefined || !mesh.services.includes(caller)) return null;
  const targets = routes.flatMap(({ to }) => to.filter(({ weight }) => weight > 0));
  return [...new Set(targets.map(({ service }) => service))];
}
