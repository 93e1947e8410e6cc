import type { Distribution } from '../../../kernel/distribution.js';
import { distribution } from '../../../contracts/quantities/quantities.js';
import type { Mesh, ProxyCost } from '../../../contracts/scenario/mesh.js';
import { meshKind, type MeshKind } from '../../meshes.js';
import type { MeshOutput } from '../../schema/own-sections.js';
import { loadBalancingSchema } from '../../schema/balancing.js';
import { balancedOf, resolveLoadBalancing } from '../balancing.js';
import { cursorAt, type Context, type Cursor } from '../context.js';
import { resolveProxyBundles } from './bundles.js';
import { resolvePriorities } from '../priorities.js';
import { resolveMeshRoutes } from './routes.js';

/** Resolves the mesh; undefined = none. */
export function resolveMesh(context: Context): Mesh | undefined {
  const { mesh: output } = context.output;
  if (output === undefined) return undefined;
  const here = cursorAt(context, 'mesh');
  const kind = meshKind(output.kind);
  const services = members(here.in('services'), output.services);
  const waypoint = resolveWaypoint(here.in('waypoint'), kind, output, services);
  const bundles = resolveProxyBundles(context, output, kind, waypoint);
  return {
    kind: output.kind,
    services,
    proxy: costOf(here.in('proxy'), kind.proxy, output.proxy),
    handshakeWork: output.proxy.handshakeWork ?? quantity(kind.proxy?.handshakeWork ?? '0ms'),
    byWaypoints: kind.waypoint !== null,
    waypoint,
    mtls: output.mtls,
    ...balancingOf(context, kind, waypoint),
    ...bundles,
    ...localitiesOf(context, kind, waypoint),
    routes: resolveMeshRoutes(context, output, kind, waypoint),
    configPropagation: isAtOnce(output.configPropagation) ? null : output.configPropagation,
  };
}

/** The usual balancing of the proxies, and the components that have their own. Ztunnel forwards connections. */
function balancingOf(
  context: Context,
  kind: MeshKind,
  waypoint: Mesh['waypoint'],
): Pick<Mesh, 'loadBalancing' | 'balanced'> {
  const isForwarding = kind.waypoint !== null && waypoint === null;
  if (kind.balancing === null || isForwarding) return { loadBalancing: null, balanced: [] };
  const written = loadBalancingSchema.parse({ kind: kind.balancing });
  return {
    loadBalancing: resolveLoadBalancing(cursorAt(context, 'mesh'), written),
    balanced: balancedOf(context),
  };
}

/** The levels of its proxies: the zone of the caller before the others. */
function localitiesOf(
  context: Context,
  kind: MeshKind,
  waypoint: Mesh['waypoint'],
): Pick<Mesh, 'priorities'> {
  const zones = context.names.zones.size;
  if (kind.localities !== true || zones < 2 || (kind.waypoint !== null && waypoint === null))
    return {};
  return { priorities: resolvePriorities(cursorAt(context, 'mesh'), true)! };
}

function isAtOnce(delay: Distribution): boolean {
  return delay.kind === 'constant' && delay.valueNs === 0;
}

/** The components inside: all that can be, or those of a list. */
function members(here: Cursor, written: 'all' | readonly string[]): string[] {
  const all = [...here.names.things.keys()].filter((name) => obstacle(here.context, name) === null);
  if (written === 'all') return all.sort();
  return [...new Set(written)].sort().filter((name) => {
    const at = here.in(written.indexOf(name));
    if (here.names.broken.has(name)) return false;
    if (!here.names.things.has(name)) {
      at.report('FL404', `there is no service ${name}`, { found: name, allowed: all });
      return false;
    }
    const problem = obstacle(here.context, name);
    if (problem !== null) at.conflict(problem);
    return problem === null;
  });
}

/** The reason why a component has no proxy of the mesh; null = it can have one. */
function obstacle({ names, output }: Context, name: string): string | null {
  const { kind, section } = names.things.get(name)!;
  if (section === 'functions')
    return `${name} is a function, which has no proxy beside it: remove it`;
  if (kind !== 'service' && kind !== 'gateway') {
    return `${name} is a ${kind}, and a mesh has proxies beside services and gateways only: remove it`;
  }
  const host = kind === 'service' ? output.services?.[name] : output.gateways?.[name];
  if (host?.external !== true) return null;
  return `${name} is external and has no proxy beside it: remove it; calls to it pass the proxy of the caller`;
}

function resolveWaypoint(
  here: Cursor,
  kind: MeshKind,
  { waypoint: written }: MeshOutput,
  services: readonly string[],
): Mesh['waypoint'] {
  if (written === null) return null;
  if (kind.waypoint === null) {
    const message = `the proxies of kind ${kind.kind} apply the policies themselves: remove waypoint, or write kind: istioAmbient`;
    here.conflict(message);
    return null;
  }
  const own =
    written.services === 'all' ? services : members(here.in('services'), written.services);
  for (const name of own) {
    if (services.includes(name)) continue;
    const message = `${name} is outside the mesh, so no call passes its waypoint: add it to mesh.services`;
    here.in('services').conflict(message);
  }
  const cost = costOf(here, kind.waypoint, written);
  return {
    ...cost,
    workers: cost.workers * written.replicas,
    services: own,
    replicas: written.replicas,
  };
}

/** The cost of a pass as written, else the figures of the kind. */
function costOf(
  here: Cursor,
  figures: { readonly work: string; readonly latency: string; readonly workers: number } | null,
  written: Pick<MeshOutput['proxy'], keyof ProxyCost>,
): ProxyCost {
  for (const field of ['work', 'latency'] as const) {
    if (figures !== null || written[field] !== null) continue;
    const message = `kind custom has no figures of its own: write ${field}, such as ${field}: 0.3ms`;
    const at = here.written() === undefined ? here.at('mesh') : here;
    at.report('FL203', message);
  }
  return {
    work: written.work ?? quantity(figures?.work ?? '0ms'),
    latency: written.latency ?? quantity(figures?.latency ?? '0ms'),
    workers: written.workers ?? figures?.workers ?? Infinity,
  };
}

function quantity(text: string): Distribution {
  return distribution().parse(text);
}
