import { kindText } from '../contracts/component-kind.js';
import type { PlanBundle, PlanEdge } from '../contracts/plan/plan.js';
import type { Layer, LoadBalancing, OutlierDetection } from '../contracts/scenario/policies.js';
import type { NodeRoute } from '../contracts/plan/replication.js';
import { SESSION, type Session } from '../contracts/scenario/sections.js';
import type { PlanConnections } from '../contracts/plan/connections.js';
import type { Protocol, ServerClosing } from '../contracts/scenario/connections.js';
import { CHECKED_PANIC } from '../contracts/scenario/health-checks.js';
import type { Host } from '../contracts/scenario/host.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Label } from './assembler.js';
import { Bundles } from './bundles.js';
import { checkCluster } from './clusters.js';
import { checkLevels } from './levels.js';
import { byCodeUnit } from '../text/order.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import type { MeshEdges } from './mesh.js';
import { hasPools, hostOf, isModule } from './layout.js';
import { takesKeys, type Onces } from './onces.js';
import { checkPick, placeOf } from './pick-checks.js';
import { poolOf, selectionOf } from './pools.js';
import type { Problems } from './problem.js';
import { versionsIn } from './versions.js';

/** A use of an edge: caller, callee, id of the bundle, and everything else that distinguishes edges. */
interface Use {
  readonly from: LaidPart;
  readonly to: LaidPart;
  readonly bundle: string;
  readonly requestBytes: number;
  readonly session: Session;
  readonly route: NodeRoute | null;
  /** Number of the called version; -1 = all. */
  readonly version: number;
}

/** A use before its number is known. */
export type EdgeUse = Omit<Use, 'bundle'> & { readonly bundle: Bundle };

/** An edge without the links of the network. */
export type BareEdge = Omit<PlanEdge, 'links'>;

interface Edges {
  readonly edges: readonly BareEdge[];
  readonly statEdges: readonly { readonly from: number; readonly to: number }[];
  readonly bundles: readonly PlanBundle[];
  /** Length of the longest chain of layers of any edge, pool and deadline included. */
  readonly deepestChain: number;
  /** By provisional number of an edge: its final number. */
  readonly numbers: Int32Array;
}

/** Collects the calls of all programs. Edges get their final numbers once all calls are known. */
export class EdgeTable {
  private readonly uses: Use[] = [];
  private readonly ids = new Map<string, number>();
  private readonly bundles = new Bundles();
  private readonly fallbacks = new Map<number, number>();
  /** By edge: start of the fallback steps that its caller runs. */
  private readonly steps = new Map<number, Label>();
  /** By edge: the edges that other configurations use. */
  private readonly changes = new Map<number, readonly number[]>();
  /** By edge: the edges of the store queries of its layers; -1 = the layer has no store to query. */
  private readonly asks = new Map<number, readonly number[]>();

  constructor(private readonly mesh: MeshEdges) {}

  /**
   * Provisional number of the edge between two parts, with the bundle that governs it. `changed`: the bundles of other
   * configurations.
   */
  use(
    { from, to, bundle: governing, requestBytes, session, route, version }: EdgeUse,
    changed: readonly Bundle[] | null = null,
  ): number {
    const bundle = this.bundles.use(governing);
    const others = changed === null ? '' : ` ${changed.map(({ id }) => id).join(' ')}`;
    const key = `${from.id} ${to.id} ${version} ${requestBytes} ${session} ${routeText(route)} ${bundle}${others}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.uses.length);
    return this.uses.push({ from, to, bundle, requestBytes, session, route, version }) - 1;
  }

  /** The bundle that governs an edge. */
  bundleOf(edge: number): Bundle {
    return this.bundles.get(this.uses[edge]!.bundle);
  }

  /** Whether the fallback of an edge is already planned. */
  fallsBack(edge: number): boolean {
    return this.fallbacks.has(edge) || this.steps.has(edge);
  }

  /** Whether the edges of other configurations are already planned. */
  isChanged(edge: number): boolean {
    return this.changes.has(edge);
  }

  /** Sets the edges that calls use in each configuration. All numbers are provisional. */
  change(edge: number, others: readonly number[]): void {
    this.changes.set(edge, others);
  }

  /** Whether the store queries of an edge are already planned. */
  isAsked(edge: number): boolean {
    return this.asks.has(edge);
  }

  /** Sets the edges of the store queries of an edge. All numbers are provisional. */
  ask(edge: number, others: readonly number[]): void {
    this.asks.set(edge, others);
  }

  /** Sets the fallback of an edge to another edge. Both numbers are provisional. */
  fallBack(edge: number, other: number): void {
    this.fallbacks.set(edge, other);
  }

  /** Sets the fallback of an edge to the steps at the label. */
  runInstead(edge: number, start: Label): void {
    this.steps.set(edge, start);
  }

  /**
   * Sorts edges by caller part, callee part and bundle, and bundles by id, and returns them with their final numbers.
   * `forgets`: devices of the network forget quiet connections.
   */
  finish(layout: Layout, onces: Onces, problems: Problems, forgets: boolean): Edges {
    const order = this.uses.map((_, index) => index);
    order.sort((a, b) => compareUses(this.uses[a]!, this.uses[b]!));
    const bundleIds = [...this.bundles.ids()].sort(byCodeUnit);
    const bundleNumber = new Map(bundleIds.map((id, index) => [id, index]));
    const rules = bundleIds.map((id) => onces.use(this.bundles.get(id).idempotencyKey, id));
    const statEdges: { from: number; to: number }[] = [];
    const numbers = new Int32Array(this.uses.length);
    order.forEach((index, number) => (numbers[index] = number));
    const drafts: BareEdge[] = order.map((index) => {
      const { from, to, bundle, requestBytes, session, route, version } = this.uses[index]!;
      const fallback = this.fallbacks.get(index);
      const last = statEdges[statEdges.length - 1];
      if (last?.from !== from.id || last.to !== to.id) statEdges.push({ from: from.id, to: to.id });
      const own = this.bundles.get(bundle);
      checkConnections(own, to.component, version, problems);
      this.mesh.check(own, problems);
      checkPick(own, to.component, route, problems);
      if (isModule(to.component.source)) to.component.source.checkBundle(own, problems);
      const host = hostOf(to.component)!;
      const outlierDetection = outliersOf(own, host);
      const loadBalancing = this.balancingOf(own, from.component, to.component, outlierDetection);
      return {
        from: from.id,
        to: to.id,
        stat: statEdges.length - 1,
        bundle: bundleNumber.get(bundle)!,
        once: takesKeys(to) ? rules[bundleNumber.get(bundle)!]! : -1,
        loadBalancing,
        outlierDetection,
        panic: panicOf(loadBalancing, outlierDetection, host),
        failsOnPanic: loadBalancing.common.failTrafficOnPanic,
        pool: session === SESSION.inside ? null : poolOf(from.component, to.component, forgets),
        session,
        route,
        ...selectionOf(to, session),
        version,
        requestBytes,
        fallback: fallback === undefined ? -1 : numbers[fallback]!,
        instead: this.steps.get(index)?.place ?? -1,
        asks: this.asks.get(index)?.map((other) => (other < 0 ? -1 : numbers[other]!)) ?? null,
        changed: this.changes.get(index)?.map((other) => numbers[other]!) ?? null,
        connections: connectionsOf(
          this.bundles.get(bundle),
          to.component,
          loadBalancing,
          this.mesh.isMutual(from.component, to.component),
        ),
        deadline: false,
      };
    });
    const bundles = bundleIds.map((id) => {
      const { layers, order: layerOrder, drawsAs, poolOf, client } = this.bundles.get(id);
      const own = { id, draws: drawsAs ?? id, poolOf: poolOf ?? id, layers, order: layerOrder };
      return client === undefined ? own : { ...own, client };
    });
    const edges = withDeadlines(drafts, bundles, layout.parts.length);
    return { edges, statEdges, bundles, deepestChain: deepest(edges, bundles), numbers };
  }

  /** The balancing of a call: of its bundle, else of the mesh or of its client, else of the callee. */
  private balancingOf(
    bundle: Bundle,
    from: LaidComponent,
    to: LaidComponent,
    outlierDetection: OutlierDetection | null,
  ): LoadBalancing {
    const { loadBalancing } = bundle;
    const own = loadBalancing ?? this.mesh.balancing(bundle, from, to) ?? hostOf(to)!.loadBalancing;
    return this.mesh.located(own, from, to, outlierDetection !== null);
  }
}

/**
 * Envoy considers a cluster able to carry all load while a share of 1 / 1.4 of its hosts is healthy. Then it does not
 * panic, whatever the threshold.
 */
const ENOUGH = 1 / 1.4;

function outliersOf(own: Bundle, host: Host): OutlierDetection | null {
  return own.outlierDetection ?? (own.ejectsNone === true ? null : host.outlierDetection);
}

function panicOf(
  { common: { panicThreshold, priorities } }: LoadBalancing,
  outlierDetection: OutlierDetection | null,
  { healthChecks }: Host,
): number {
  const usual = healthChecks === null ? 0 : CHECKED_PANIC;
  const threshold = panicThreshold ?? outlierDetection?.panicThreshold ?? usual;
  // Levels know by their load whether they can carry everything.
  return priorities ? threshold : Math.min(threshold, ENOUGH);
}

function compareUses(a: Use, b: Use): number {
  const parts = a.from.id - b.from.id || a.to.id - b.to.id;
  return (
    parts ||
    byCodeUnit(a.bundle, b.bundle) ||
    a.requestBytes - b.requestBytes ||
    a.session - b.session ||
    a.version - b.version
  );
}

/** Text that identifies a route, such as `replicaIfLag 1000000000`. */
function routeText(route: NodeRoute | null): string {
  if (route === null) return '';
  if (route.kind === 'shardOf') return `${route.kind} ${route.key} ${route.behind ?? 0}`;
  if (route.kind === 'shard') return `${route.kind} ${route.index}`;
  if (route.kind === 'copy') return `${route.kind} ${route.shard} ${route.key} ${route.write}`;
  const own = route.kind === 'replicaIfLag' ? `${route.kind} ${route.maxLagNs}` : route.kind;
  return route.client === undefined ? own : `${own} by ${route.client}`;
}

/** Protocols with several concurrent attempts per connection. */
const STREAMING: ReadonlySet<string> = new Set(['http2', 'grpc'] satisfies Protocol['kind'][]);

/** Round trips of a TLS handshake. A client certificate needs none in addition to TLS 1.3 (RFC 8446). */
const TLS_TRIPS: Readonly<Record<Protocol['tls'], 0 | 1 | 2>> = {
  none: 0,
  tls12: 2,
  tls13: 1,
  mtls: 1,
};

/** Reports settings of a bundle that contradict its callee. */
function checkConnections(
  bundle: Bundle,
  callee: LaidComponent,
  version: number,
  problems: Problems,
): void {
  const { connections, loadBalancing, layers } = bundle;
  const { name, kind } = callee;
  const where = bundle.id === '' ? `${kind}s.${name}` : placeOf(bundle);
  checkCluster(bundle, callee, where, problems);
  if (hasPools(callee)) {
    if (connections === null) return;
    const message = `${name} is ${kindText(kind)}, whose clients have a pool: move connections to its pool`;
    problems.add('FL708', `${where}.connections`, message);
    return;
  }
  const balancing = loadBalancing ?? hostOf(callee)!.loadBalancing;
  checkLevels(balancing, callee, loadBalancing === null ? `${kind}s.${name}` : where, problems);
  const changing = changerOf(callee);
  if (balancing.common.subset?.kind === 'deterministic' && changing !== null) {
    const message = `deterministic subsets are cut from a fixed number of instances, and ${changing} changes that of ${name}: use kind: random`;
    problems.add('FL711', where, message);
  }
  if (balancing.common.subset?.kind === 'deterministic' && version >= 0) {
    const message = `deterministic subsets are cut from all instances of ${name}, so one could have none of the version that a call names: use kind: random`;
    problems.add('FL711', where, message);
  }
  if (balancing.common.level !== 'connection') return;
  if (connections === null) {
    const message = `callers of ${name} pick an instance for each connection, and there are none: write connections`;
    problems.add('FL708', where, message);
  }
  const split = layers.find(({ per }) => per === 'target');
  if (split !== undefined) {
    const message =
      `${split.policy} has a state for each instance of ${name}, and with level connection the instance ` +
      'is known to the innermost layer only: use level request';
    problems.add('FL708', `${where}.${split.policy}`, message);
  }
}

/** The connections of calls to a service or gateway; databases have pools of their own. */
function connectionsOf(
  bundle: Bundle,
  callee: LaidComponent,
  { common: { level } }: LoadBalancing,
  isMutual: boolean,
): PlanConnections | null {
  const { connections } = bundle;
  if (connections === null || hasPools(callee)) return null;
  const protocol = hostOf(callee)!.protocol;
  const tls = isMutual ? 'mtls' : (protocol?.tls ?? 'none');
  const multiplexed = protocol !== null && STREAMING.has(protocol.kind);
  const closes = protocol?.closes ?? null;
  // Without streams the last response announces the close, so limits of client and server are equivalent.
  const counted = multiplexed || closes === null ? Infinity : closes.keepAliveRequests;
  return {
    ...connections,
    maxRequests: Math.min(connections.maxRequests, counted),
    maxStreams: multiplexed ? connections.maxStreams : 1,
    waitForOwn: connections.waitForOwn && !multiplexed,
    multiplexed,
    tlsTrips: TLS_TRIPS[tls],
    mutual: tls === 'mtls',
    shared: level === 'connection',
    server: closes !== null && closesUnannounced(closes, multiplexed) ? closes : null,
    pings: connections.keepalive === null ? null : (protocol?.pings ?? null),
  };
}

/** Whether a server closes connections without announcing it in a response. */
function closesUnannounced(closes: ServerClosing, multiplexed: boolean): boolean {
  return multiplexed || closes.keepAliveTimeoutNs !== null;
}

/**
 * Marks edges that a deadline can reach: their own bundle has one, or a propagated one reaches their caller part.
 * Transitive.
 */
function withDeadlines(
  edges: readonly BareEdge[],
  bundles: readonly PlanBundle[],
  parts: number,
): readonly BareEdge[] {
  const leaving: number[][] = Array.from({ length: parts }, () => []);
  edges.forEach((edge, index) => leaving[edge.from]!.push(index));
  const reached = new Uint8Array(parts);
  const open: number[] = [];
  const reach = (part: number): void => {
    if (reached[part] === 1) return;
    reached[part] = 1;
    open.push(part);
  };
  for (const edge of edges) {
    const own = deadlineOf(bundles[edge.bundle]!);
    if (own !== undefined && propagates(own)) reach(edge.to);
  }
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    for (const index of leaving[part]!) reach(edges[index]!.to);
  }
  return edges.map((edge) => ({
    ...edge,
    deadline: reached[edge.from] === 1 || deadlineOf(bundles[edge.bundle]!) !== undefined,
  }));
}

function deadlineOf(bundle: PlanBundle): Layer | undefined {
  return bundle.layers.find((layer) => layer.policy === 'deadline');
}

function propagates(layer: Layer): boolean {
  return (layer.config as { readonly propagate?: boolean } | null)?.propagate !== false;
}

/**
 * Length of the longest chain. All chains of a bundle have the same shape: they contain the implicit deadline if any
 * call of the bundle can inherit one.
 */
function deepest(edges: readonly BareEdge[], bundles: readonly PlanBundle[]): number {
  const reached = new Set(edges.filter((edge) => edge.deadline).map((edge) => edge.bundle));
  let most = 0;
  for (const edge of edges) {
    const bundle = bundles[edge.bundle]!;
    const implicit = reached.has(edge.bundle) && deadlineOf(bundle) === undefined ? 1 : 0;
    const connected = edge.connections !== null;
    const pick =
      connected || edge.route !== null || bundle.layers.some(({ per }) => per === 'target') ? 1 : 0;
    const pool = connected || edge.pool !== null ? 1 : 0;
    const selection = edge.selection === undefined ? 0 : 1;
    most = Math.max(most, bundle.layers.length + implicit + selection + pick + pool);
  }
  return most;
}

/** The setting that changes the number of instances of a component, in words; null = the number is fixed. */
function changerOf(component: LaidComponent): string | null {
  const host = hostOf(component);
  if (host === null) return null;
  if (host.autoscaling !== null) return 'autoscaling';
  const rollout = versionsIn(component)?.rollout ?? null;
  return rollout === null ? null : 'its rollout';
}
