import { counted, metric } from './entry.js';
import { POOLED } from './subjects.js';

/** Metrics of connection pools. */
export const POOL_METRICS = [
  metric(
    'pool.wait',
    POOLED,
    'seconds',
    'required',
    'low',
    'Time an attempt waits for a connection, waits of 0 and dialling included.',
  ),
  metric(
    'pool.waiting',
    POOLED,
    'number',
    'gauge',
    'low',
    'Callers waiting for a connection, summed over client pools.',
  ),
  metric(
    'pool.utilization',
    POOLED,
    'share',
    'gauge',
    'low',
    'Connections in use over the connections the client pools may open.',
  ),
  counted('pool.timeouts', POOLED, 'low', 'Attempts that found no connection in time.'),
  counted(
    'pool.overflow',
    ['edge'],
    'low',
    'Attempts refused because maxPending attempts waited for a connection already.',
  ),
  counted(
    'pool.leaks',
    POOLED,
    'low',
    'Connections in use for longer than leakDetectionThreshold, as HikariCP warns of.',
  ),
  counted(
    'connections.opened',
    POOLED,
    'low',
    'Connections that client pools began to open; the mean over runs.',
  ),
  counted(
    'connections.closed',
    ['edge'],
    'none',
    'Connections that the callee closed by limits of its own, an answer with that notice excepted.',
  ),
  counted(
    'connections.raced',
    ['edge'],
    'low',
    'Attempts that were on their way when the callee closed their connection.',
  ),
  metric(
    'connections',
    POOLED,
    'number',
    'gauge',
    'none',
    'Connections open, summed over client pools.',
  ),
] as const;
