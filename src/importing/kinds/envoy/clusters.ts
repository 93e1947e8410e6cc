import { isWatcher } from '../../background.js';
import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { filled, from, map, plain, type Written } from '../../written.js';
import { allowedName } from '../../names.js';
import { durationOf } from '../istio/retries.js';

/** A cluster of Envoy: a service, and how this process calls it. */
export interface Cluster {
  /** null = a cluster that no address makes a service. */
  readonly component: Component | null;
  /** Limits on connections and requests, and ejections: fields of an entry of `clusters`. */
  readonly bundle: ReadonlyMap<string, Written>;
  /** Limit of the retries of its routes. */
  readonly budget: Written | undefined;
  /** Its name in Envoy. */
  readonly name: string;
}

/** The entries of `clusters` that routes refer to, by cluster. */
export function clusterEntries(system: System): Map<Cluster, { readonly name: string }> {
  return system.shared('envoy clusters', () => {
    const entries = new Map<Cluster, { readonly name: string }>();
    system.later('calls', () => {
      if (entries.size === 0) return;
      const all = [...entries].map(([{ bundle }, { name }]) => [name, map(bundle)] as const);
      const known = system.sections.get('clusters');
      const others = known?.kind === 'map' ? known.entries : [];
      system.sections.set('clusters', map([...others, ...all]));
    });
    return entries;
  });
}

/** The name of the entry of a cluster; null if Envoy's file has none of its limits. */
export function entryOf(cluster: Cluster, system: System): string | null {
  if (cluster.bundle.size === 0) return null;
  const entries = clusterEntries(system);
  const known = entries.get(cluster);
  if (known !== undefined) return known.name;
  const taken = new Set([...entries.values()].map(({ name }) => name));
  const wanted = allowedName(cluster.name);
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  entries.set(cluster, { name });
  return name;
}

/** Source: Envoy, api/envoy/config/cluster/v3/cluster.proto, LbPolicy. */
const BALANCERS: Readonly<Record<string, string>> = {
  ROUND_ROBIN: 'roundRobin',
  LEAST_REQUEST: 'leastRequest',
  RANDOM: 'random',
};

/**
 * The clusters of a file by name. One with a host of these files is that component, and else a service of its own. `filled`: a value with
 * the variables of its process.
 */
export function readClusters(
  cells: readonly Cell[],
  filled: (cell: Cell) => Cell,
  system: System,
): ReadonlyMap<string, Cluster> {
  const clusters = new Map<string, Cluster>();
  for (const cell of cells) {
    const name = cell.get('name');
    const text = name?.text();
    if (name === undefined || text === undefined || clusters.has(text)) continue;
    const component = serviceOf(cell, name, filled, system);
    if (component !== null) balance(cell.get('lb_policy'), component);
    clusters.set(text, { component, bundle: bundleOf(cell), budget: budgetOf(cell), name: text });
  }
  return clusters;
}

/** The service behind a cluster, as one of these files calls it, by its first host or its own name. */
function serviceOf(
  cluster: Cell,
  name: Cell,
  filled: (cell: Cell) => Cell,
  system: System,
): Component | null {
  const addresses = addressesOf(cluster);
  const hosts = addresses.map((cell) => filled(cell).text() ?? '');
  const text = name.text()!;
  const found = [...hosts, text].flatMap((host) => system.find(host) ?? system.named(host) ?? []);
  const known = found.find(({ section }) => section === 'services' || section === 'gateways');
  if (known !== undefined) return known;
  // A cluster of spans or metrics leads to a tool that watches the system.
  if (found.length > 0 || hosts.some((host) => system.tools.has(host) || isWatcher(host)))
    return null;
  const isNamed = hosts[0] !== undefined && /[a-z]/i.test(hosts[0]) && hosts[0] !== 'localhost';
  const component = system.add(isNamed ? hosts[0]! : text, { origins: [name] });
  for (const host of new Set(isNamed ? [text, ...hosts] : [text]))
    system.addHost(host, '', component);
  const instances = new Set(addresses.map((cell) => `${cell.text()}:${portOf(cell, cluster)}`));
  if (instances.size > 1) {
    component.replicas = instances.size;
    component.fields.set('replicas', from(instances.size, ...addresses));
  }
  return component;
}

/** The addresses of all its endpoints. */
function addressesOf(cluster: Cell): readonly Cell[] {
  const localities = cluster.get('load_assignment', 'endpoints')?.items() ?? [];
  return localities.flatMap((locality) =>
    (locality.get('lb_endpoints')?.items() ?? []).flatMap(
      (one) => one.get('endpoint', 'address', 'socket_address', 'address') ?? [],
    ),
  );
}

function portOf(address: Cell, cluster: Cell): string {
  const localities = cluster.get('load_assignment', 'endpoints')?.items() ?? [];
  for (const locality of localities) {
    for (const one of locality.get('lb_endpoints')?.items() ?? []) {
      const socket = one.get('endpoint', 'address', 'socket_address');
      if (socket?.get('address') === address) return socket.get('port_value')?.text() ?? '';
    }
  }
  return '';
}

function balance(policy: Cell | undefined, { fields }: Component): void {
  const kind = BALANCERS[policy?.text() ?? ''];
  if (kind !== undefined && !fields.has('loadBalancing')) {
    fields.set('loadBalancing', map({ kind: from(kind, policy) }));
  }
}

function bundleOf(cluster: Cell): ReadonlyMap<string, Written> {
  const fields = new Map<string, Written>();
  const connect = durationOf(cluster.get('connect_timeout'));
  const limits = limitsOf(cluster);
  if (limits !== undefined || connect !== undefined) {
    fields.set('connections', map({ connectTimeout: connect }));
  }
  if (limits !== undefined) fields.set('bulkhead', limits);
  const outliers = outliersOf(cluster.get('outlier_detection'));
  if (outliers !== undefined) fields.set('outlierDetection', outliers);
  return fields;
}

/** The limits of the usual priority. Source: api/envoy/config/cluster/v3/circuit_breaker.proto. */
function limitsOf(cluster: Cell): Written | undefined {
  const usual = thresholdOf(cluster);
  const fields = filled(
    map({
      maxConnections: limitOf(usual?.get('max_connections')),
      maxPendingRequests: limitOf(usual?.get('max_pending_requests')),
      maxRequests: limitOf(usual?.get('max_requests')),
    }),
  );
  return fields === undefined ? undefined : map([['kind', plain('envoy')], ...fields.entries]);
}

function thresholdOf(cluster: Cell): Cell | undefined {
  const all = cluster.get('circuit_breakers', 'thresholds')?.items() ?? [];
  return all.find((one) => (one.get('priority')?.text() ?? 'DEFAULT') === 'DEFAULT');
}

/** A limit from 10^9 on is written where none is wanted. */
function limitOf(cell: Cell | undefined): Written | undefined {
  const count = cell?.number();
  if (count === undefined) return undefined;
  return from(count >= 1e9 ? 'unlimited' : count, cell);
}

/** How many retries may be under way: the budget that a route's retries have. */
function budgetOf(cluster: Cell): Written | undefined {
  const threshold = thresholdOf(cluster);
  const budget = threshold?.get('retry_budget');
  const percent = budget?.get('budget_percent', 'value');
  const share = percent?.number();
  if (budget !== undefined) {
    return map({
      kind: plain('envoy'),
      ratio: share === undefined ? undefined : from(`${share}%`, percent),
      minConcurrent: limitOf(budget.get('min_retry_concurrency')),
    });
  }
  const most = limitOf(threshold?.get('max_retries'));
  return most === undefined ? undefined : map({ kind: plain('concurrent'), max: most });
}

/** Fields of an outlier detection that have the same meaning here, and the kind of their value. */
const OUTLIERS: Readonly<Record<string, readonly [string, 'count' | 'time' | 'percent' | 'flag']>> =
  {
    consecutive_5xx: ['consecutive5xx', 'count'],
    consecutive_gateway_failure: ['consecutiveGatewayFailure', 'count'],
    split_external_local_origin_errors: ['splitExternalLocalOriginErrors', 'flag'],
    consecutive_local_origin_failure: ['consecutiveLocalOriginFailure', 'count'],
    interval: ['interval', 'time'],
    base_ejection_time: ['baseEjectionTime', 'time'],
    max_ejection_time: ['maxEjectionTime', 'time'],
    max_ejection_time_jitter: ['maxEjectionTimeJitter', 'time'],
    max_ejection_percent: ['maxEjectionPercent', 'percent'],
    always_eject_one_host: ['alwaysEjectOneHost', 'flag'],
  };

function outliersOf(cell: Cell | undefined): Written | undefined {
  if (cell === undefined) return undefined;
  const fields = Object.entries(OUTLIERS).flatMap(([key, [name, kind]]) => {
    const own = cell.get(key);
    const value = own === undefined ? undefined : valueOf(own, kind);
    return value === undefined ? [] : [[name, value] as const];
  });
  // Envoy looks for success rates by itself; with fewer hosts than these, it does not.
  return map([['kind', plain('envoy')], ...fields]);
}

function valueOf(cell: Cell, kind: 'count' | 'time' | 'percent' | 'flag'): Written | undefined {
  if (kind === 'time') return durationOf(cell);
  if (kind === 'flag') return typeof cell.value === 'boolean' ? from(cell.value, cell) : undefined;
  const count = cell.number();
  if (count === undefined) return undefined;
  return from(kind === 'percent' ? `${count}%` : count, cell);
}
