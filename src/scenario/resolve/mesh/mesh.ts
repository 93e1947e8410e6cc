import type { Distribution } from '../../../kernel/distribution.js';
import { distribution } from '../../../contracts/quantities/quantities.js';
import type { Mesh, ProxyCost } from '../../../contracts/scenario/mesh.js';
import type { MeshKind } from '../../meshes/kind.js';
import { meshKind } from '../../meshes/index.js';
import type { MeshOutput } from '../../schema/mesh.js';
import { loadBalancingSchema } from '../../schema/balancing.js';
import { resolveLoadBalancing } from '../balancing.js';
import { conflict, report, writtenAt, type Context, type Path } from '../context.js';
import { resolveProxyBundles } from './bundles.js';
import { resolvePriorities } from '../priorities.js';
import { resolveMeshRoutes } from './routes.js';

const PATH = ['mesh'];

/** Resolves the mesh; undefined = none. */
export function resolveMesh(context: Context): Mesh | undefined {
  const { mesh: output } = context.output;
  if (output === undefined) return undefined;
  const kind = meshKind(output.kind);
  const services = members(context, output.services, [...PATH, 'services']);
  const waypoint = resolveWaypoint(context, kind, output, services);
  const bundles = resolveProxyBundles(context, output, kind, waypoint);
  return {
    kind: output.kind,
    services,
    proxy: costOf(context, kind.proxy, output.proxy, [...PATH, 'proxy']),
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
  const balanced = [...context.names.things].flatMap(([name, { section }]) =>
    writtenAt(context, [section, name, 'loadBalancing']) === undefined ? [] : [name],
  );
  return {
    loadBalancing: resolveLoadBalancing(context, written, PATH),
    balanced: balanced.sort(),
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
  return { priorities: resolvePriorities(context, true, PATH)! };
}

function isAtOnce(delay: Distribution): boolean {
  return delay.kind === 'constant' && delay.valueNs === 0;
}

/** The components inside: all that can be, or those of a list. */
function members(context: Context, written: 'all' | readonly string[], path: Path): string[] {
  const all = [...context.names.things.keys()].filter((name) => obstacle(context, name) === null);
  if (written === 'all') return all.sort();
  return [...new Set(written)].sort().filter((name) => {
    const at = [...path, written.indexOf(name)];
    if (context.names.broken.has(name)) return false;
    if (!context.names.things.has(name)) {
      report(context, 'FL404', at, `there is no service ${name}`, { found: name, allowed: all });
      return false;
    }
    const problem = obstacle(context, name);
    if (problem !== null) conflict(context, at, problem);
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
  context: Context,
  kind: MeshKind,
  { waypoint: written }: MeshOutput,
  services: readonly string[],
): Mesh['waypoint'] {
  if (written === undefined) return null;
  const path = [...PATH, 'waypoint'];
  if (kind.waypoint === null) {
    const message = `the proxies of kind ${kind.kind} apply the policies themselves: remove waypoint, or write kind: istioAmbient`;
    conflict(context, path, message);
    return null;
  }
  const own =
    written.services === 'all'
      ? services
      : members(context, written.services, [...path, 'services']);
  for (const name of own) {
    if (services.includes(name)) continue;
    const message = `${name} is outside the mesh, so no call passes its waypoint: add it to mesh.services`;
    conflict(context, [...path, 'services'], message);
  }
  const cost = costOf(context, kind.waypoint, written, path);
  return {
    ...cost,
    workers: cost.workers * written.replicas,
    services: own,
    replicas: written.replicas,
  };
}

/** The cost of a pass as written, else the figures of the kind. */
function costOf(
  context: Context,
  figures: { readonly work: string; readonly latency: string; readonly workers: number } | null,
  written: {
    readonly work?: Distribution;
    readonly latency?: Distribution;
    readonly concurrency?: number;
  },
  path: Path,
): ProxyCost {
  for (const field of ['work', 'latency'] as const) {
    if (figures !== null || written[field] !== undefined) continue;
    const message = `kind custom has no figures of its own: write ${field}, such as ${field}: 0.3ms`;
    const at = writtenAt(context, path) === undefined ? PATH : path;
    report(context, 'FL203', at, message);
  }
  return {
    work: written.work ?? quantity(figures?.work ?? '0ms'),
    latency: written.latency ?? quantity(figures?.latency ?? '0ms'),
    workers: written.concurrency ?? figures?.workers ?? Infinity,
  };
}

function quantity(text: string): Distribution {
  return distribution().parse(text);
}
