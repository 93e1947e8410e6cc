import type { Ns } from '../kernel/time.js';
import { proxyBundle, routedTo, takesRequest } from '../language/mesh.js';
import { routeOf, type RequestLine } from '../language/routes.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Target } from '../contracts/scenario/target.js';
import { leastTime } from './layers.js';

/** The part that a call reaches; null = no route matches. */
export function partOf(scenario: Scenario, target: Target, line: RequestLine): string | null {
  if (target.part !== null) return target.part;
  const gateway = scenario.gateways.get(target.component);
  if (gateway !== undefined) return routeOf(gateway, line)?.name ?? null;
  const service = scenario.services.get(target.component);
  return service === undefined ? null : ([...service.endpoints.keys()][0] ?? null);
}

/**
 * Targets that a route can reach. If the target is a gateway, these are all of its routes, depending on the request.
 */
export function behindRoute(scenario: Scenario, target: Target): readonly Target[] {
  const gateway = target.part === null ? scenario.gateways.get(target.component) : undefined;
  if (gateway === undefined) return [target];
  return gateway.routes.map(({ name }) => ({ component: target.component, part: name }));
}

/** The services to which the mesh sends a call, with their shares; 0 = only requests with other headers get there. */
export function meshShares(
  { mesh }: Scenario,
  caller: string,
  callee: string,
  line: RequestLine,
): ReadonlyMap<string, number> {
  const others = routedTo(mesh, caller, callee);
  if (others === null) return new Map([[callee, 1]]);
  // The last route takes every request.
  const { to } = mesh!.routes.get(callee)!.find((one) => takesRequest(one, line))!;
  const total = to.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map(others.map((service) => [service, 0]));
  for (const { service, weight } of to)
    if (weight > 0) shares.set(service, (shares.get(service) ?? 0) + weight / total);
  return shares;
}

/** The bundle of the proxies of a mesh for a call; null = none applies. */
export function proxyOf(
  { mesh, services, gateways }: Scenario,
  caller: string,
  callee: string,
  part: string,
): Bundle | null {
  const isServed = services.has(callee) || gateways.has(callee);
  if (mesh === undefined || !isServed || !mesh.services.includes(caller)) return null;
  return proxyBundle(mesh, callee, part) ?? null;
}

/** The shortest time limit around a layer of a bundle; Infinity = none. */
export function limitAround({ layers }: Bundle, policy: string): Ns {
  const outer = layers.slice(
    0,
    layers.findIndex((layer) => layer.policy === policy),
  );
  return leastTime(outer, ['timeout', 'deadline']);
}
