import { pathText, scalar, type Node, type PathKey } from '../located.js';
import { boundsOf } from './bounds.js';
import { multiples, type Move } from './moves.js';
import { quantityOf } from './range.js';

/**
 * Settings of a component, by the effort of changing them; those of `pool` hold for each of `pools`, those of lists such as
 * `consumers` for each entry. All other numbers are facts, such as the time of a start or of a collection.
 */
export const CHOSEN: Readonly<Record<string, Move['effort']>> = {
  concurrency: 1,
  'consumers[].concurrency': 1,
  'subscribers[].concurrency': 1,
  'subscribers[].sessionTimeout': 1,
  'queue.capacity': 1,
  'queue.maxWait': 1,
  'pool.maxOpen': 1,
  'pool.maximumPoolSize': 1,
  'pool.defaultPoolSize': 1,
  'pool.maxClientConn': 1,
  'pool.acquireTimeout': 1,
  'pool.connectionTimeout': 1,
  maxConnections: 1,
  'failover.detect': 1,
  'outbox.batchSize': 1,
  'outbox.pollInterval': 1,
  capacity: 1,
  prefetch: 1,
  visibilityTimeout: 1,
  ackWait: 1,
  maxReceiveCount: 1,
  maxDeliver: 1,
  maxRetryCount: 1,
  deliveryLimit: 1,
  'outlierDetection.consecutive5xx': 1,
  'outlierDetection.consecutive5xxErrors': 1,
  'outlierDetection.interval': 1,
  'outlierDetection.baseEjectionTime': 1,
  'autoscaling.scaleUp.stabilization': 1,
  'autoscaling.scaleDown.stabilization': 1,
  'healthChecks.interval': 1,
  'healthChecks.timeout': 1,
  'healthChecks.unhealthyThreshold': 1,
  'probes.liveness.period': 1,
  'probes.liveness.timeout': 1,
  'probes.liveness.failureThreshold': 1,
  'probes.readiness.period': 1,
  'probes.readiness.timeout': 1,
  'probes.readiness.failureThreshold': 1,
  // A lower target is more instances.
  'autoscaling.target': 2,
  'autoscaling.min': 2,
  'autoscaling.max': 2,
  replicas: 2,
  cpu: 2,
  'cpu.cores': 2,
  'memory.limit': 2,
  // Of a function: cores come with its memory.
  memory: 2,
  timeout: 1,
  reserved: 2,
  maxConcurrency: 2,
  partitions: 2,
  shards: 2,
};

/** Settings of which less helps no figure of a run: a shorter time to live only makes values newer. */
export const LONGER: Readonly<Record<string, Move['effort']>> = { 'levels[].ttl': 1 };

/** The other value of a setting of which half and twice say nothing. */
export const OTHERWISE: Readonly<Record<string, string | boolean>> = {
  'subscribers[].rebalance.protocol': 'cooperative',
  'subscribers[].rebalance.staticMembership': true,
  // A share of a few instances is none, so that larger ones are not tried step by step.
  'outlierDetection.maxEjectionPercent': '100%',
  route: 'replica',
  serveStale: true,
  onCompensationFailure: 'retry',
};

/** The changes of a field of a component; empty for facts. */
export function movesOf(field: string, value: Node, path: readonly PathKey[]): readonly Move[] {
  const other = Object.hasOwn(OTHERWISE, field) ? OTHERWISE[field] : undefined;
  if (other !== undefined) {
    const isSo = value.type === 'scalar' && value.value === other;
    const move = { path: pathText(path), value: scalar(other, value.at), before: value };
    return isSo ? [] : [{ ...move, effort: 1 }];
  }
  const longer = Object.hasOwn(LONGER, field) ? LONGER[field] : undefined;
  if (longer !== undefined) return multiples(path, value, longer).slice(0, 1);
  const effort = Object.hasOwn(CHOSEN, field) ? CHOSEN[field] : undefined;
  if (effort === undefined) return [];
  const present = quantityOf(value);
  return multiples(
    path,
    value,
    effort,
    present === null ? undefined : boundsOf(field, present.number),
  );
}
