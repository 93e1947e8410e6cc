import type { OutcomeName } from '../spec/outcome.js';
import type { Plan } from '../spec/plan/plan.js';
import type { Call } from './calls.js';
import { codeOfStatus, GRPC_CODE, isServerError } from './grpc.js';
import { roleOf } from './products.js';
import type { Attribute, Content, Span } from './span.js';

/**
 * Proxies of a mesh write their tries as the router of Envoy does if a listener has `spawn_upstream_span`. Sources: Envoy,
 * source/common/router/upstream_request.cc (one span `router CLUSTER egress` for each try, tags `retry.count`, `canceled`,
 * `error.reason`), source/common/tracing/common_values.h (names of tags), http_tracer_impl.cc (setCommonTags: an error is
 * no response or a 5xx; addGrpcResponseTags), extensions/tracers/opentelemetry (all values are text; status of the span).
 */

/** The proxy that made an attempt: that of the calling instance, or a waypoint in front of the service that is called. */
export function proxyOf({ mesh }: Plan, call: Call): Pick<Span, 'service' | 'instance'> {
  const { caller, callee, callerInstance, part } = call;
  const isWaypoint = mesh?.waypoints[part.component] === 1;
  return isWaypoint
    ? { service: `${callee.name}-waypoint`, instance: null }
    : { service: `${caller!.name}-proxy`, instance: callerInstance };
}

/** What one try of a proxy says. */
export function tryContent(call: Call): Content {
  const status = call.isLeft ? null : call.status;
  const isGrpc = roleOf(call.callee) === 'rpc';
  const code = isGrpc && status !== null ? codeOfStatus(status) : null;
  // A response of gRPC has the status 200, whatever its code.
  const sent = status === null ? 0 : isGrpc ? 200 : status;
  const isError =
    sent === 0 || sent >= 500 || (code !== null && (isServerError(code) || code === LIMITED));
  return {
    kind: 'client',
    name: `router ${call.callee.name} egress`,
    isError: isError || sent >= 400,
    attributes: [
      ['component', 'proxy'],
      ['upstream_cluster', call.callee.name],
      ['upstream_cluster.name', call.callee.name],
      ...protocolOf(call, sent),
      ['http.status_code', String(sent)],
      ...(code === null ? [] : [['grpc.status_code', String(GRPC_CODE[code])] as const]),
      ...endOf(call, sent),
      ...(call.number > 0 ? [['retry.count', String(call.number)] as const] : []),
      ...(isError ? [['error', 'true'] as const] : []),
      ['faultline.outcome', call.outcome],
    ],
  };
}

/** Unlike a server, Envoy counts it as an error. */
const LIMITED = 'RESOURCE_EXHAUSTED';

/** Known once a connection is there. */
function protocolOf({ callee: { protocol } }: Call, sent: number): readonly Attribute[] {
  if (sent === 0 || protocol === null) return [];
  return [['http.protocol', protocol.kind === 'http1' ? 'HTTP/1.1' : 'HTTP/2']];
}

/** Flags and reasons of tries without a response, by outcome. */
const ENDS: Readonly<
  Partial<Record<OutcomeName, readonly [flags: string, reason: string | null]>>
> = {
  refused: ['UF', 'remote connection failure'],
  connectTimeout: ['UF', 'connection timeout'],
  reset: ['UC', 'connection termination'],
  // The proxy itself ends a try that takes too long.
  timeout: ['UT', null],
};

/**
 * How a try ended. A try that the proxy ends is `canceled`: after its timeout with UT; if the application has left, the
 * time of the route is over, or another try was faster, with no flag. DC, URX, UH, UO and RL are flags of the request as
 * a whole, which is another span. Sources: Envoy, upstream_request.cc (onResetStream, onPerTryTimeout, resetStream),
 * router.cc (streamResetReasonToResponseFlag, onUpstreamAbort), http/utility.cc (resetReasonToString).
 */
function endOf({ isLeft, outcome }: Call, sent: number): readonly Attribute[] {
  if (sent !== 0) return [['response_flags', '-']];
  const [flags, reason] = (isLeft ? undefined : ENDS[outcome]) ?? ['-', null];
  const how = reason === null ? ['canceled', 'true'] : ['error.reason', reason];
  return [
    ['response_flags', flags],
    [how[0]!, how[1]!],
  ];
}

/**
 * Status that a proxy answers where it got no response. Source: Envoy, router.cc (503 after a reset, 504 after a timeout),
 * and the filters of rate limits (429).
 */
const STATUS: Readonly<Partial<Record<OutcomeName, number>>> = {
  timeout: 504,
  deadlineExceeded: 504,
  refused: 503,
  connectTimeout: 503,
  reset: 503,
  poolTimeout: 503,
  rejectedBulkhead: 503,
  rejectedBreaker: 503,
  rejectedOverload: 503,
  rejectedRateLimit: 429,
};

/** HTTP status that an application gets from its proxy; null if it has left before. */
export function relayedStatus({ status, outcome, callerLeftAt }: Call): number | null {
  if (callerLeftAt !== -Infinity) return null;
  return status ?? STATUS[outcome] ?? null;
}
