import type { PlanMesh, PlanProxy } from '../contracts/plan/mesh.js';
import type { Mesh, ProxyCost } from '../contracts/scenario/mesh.js';
import { proxyBundle } from '../language/mesh.js';
import type { Distribution } from '../kernel/distribution.js';
import type { LoadBalancing } from '../contracts/scenario/policies.js';
import { PLAIN_BALANCING } from '../contracts/scenario/balancing.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Interner } from './canonical.js';
import type { Problems } from './problem.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';

/** The mesh around the calls of a plan. */
export class MeshEdges {
  /** By bundle of the application and bundle of the proxy: both together. */
  private readonly joined = new Map<Bundle, Map<Bundle, Bundle>>();
  private readonly members: ReadonlySet<string> = new Set(this.mesh?.services);
  private readonly balanced: ReadonlySet<string> = new Set(this.mesh?.balanced);

  constructor(private readonly mesh: Mesh | null) {}

  /** The bundle of the proxy for a call, in a configuration with this mesh; null = the proxy applies none. */
  proxyOf(caller: LaidComponent, { component, name }: LaidPart, mesh = this.mesh): Bundle | null {
    if (mesh === null || !this.isInside(caller) || !isCalled(component)) return null;
    return proxyBundle(mesh, component.name, name);
  }

  /** The bundle of a call: that of the application, and inside it that of the proxy. */
  around(own: Bundle, proxy: Bundle | null): Bundle {
    return proxy === null || isEmpty(proxy) ? own : this.join(own, proxy);
  }

  /** Whether the instances of a component have proxies. */
  isInside({ name }: LaidComponent): boolean {
    return this.members.has(name);
  }

  /** The balancing of a call whose bundle has none; null = that of the callee. */
  balancing(
    { firstUnless }: Bundle,
    caller: LaidComponent,
    callee: LaidComponent,
  ): LoadBalancing | null {
    const own = this.ofProxy(caller, callee);
    if (own !== null || firstUnless === undefined || !isCalled(callee)) return own;
    return firstUnless.includes(callee.name) ? null : PICK_FIRST;
  }

  /** The balancing of the proxy of a caller; null without one, and where the callee has its own. */
  private ofProxy(caller: LaidComponent, callee: LaidComponent): LoadBalancing | null {
    const { mesh } = this;
    if (mesh === null || !this.isInside(caller) || !isCalled(callee)) return null;
    if (this.balanced.has(callee.name)) return null;
    return mesh.waypoint?.services.includes(callee.name) === false ? null : mesh.loadBalancing;
  }

  /** The balancing of a call with the levels of the mesh, which keep it in the zone of the caller while that can. */
  located(
    own: LoadBalancing,
    caller: LaidComponent,
    callee: LaidComponent,
    ejects: boolean,
  ): LoadBalancing {
    const { mesh } = this;
    if (mesh === null || mesh.priorities === undefined || !ejects) return own;
    if (!this.isInside(caller) || !isCalled(callee)) return own;
    const { priorities, zoneAware, subset } = own.common;
    if (priorities !== undefined || zoneAware !== null || subset !== null) return own;
    if (new Set(callee.zones.filter((zone) => zone >= 0)).size < 2) return own;
    if (mesh.waypoint?.services.includes(callee.name) === false) return own;
    return { ...own, common: { ...own.common, priorities: mesh.priorities } };
  }

  /** Whether both ends of a call have proxies that use mutual TLS. */
  isMutual(caller: LaidComponent, callee: LaidComponent): boolean {
    return this.mesh?.mtls === true && this.isInside(caller) && this.isInside(callee);
  }

  /** Reports layers of the application that need to know the instance, which its proxy picks. */
  check({ id, layers }: Bundle, problems: Problems): void {
    if (!layers.some(({ isProxy }) => isProxy === true)) return;
    const split = layers.find(({ per, isProxy }) => per === 'target' && isProxy !== true);
    if (split === undefined) return;
    const message =
      `${split.policy} has a state for each instance called, and in the mesh the proxy picks the instance: move it ` +
      'to mesh.policy or mesh.outbound, or remove per: target';
    const own = split.bundle ?? id;
    const where = own.includes('.') ? own : `policies.${own}`;
    problems.add('FL708', `${where}.${split.policy}`, message);
  }

  private join(own: Bundle, proxy: Bundle): Bundle {
    let joined = this.joined.get(own);
    if (joined === undefined) this.joined.set(own, (joined = new Map()));
    let both = joined.get(proxy);
    if (both === undefined) joined.set(proxy, (both = inside(own, proxy)));
    return both;
  }
}

/** What a client of gRPC does without a service config. */
const PICK_FIRST: LoadBalancing = { kind: 'first', config: {}, common: PLAIN_BALANCING };

/** Calls to these components pass the proxy of the caller. */
function isCalled({ source }: LaidComponent): boolean {
  return source.kind === 'service' || source.kind === 'gateway';
}

function isEmpty({
  layers,
  loadBalancing,
  outlierDetection,
  ejectsNone,
  connections,
}: Bundle): boolean {
  return (
    ejectsNone !== true &&
    layers.length === 0 &&
    loadBalancing === null &&
    outlierDetection === null &&
    connections === null
  );
}

/** The owner of the connections of both: of one that shares them, else both together. */
function poolOwner(own: Bundle, proxy: Bundle): Pick<Bundle, 'poolOf'> {
  const { poolOf } = proxy.connections === null ? own : proxy;
  return poolOf === undefined ? {} : { poolOf };
}

/** The layers of a proxy inside those of an application. The proxy picks the instance and has the connections. */
function inside(own: Bundle, proxy: Bundle): Bundle {
  const draws = own.drawsAs ?? own.id;
  const proxyDraws = proxy.drawsAs ?? proxy.id;
  const layers = own.layers.map((layer) =>
    layer.bundle === undefined ? { ...layer, bundle: own.id, draws } : layer,
  );
  return {
    ...own,
    id: own.id === '' ? proxy.id : `${own.id} + ${proxy.id}`,
    drawsAs: draws === '' ? proxyDraws : `${draws} + ${proxyDraws}`,
    layers: [...layers, ...proxy.layers],
    loadBalancing: proxy.loadBalancing ?? own.loadBalancing,
    // The proxy ejects instances, if any layer does.
    outlierDetection:
      proxy.outlierDetection ?? (proxy.ejectsNone === true ? null : own.outlierDetection),
    ...((proxy.ejectsNone ?? own.ejectsNone) === true && { ejectsNone: true as const }),
    connections: proxy.connections ?? own.connections,
    ...poolOwner(own, proxy),
    ...(proxy.cluster !== undefined && { cluster: proxy.cluster }),
  };
}

/** Plans the proxies; null = no mesh. */
export function planMesh(
  mesh: Mesh | null,
  { components }: Layout,
  distributions: Interner<Distribution>,
): PlanMesh | null {
  if (mesh === null) return null;
  const proxyOf = ({ work, latency, workers }: ProxyCost): PlanProxy => ({
    work: distributions.id(work),
    latency: distributions.id(latency),
    workers,
  });
  const marks = (has: (component: LaidComponent) => boolean): Uint8Array =>
    Uint8Array.from(components, (component) => (has(component) ? 1 : 0));
  const members = new Set(mesh.services);
  const waypoints = new Set(mesh.waypoint?.services);
  return {
    members: marks(({ name }) => members.has(name)),
    waypoints: marks(({ name }) => waypoints.has(name)),
    called: marks(isCalled),
    proxy: proxyOf(mesh.proxy),
    waypoint: mesh.waypoint === null ? null : proxyOf(mesh.waypoint),
    handshakeWork: mesh.mtls ? distributions.id(mesh.handshakeWork) : -1,
    propagation: mesh.configPropagation,
  };
}
