import type { OutcomeName } from '../contracts/outcome.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { Call } from './calls.js';
import type { Span } from './span.js';

/** The proxy that made an attempt: that of the calling instance, or a waypoint in front of the service that is called. */
export function proxyOf(plan: Plan, call: Call): Pick<Span, 'service' | 'instance'> {
  const { caller, callee, callerInstance } = call;
  return isAtWaypoint(plan, call)
    ? { service: `${callee.name}-waypoint`, instance: null }
    : { service: `${caller!.name}-proxy`, instance: callerInstance };
}

/** Whether the tries of a call are made by a waypoint, which takes what comes in for the service behind it. */
export function isAtWaypoint({ mesh }: Plan, { part }: Call): boolean {
  return mesh?.waypoints[part.component] === 1;
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
