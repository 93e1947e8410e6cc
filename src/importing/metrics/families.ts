import type { Series } from './read.js';

/** What a metric says about a service. */
export type Fact =
  | 'requests'
  | 'calls'
  | 'times'
  | 'cpu'
  | 'periods'
  | 'throttled'
  | 'poolMax'
  | 'poolActive'
  | 'poolPending'
  | 'lag';

/** A metric with a usual name. */
export interface Family {
  readonly fact: Fact;
  /** Labels that name the service, the first one that a series has. */
  readonly service: readonly string[];
  /** Labels that name the caller. */
  readonly caller?: readonly string[];
  /** Label with the path or the route. */
  readonly part?: string;
  /** Of several families that count the same requests, the one with the lowest rank is used. */
  readonly rank?: number;
  /** Seconds of one unit of the value, or of the bound of a bucket. */
  readonly unit?: number;
}

const PROCESS = ['service_name', 'application', 'app', 'service', 'deployment', 'job'];
const DESTINATION = [
  'destination_canonical_service',
  'destination_workload',
  'destination_service_name',
];
const SOURCE = ['source_canonical_service', 'source_workload'];
const CONTAINER = ['container', 'pod', 'name'];

const server = (part: string, rank: number): Family => ({
  fact: 'requests',
  service: PROCESS,
  part,
  rank,
});
const client = (callee: string): Family => ({ fact: 'calls', service: [callee], caller: PROCESS });
const buckets = (unit: number, service = PROCESS): Family => ({ fact: 'times', service, unit });
const gauge = (fact: Fact): Family => ({ fact, service: PROCESS });

/**
 * Usual names. Sources: Micrometer (http_server_requests, hikaricp), OpenTelemetry's names for Prometheus
 * (http_server_request_duration_seconds; before 1.21 http_server_duration_milliseconds), Istio's standard metrics, cAdvisor
 * (container_cpu), the Prometheus client libraries (process_cpu_seconds_total), kafka_exporter (kafka_consumergroup_lag).
 */
export const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['http_server_request_duration_seconds_count', server('http_route', 0)],
  ['http_server_duration_milliseconds_count', server('http_route', 1)],
  ['http_server_requests_seconds_count', server('uri', 2)],
  ['istio_requests_total', { fact: 'requests', service: DESTINATION, caller: SOURCE, rank: 3 }],
  ['http_client_request_duration_seconds_count', client('server_address')],
  ['http_client_requests_seconds_count', client('client_name')],
  ['http_server_request_duration_seconds_bucket', buckets(1)],
  ['http_server_requests_seconds_bucket', buckets(1)],
  ['istio_request_duration_milliseconds_bucket', buckets(1e-3, DESTINATION)],
  ['container_cpu_usage_seconds_total', { fact: 'cpu', service: CONTAINER, rank: 0 }],
  ['process_cpu_seconds_total', { fact: 'cpu', service: PROCESS, rank: 1 }],
  ['container_cpu_cfs_periods_total', { fact: 'periods', service: CONTAINER }],
  ['container_cpu_cfs_throttled_periods_total', { fact: 'throttled', service: CONTAINER }],
  ['hikaricp_connections_max', gauge('poolMax')],
  ['hikaricp_connections_active', gauge('poolActive')],
  ['hikaricp_connections_pending', gauge('poolPending')],
  ['kafka_consumergroup_lag', { fact: 'lag', service: ['consumergroup'], part: 'topic' }],
]);

/** Names of containers that are no service: the pause of a pod, and sidecars. */
const NO_SERVICE = new Set(['', 'POD', 'istio-proxy', 'istio-init', 'linkerd-proxy']);
/** Istio's word for callers outside of the mesh. */
export const UNKNOWN = 'unknown';

/** The value of the first of some labels; null if a series is about no service. */
export function nameIn({ labels }: Series, among: readonly string[]): string | null {
  // A pod has one series for each container, and one for all of them without this label.
  if (among === CONTAINER && NO_SERVICE.has(labels.get('container') ?? '')) return null;
  for (const label of among) {
    const text = labels.get(label);
    if (text === undefined || text === '') continue;
    // The job of OpenTelemetry is namespace/name.
    return label === 'job' ? text.slice(text.lastIndexOf('/') + 1) : text;
  }
  return null;
}

/** The workload of a pod of a Deployment (`orders-7d9f8c5b6d-x2x9z`) or a StatefulSet (`orders-0`). */
export function workloadOf(pod: string): string {
  return pod.replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}$/, '').replace(/-\d+$/, '');
}

/** Whether a caller is outside of the system: Istio does not know it, or it is a gateway. */
export function isOutside(name: string): boolean {
  return name === UNKNOWN || /ingress|gateway/i.test(name);
}
