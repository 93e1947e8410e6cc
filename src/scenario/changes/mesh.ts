import type { Mesh } from '../../contracts/scenario/mesh.js';
import type { Fault, Scenario } from '../../contracts/scenario/scenario.js';
import { canonicalJson } from '../../text/canonical.js';
import { callGraph } from '../resolve/graph.js';
import { objectsIn } from '../../language/objects-in.js';

/** The components whose proxies a change of this field of the mesh reaches: callers of the services it is about. */
export function changedCallers(base: Scenario, other: Scenario, field: string): readonly string[] {
  const [one, two] = [base.mesh!, other.mesh!];
  const callees = field === 'policy' ? null : calleesOf(one, two, field);
  const pairs = [...callGraph(base).pairs, ...callGraph(other).pairs].map((it) => it.split('->'));
  return one.services.filter((name) =>
    pairs.some(([from, to]) => from === name && (callees?.has(to!) ?? isServed(base, to!))),
  );
}

/** Calls to these components pass the proxy of the caller. */
function isServed({ services, gateways }: Scenario, name: string): boolean {
  return services.has(name) || gateways.has(name);
}

/** The called components that a change of bundles or routes is about. */
function calleesOf(one: Mesh, two: Mesh, field: string): ReadonlySet<string> {
  if (field === 'outbound') {
    return new Set(differing(one.outbound, two.outbound).map((callee) => callee.split('.')[0]!));
  }
  return new Set(
    differing(one.routes, two.routes).flatMap((service) => {
      const routes = [...(one.routes.get(service) ?? []), ...(two.routes.get(service) ?? [])];
      return [service, ...routes.flatMap(({ to }) => to.map((target) => target.service))];
    }),
  );
}

/** Keys with different values. */
function differing(
  one: ReadonlyMap<string, unknown>,
  two: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set([...one.keys(), ...two.keys()])].filter(
    (key) => canonicalJson(one.get(key) ?? null) !== canonicalJson(two.get(key) ?? null),
  );
}

/**
 * The config of a change: proxies get it, and what it replaces, after the propagation of the mesh. Null = applications
 * and proxies would get it at different times.
 */
export function withPropagation(
  config: Fault['config'],
  mesh: Mesh | undefined,
  differences: readonly { readonly path: readonly string[] }[],
): Fault['config'] | null {
  const acting = differences.filter(({ path }) => path[0] !== 'policies' && path[0] !== 'clusters');
  const ofMesh = acting.filter(({ path }) => path[0] === 'mesh');
  const delay = mesh?.configPropagation ?? null;
  if (delay === null || ofMesh.length === 0) return config;
  const { propagation, rollback } = config as Readonly<Record<'propagation' | 'rollback', unknown>>;
  if (ofMesh.length < acting.length && (propagation === undefined || rollback === undefined)) {
    return null;
  }
  return { ...(config as object), propagation: propagation ?? delay, rollback: rollback ?? delay };
}

/** Why routes cannot change: a fallback takes them, and it has one program. Null if they can. */
export function fallbackRoute(base: Scenario, other: Scenario): string | null {
  const services = differing(base.mesh!.routes, other.mesh!.routes);
  const texts = fallbacksIn(base);
  const service = services.find((name) =>
    texts.some((text) => text.includes(`"component":${JSON.stringify(name)}`)),
  );
  return service === undefined ? null : `a fallback calls ${service}, and its routes stay the same`;
}

/** Text of each fallback of a scenario. */
function fallbacksIn(scenario: Scenario): readonly string[] {
  return [...objectsIn(scenario)].flatMap((value) =>
    'fallback' in value && 'layers' in value ? [canonicalJson(value.fallback)] : [],
  );
}
