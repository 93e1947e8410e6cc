import type { CallsAct, Plain } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import {
  asIs,
  documents,
  duration,
  fieldsIn,
  number,
  partOf,
  put,
  type Fields,
} from '../values.js';

/** Fields of a DestinationRule below `trafficPolicy`, by policy and field. */
const RULE: Readonly<Record<string, Fields>> = {
  bulkhead: {
    maxConnections: ['connectionPool.tcp.maxConnections', number],
    http1MaxPendingRequests: ['connectionPool.http.http1MaxPendingRequests', number],
    http2MaxRequests: ['connectionPool.http.http2MaxRequests', number],
    maxRetries: ['connectionPool.http.maxRetries', number],
    maxConcurrent: ['connectionPool.http.http2MaxRequests', number],
    maxRequests: ['connectionPool.http.http2MaxRequests', number],
    maxPendingRequests: ['connectionPool.http.http1MaxPendingRequests', number],
  },
  outlierDetection: {
    consecutive5xxErrors: ['outlierDetection.consecutive5xxErrors', number],
    consecutiveGatewayErrors: ['outlierDetection.consecutiveGatewayErrors', number],
    splitExternalLocalOriginErrors: ['outlierDetection.splitExternalLocalOriginErrors', asIs],
    consecutiveLocalOriginFailures: ['outlierDetection.consecutiveLocalOriginFailures', number],
    interval: ['outlierDetection.interval', duration],
    baseEjectionTime: ['outlierDetection.baseEjectionTime', duration],
    maxEjectionPercent: ['outlierDetection.maxEjectionPercent', number],
    minHealthPercent: ['outlierDetection.minHealthPercent', number],
  },
};

/** Conditions of retries, as Envoy names them. */
const CONDITIONS: Readonly<Record<string, string>> = {
  '5xx': '5xx',
  any: '5xx',
  error: '5xx',
  gateway: 'gateway-error',
  reset: 'reset',
  connect: 'connect-failure',
  timeout: '5xx',
};

/** VirtualServices and DestinationRules of the callees in a mesh. */
export const istio: Format = {
  name: 'istio',
  summary: 'VirtualService and DestinationRule of Istio',
  write(acts) {
    const services = new Map<string, Plain>();
    const rules = new Map<string, Record<string, unknown>>();
    const unwritten = unwrittenOf(acts, (act) =>
      act.on === 'calls' ? writeCalls(act, services, rules) : 'Istio configures calls only',
    );
    return {
      text: documents([
        ...[...services].map(([host, rule]) => [NOTE, virtualService(host, rule)] as const),
        ...[...rules].map(([host, policy]) => ['', destinationRule(host, policy)] as const),
      ]),
      unwritten,
    };
  },
};

const NOTE = 'for the calls of every caller; add these fields to the routes that exist';

function writeCalls(
  act: CallsAct,
  services: Map<string, Plain>,
  rules: Map<string, Record<string, unknown>>,
): string | null {
  const { calls, policy, field, value, bundle } = act;
  const hosts = [...new Set(calls.map(({ to }) => to))];
  if (hosts.length === 0) return 'no call uses it';
  if (['retry', 'timeout', 'deadline'].includes(policy)) {
    if (/^(backoff|budget)/.test(field)) return `a VirtualService has no ${field} of retries`;
    for (const host of hosts) services.set(host, routeOf(bundle));
    return null;
  }
  const known = RULE[policy];
  if (known === undefined) return `Istio has no ${policy}`;
  if (value === null) return `the limit has to be removed from the DestinationRule of ${hosts[0]!}`;
  const found = fieldsIn(known, field, value);
  if (found.length === 0) return `Istio has no field for ${field === '' ? policy : field}`;
  for (const host of hosts) {
    const rule = partOf(rules, host);
    for (const [path, own] of found) put(rule, path.split('.'), own);
  }
  return null;
}

/** Time limits and retries of a route: all of them, because a route has them together. */
function routeOf({ retry, timeout, deadline }: Plain): Plain {
  const tries = fieldOf(retry, 'attempts');
  const each = duration(afterOf(timeout));
  const isRepeated = retry !== undefined && tries !== 1;
  const total = duration(afterOf(deadline)) ?? (isRepeated ? null : each);
  const words = fieldOf(retry, 'on');
  const conditions = Array.isArray(words)
    ? [...new Set(words.map((word) => CONDITIONS[String(word)] ?? String(word)))].join(',')
    : null;
  return {
    ...(total !== null && { timeout: total }),
    retries: {
      // Istio counts the tries after the first one; without the field it adds two.
      attempts: isRepeated && typeof tries === 'number' ? tries - 1 : isRepeated ? 2 : 0,
      ...(isRepeated && each !== null && { perTryTimeout: each }),
      ...(isRepeated && conditions !== null && { retryOn: conditions }),
    },
  };
}

/** The time of a time limit in its short or long form. */
function afterOf(limit: unknown): unknown {
  return fieldOf(limit, 'after') ?? fieldOf(limit, 'time') ?? limit;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function virtualService(host: string, rule: Plain): Plain {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: host },
    spec: { hosts: [host], http: [{ route: [{ destination: { host } }], ...rule }] },
  };
}

function destinationRule(host: string, trafficPolicy: Plain): Plain {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: host },
    spec: { host, trafficPolicy },
  };
}
