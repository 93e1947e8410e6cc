import type { OutcomeName } from '../contracts/outcome.js';
import { servedStatusOf } from './answers.js';
import { methodOf, NEVER, type Call } from './calls.js';
import { codeOfStatus, GRPC_CODE, isServerError, type GrpcCode } from './grpc.js';
import { roleOf } from './products.js';
import { relayedStatus } from './proxies.js';
import type { Attribute, Content } from './span.js';

/**
 * Proxies of a mesh, and gateways of kind `envoy`, write the spans of Envoy if a listener has `spawn_upstream_span`: a
 * SERVER span for the request, and a CLIENT span for each try of it. All values are text. Sources: Envoy,
 * source/common/tracing/tracer_impl.cc (names `ingress` and `egress HOST`), http_tracer_impl.cc (finalizeDownstreamSpan;
 * setCommonTags: an error is no response or a 5xx; addGrpcResponseTags), common_values.h (names of tags),
 * source/common/router/upstream_request.cc (`router CLUSTER egress`, tags `retry.count`, `canceled`, `error.reason`),
 * extensions/tracers/opentelemetry (kinds and status of the spans); api, http_connection_manager.proto
 * (spawn_upstream_span).
 */

/** The request as the proxy of an application sees it. `tries`: the most tries that it may make; 1 without retries. */
export function proxiedContent(call: Call, isIncoming: boolean, tries: number): Content {
  const isLeft = call.callerLeftAt !== NEVER;
  const isSpent = tries > 1 && call.number >= tries && !call.isSuccess && !isLeft;
  return requestContent(call, {
    name: isIncoming ? 'ingress' : `egress ${call.callee.name}`,
    cluster: call.callee.name,
    status: relayedStatus(call),
    isOfCallee: call.status !== null,
    flags: isLeft ? ['DC'] : [...flagsOf(call), ...(isSpent ? ['URX'] : [])],
  });
}

/** The request as a gateway of kind `envoy` sees it; `last`: its last try that has ended, `tries` as above. */
export function ingressContent(call: Call, last: Call | null, tries: number): Content {
  const isLeft = call.served === 'cancelled';
  const status = servedStatusOf(call);
  const isFailed = !isLeft && status >= 400;
  const isSpent = isFailed && tries > 1 && last !== null && last.attempt >= tries;
  const own = REFUSED[call.served ?? 'ok'];
  // A try of which the callee still works when the time of the route is over has not ended.
  const upstream = last !== null && !last.isSuccess ? flagsOf(last) : status === 504 ? ['UT'] : [];
  return requestContent(call, {
    name: 'ingress',
    cluster: last?.callee.name ?? null,
    status: status === 0 ? null : status,
    isOfCallee: last !== null && last.status !== null,
    flags: isLeft
      ? ['DC']
      : own !== undefined
        ? [own]
        : isFailed
          ? [...upstream, ...(isSpent ? ['URX'] : [])]
          : [],
  });
}

interface Request {
  readonly name: string;
  /** Null where no try was made. */
  readonly cluster: string | null;
  /** Null where none was sent. */
  readonly status: number | null;
  /** The status is that of a callee, and not one of the proxy itself. */
  readonly isOfCallee: boolean;
  readonly flags: readonly string[];
}

/** The span of a request: it covers all tries. A status of 4xx is no error of a server. */
function requestContent(call: Call, own: Request): Content {
  const { name, cluster, status, isOfCallee, flags } = own;
  const { sent, code, isError } = answered(call, status, isOfCallee);
  return {
    kind: 'server',
    name,
    isError,
    attributes: [
      ['component', 'proxy'],
      ['http.method', methodOf(call)],
      ...protocolOf(call, true),
      ...clusterOf(cluster),
      ['http.status_code', String(sent)],
      ...codeAttribute(code),
      ['response_flags', flags.length === 0 ? '-' : flags.join(',')],
      ...errorOf(isError),
    ],
  };
}

/** What one try of a proxy, or of a gateway, says. */
export function tryContent(call: Call): Content {
  const { sent, code, isError } = answered(call, call.isLeft ? null : call.status);
  const before = call.via > 0 ? call.number : call.attempt - 1;
  return {
    kind: 'client',
    name: `router ${call.callee.name} egress`,
    isError: isError || sent >= 400,
    attributes: [
      ['component', 'proxy'],
      ...clusterOf(call.callee.name),
      ...protocolOf(call, sent !== 0),
      ['http.status_code', String(sent)],
      ...codeAttribute(code),
      ...endOf(call, sent),
      ...(before > 0 ? [['retry.count', String(before)] as const] : []),
      ...errorOf(isError),
      ['faultline.outcome', call.outcome],
    ],
  };
}

interface Answered {
  /** 0 = there was none. */
  readonly sent: number;
  readonly code: GrpcCode | null;
  readonly isError: boolean;
}

/**
 * The status of a response as Envoy writes it. A response of gRPC has the status 200, whatever its code; without one of the
 * callee the code is UNAVAILABLE. Source: Envoy, source/common/grpc/status.cc (httpToGrpcStatus).
 */
function answered({ callee }: Call, status: number | null, isOfCallee = true): Answered {
  const isGrpc = roleOf(callee) === 'rpc';
  const isOwn = !isOfCallee && status !== null && status >= 400;
  const code = !isGrpc || status === null ? null : isOwn ? 'UNAVAILABLE' : codeOfStatus(status);
  const sent = status === null ? 0 : isGrpc ? 200 : status;
  const isFailed = code !== null && (isServerError(code) || code === LIMITED);
  return { sent, code, isError: sent === 0 || sent >= 500 || isFailed };
}

/** Unlike a server, Envoy counts it as an error. */
const LIMITED = 'RESOURCE_EXHAUSTED';

function clusterOf(name: string | null): readonly Attribute[] {
  if (name === null) return [];
  return [
    ['upstream_cluster', name],
    ['upstream_cluster.name', name],
  ];
}

function codeAttribute(code: GrpcCode | null): readonly Attribute[] {
  return code === null ? [] : [['grpc.status_code', String(GRPC_CODE[code])]];
}

function errorOf(isError: boolean): readonly Attribute[] {
  return isError ? [['error', 'true']] : [];
}

/** Of a try it is known once a connection is there. */
function protocolOf({ callee: { protocol } }: Call, isKnown: boolean): readonly Attribute[] {
  if (!isKnown || protocol === null) return [];
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

/** Flags of a request for which no try was made, by outcome: a full pool or breaker, a rate limit. */
const REFUSED: Readonly<Partial<Record<OutcomeName, string>>> = {
  poolTimeout: 'UO',
  rejectedBulkhead: 'UO',
  rejectedBreaker: 'UO',
  rejectedRateLimit: 'RL',
};

/** Flags of a request by how its last try ended. A status of the callee has none. */
function flagsOf({ outcome, isSuccess, status }: Call): readonly string[] {
  if (isSuccess || status !== null) return [];
  if (outcome === 'deadlineExceeded') return ['UT'];
  const flag = ENDS[outcome]?.[0] ?? REFUSED[outcome];
  return flag === undefined ? [] : [flag];
}

/**
 * How a try ended. A try that the proxy ends is `canceled`: after its timeout with UT; if the application has left, the
 * time of the route is over, or another try was faster, with no flag. DC, URX, UO and RL are flags of the request as a
 * whole. Sources: Envoy, upstream_request.cc (onResetStream, onPerTryTimeout, resetStream), router.cc
 * (streamResetReasonToResponseFlag, onUpstreamAbort), http/utility.cc (resetReasonToString).
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
