import type { GaugeKind } from './record.js';

/** One kind of event that is counted and timed: its two families, the labels of both, and the one more of the counter. */
export interface CountedSeries {
  readonly counter: string;
  readonly counterHelp: string;
  readonly time: string;
  readonly timeHelp: string;
  readonly labels: readonly string[];
  readonly more: string;
}

const CALLED = ['variant', 'service', 'instance', 'target', 'endpoint'] as const;

/**
 * What a run counts for a scrape, in the order of the exported families. Names and labels are those of Prometheus for
 * HTTP servers; of gRPC those of go-grpc-middleware, providers/prometheus (server metrics). No convention has names for
 * a protocol of its own over TCP.
 */
export const COUNTED_SERIES = {
  served: {
    counter: 'http_requests',
    counterHelp: 'Requests that the process has answered.',
    time: 'http_request_duration_seconds',
    timeHelp: 'Time from the arrival of a request to its response, its wait for a worker included.',
    labels: ['variant', 'service', 'instance', 'method', 'endpoint'],
    more: 'status_code',
  },
  calls: {
    counter: 'client_requests',
    counterHelp:
      'Attempts of calls, seen by the process that makes them; the tries of a proxy are one.',
    time: 'client_request_duration_seconds',
    timeHelp: 'Time of an attempt, seen by the process that makes it.',
    labels: CALLED,
    more: 'outcome',
  },
  users: {
    counter: 'user_requests',
    counterHelp: 'Requests of users, with all repetitions behind them.',
    time: 'user_request_duration_seconds',
    timeHelp: 'Time of a request, seen by its user.',
    labels: ['variant', 'workload', 'request'],
    more: 'outcome',
  },
  tries: {
    counter: 'proxy_requests',
    counterHelp: 'Tries of the proxies of a mesh, by calling instance.',
    time: 'proxy_request_duration_seconds',
    timeHelp: 'Time of a try of a proxy.',
    labels: CALLED,
    more: 'outcome',
  },
  rpcs: {
    counter: 'grpc_server_handled',
    counterHelp: 'RPCs that the process has answered.',
    time: 'grpc_server_handling_seconds',
    timeHelp: 'Time from the arrival of an RPC to its response, its wait for a worker included.',
    labels: ['variant', 'service', 'instance', 'grpc_type', 'grpc_service', 'grpc_method'],
    more: 'grpc_code',
  },
  tcp: {
    counter: 'tcp_requests',
    counterHelp: 'Requests over plain TCP that the process has answered.',
    time: 'tcp_request_duration_seconds',
    timeHelp:
      'Time from the arrival of a request over plain TCP to its response, its wait for a worker included.',
    labels: ['variant', 'service', 'instance', 'endpoint'],
    more: 'outcome',
  },
} as const satisfies Record<string, CountedSeries>;

/** A kind of event that is counted. */
export type CountedView = keyof typeof COUNTED_SERIES;

/** All of them, in the order of the families. */
export const COUNTED_VIEWS = Object.keys(COUNTED_SERIES) as readonly CountedView[];

/** Gauges without a series: they are part of others, or are counted by consumers. */
type Silent = 'usedOfNode' | 'abandoned' | 'handling' | 'leftBehind' | 'size' | 'sessions';

/** Gauges with a series: name, unit, help, and whether it has a called component. */
export const GAUGE_SERIES: Readonly<
  Record<
    Exclude<GaugeKind, Silent>,
    readonly [name: string, unit: string, help: string, target: boolean]
  >
> = {
  busy: ['workers_busy', '', 'Workers in use.', false],
  queue: ['request_queue_length', '', 'Requests that wait for a worker.', false],
  concurrency: ['requests_in_flight', '', 'Requests accepted and not answered.', false],
  cpu: ['cpu_cores_used', '', 'Cores in use.', false],
  memory: ['process_memory_bytes', 'bytes', 'Memory of the process.', false],
  inFlight: ['client_calls_in_flight', '', 'Calls to a component that are not over.', true],
  open: ['pool_connections_open', '', 'Open connections of a pool.', true],
  used: ['pool_connections_used', '', 'Connections of a pool in use.', true],
  waiting: ['pool_waiters', '', 'Callers that wait for a connection.', true],
};

/** Whether each process can be scraped. */
export const UP_SERIES = 'up';

/** The state of each breaker that has moved. */
export const BREAKER_SERIES = 'circuit_breaker_state';
