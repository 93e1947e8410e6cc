import type { OutcomeName } from '../spec/outcome.js';
import type { Plan } from '../spec/plan/plan.js';
import type { Call } from './calls.js';
import type { Span } from './span.js';

/**
 * Proxies of a mesh write their tries as the router filter of Envoy does. Sources: Envoy, source/common/router/
 * upstream_request.cc (one span `router CLUSTER egress` for each try, tag `retry.count`), source/common/tracing/
 * tracer_impl.cc (tags; an error is no response or a 5xx), docs access_log/usage (response flags).
 */

/** The proxy that made an attempt: that of the calling instance, or a waypoint in front of the service that is called. */
export function proxyOf({ mesh }: Plan, call: Call): Pick<Span, 'service' | 'instance'> {
  const { caller, callee, callerInstance, part } = call;
  const isWaypoint = mesh?.waypoints[part.component] === 1;
  return isWaypoint
    ? { service: `${callee.name}-waypoint`, instance: null }
    : { service: `${caller!.name}-proxy`, instance: callerInstance };
}

/** UF: connection failure, UC: connection termination, UT: timeout, DC: the application has left. */
const FLAGS: Readonly<Partial<Record<OutcomeName, string>>> = {
  refused: 'UF',
  connectTimeout: 'UF',
  reset: 'UC',
  timeout: 'UT',
  deadlineExceeded: 'UT',
  cancelled: 'DC',
};

/** Response flags of a try. */
export function flagsOf({ isLeft, status, outcome }: Call): string {
  if (isLeft) return 'DC';
  return status === null ? (FLAGS[outcome] ?? '-') : '-';
}

/** Status that a proxy answers where it got no response. Source: as the flags; gateways answer the same. */
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
