import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';

const LISTENER = 'static_resources.listeners.*';
const CHAIN = `${LISTENER}.filter_chains.*`;
const HTTP = `${CHAIN}.filters.*.typed_config`;
const HOST = `${HTTP}.route_config.virtual_hosts.*`;
const ROUTE = `${HOST}.routes.*`;
const CLUSTER = 'static_resources.clusters.*';
const CONTENT = 'the content of requests is not simulated';
const FILTER = 'what a filter does to a request is not simulated: write `middleware`';

/** Gives a reason to everything of a bootstrap that has no counterpart. */
export function listBootstrap(document: Cell): void {
  listBelow(document, REASONS);
}

/** Exact paths before those around them: the first reason of a value stays. */
const REASONS: Readonly<Record<string, string>> = {
  node: REASON.name,
  admin: 'the interface of operators gets no requests of users',
  layered_runtime: 'runtime settings are not simulated',
  overload_manager: 'write the limits of the gateway: `concurrency`, `queue`, `memory`',
  stats_sinks: 'metrics are not simulated',
  stats_config: 'metrics are not simulated',
  tracing: 'tracing is not simulated',
  dynamic_resources: 'what a control plane sends is not in this file',
  bootstrap_extensions: FILTER,
  cluster_manager: 'what a control plane gets is not simulated',
  watchdogs: 'threads of the proxy do not hang',
  [`${LISTENER}.name`]: REASON.name,
  [`${LISTENER}.address`]: REASON.port,
  [`${LISTENER}.traffic_direction`]: REASON.label,
  [`${LISTENER}.listener_filters`]: REASON.security,
  [`${LISTENER}.use_original_dst`]: REASON.port,
  [`${CHAIN}.filter_chain_match`]: REASON.security,
  [`${CHAIN}.transport_socket`]: REASON.security,
  [`${CHAIN}.name`]: REASON.name,
  [`${CHAIN}.filters.*.name`]: REASON.kind,
  [`${HTTP}.@type`]: REASON.kind,
  [`${HTTP}.stat_prefix`]: REASON.name,
  [`${HTTP}.codec_type`]: REASON.port,
  [`${HTTP}.http_filters`]: FILTER,
  [`${HTTP}.access_log`]: 'logs are not simulated',
  [`${HTTP}.tracing`]: 'tracing is not simulated',
  [`${HTTP}.generate_request_id`]: CONTENT,
  [`${HTTP}.use_remote_address`]: CONTENT,
  [`${HTTP}.server_name`]: CONTENT,
  [`${HTTP}.upgrade_configs`]: REASON.port,
  [`${HTTP}.http2_protocol_options`]: REASON.port,
  [`${HTTP}.http_protocol_options`]: REASON.port,
  [`${HTTP}.common_http_protocol_options`]: 'connections of users are not limited',
  [`${HTTP}.stream_idle_timeout`]: 'a request is never idle here',
  [`${HTTP}.request_timeout`]: 'requests arrive whole',
  [`${HTTP}.rds`]: 'what a control plane sends is not in this file',
  [`${HTTP}.route_config.name`]: REASON.name,
  [`${HOST}.name`]: REASON.name,
  [`${HOST}.domains`]:
    'the host is named in routes that lead to a cluster with an address, unless it is *',
  [`${HOST}.cors`]: CONTENT,
  [`${HOST}.require_tls`]: REASON.security,
  [`${HOST}.typed_per_filter_config`]: FILTER,
  [`${HOST}.rate_limits`]: FILTER,
  [`${HOST}.response_headers_to_add`]: CONTENT,
  [`${HOST}.request_headers_to_add`]: CONTENT,
  [`${HOST}.retry_policy`]: 'a route has retries of its own, or no condition has a counterpart',
  [`${ROUTE}.name`]: REASON.name,
  [`${ROUTE}.redirect`]: 'a redirect reaches no service',
  [`${ROUTE}.direct_response`]: 'a response of the proxy itself reaches no service',
  [`${ROUTE}.typed_per_filter_config`]: FILTER,
  [`${ROUTE}.metadata`]: REASON.label,
  [`${ROUTE}.decorator`]: 'tracing is not simulated',
  [`${ROUTE}.request_headers_to_add`]: CONTENT,
  [`${ROUTE}.response_headers_to_add`]: CONTENT,
  [`${ROUTE}.request_headers_to_remove`]: CONTENT,
  [`${ROUTE}.response_headers_to_remove`]: CONTENT,
  [`${ROUTE}.match`]:
    'a condition on the query or by an expression, or the route leads to no service of these files',
  [`${ROUTE}.route.prefix_rewrite`]: 'a path leads to a route, whatever it is rewritten to',
  [`${ROUTE}.route.regex_rewrite`]: 'a path leads to a route, whatever it is rewritten to',
  [`${ROUTE}.route.host_rewrite_literal`]: CONTENT,
  [`${ROUTE}.route.auto_host_rewrite`]: CONTENT,
  [`${ROUTE}.route.idle_timeout`]: 'a request is never idle here',
  [`${ROUTE}.route.max_stream_duration`]: 'write `deadline` of the route',
  [`${ROUTE}.route.upgrade_configs`]: REASON.port,
  [`${ROUTE}.route.rate_limits`]: FILTER,
  [`${ROUTE}.route.hash_policy`]:
    'what is hashed is not known: write `loadBalancing: { kind: ringHash, key: KEY }`',
  [`${ROUTE}.route.priority`]: 'only the usual priority is simulated',
  [`${ROUTE}.route.cors`]: CONTENT,
  [`${ROUTE}.route.request_mirror_policies`]:
    'copies go to one cluster of this file, and of the others nothing is known',
  [`${ROUTE}.route.retry_policy`]: 'no try is repeated, or no counterpart of this setting',
  [`${ROUTE}.route.weighted_clusters`]: 'weights are shares of their sum, by the names of clusters',
  [`${ROUTE}.route`]: 'no cluster of this file with an address is the target',
  [HTTP]: 'only the routes of HTTP are simulated',
  [`${LISTENER}.udp_listener_config`]: REASON.port,
  [LISTENER]: 'only the routes of HTTP are simulated',
  [`${CLUSTER}.type`]: 'addresses are not simulated',
  [`${CLUSTER}.dns_lookup_family`]: 'addresses are not simulated',
  [`${CLUSTER}.dns_refresh_rate`]: 'addresses are not simulated',
  [`${CLUSTER}.respect_dns_ttl`]: 'addresses are not simulated',
  [`${CLUSTER}.load_assignment`]: 'addresses are not simulated, and only their number is read',
  [`${CLUSTER}.alt_stat_name`]: REASON.name,
  [`${CLUSTER}.name`]: 'no route leads to this cluster by itself: its service has another name',
  [`${CLUSTER}.transport_socket`]: REASON.security,
  [`${CLUSTER}.transport_socket_matches`]: REASON.security,
  [`${CLUSTER}.typed_extension_protocol_options`]: REASON.port,
  [`${CLUSTER}.http2_protocol_options`]: REASON.port,
  [`${CLUSTER}.upstream_connection_options`]: REASON.port,
  [`${CLUSTER}.health_checks`]:
    'active checks of a proxy have no counterpart: `probes` of the service act on its callers',
  [`${CLUSTER}.common_lb_config`]: REASON.scheduling,
  [`${CLUSTER}.lb_subset_config`]: REASON.label,
  [`${CLUSTER}.load_balancing_policy`]: 'write `loadBalancing` of the service',
  [`${CLUSTER}.lb_policy`]: 'this balancer has no counterpart, or another file has one',
  [`${CLUSTER}.circuit_breakers`]:
    'no HTTP route uses them, they are of another priority, or of one host',
  [`${CLUSTER}.outlier_detection`]:
    'no HTTP route uses it, or write `successRate` and `failurePercentage` of the detection',
  [`${CLUSTER}.connect_timeout`]: 'no HTTP route leads to this cluster',
  [`${CLUSTER}.metadata`]: REASON.label,
  [CLUSTER]: 'this setting of a cluster has no counterpart',
  static_resources: 'this setting of Envoy has no counterpart',
};
