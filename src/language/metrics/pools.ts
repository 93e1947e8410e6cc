import { gauge, timed, counted, metric } from './entry.js';
import { POOLED } from './subjects.js';

export const POOL_METRICS = [
  timed(
    'pool.wait',
    POOLED,
    'low',
    'Time an attempt waits for a connection, including waits of 0 and dialling.',
  ),
  gauge(
    'pool.waiting',
    POOLED,
    'low',
    'Callers waiting for a connection, summed over client pools.',
  ),
  metric(
    'pool.utilization',
    POOLED,
    'share',
    'gauge',
    'low',
    'Connections in use over the maximum of the client pools; with several nodes, at the node whose pools are fullest.',
  ),
  counted('pool.timeouts', POOLED, 'low', 'Attempts that found no connection in time.'),
  counted(
    'pool.overflow',
    ['edge'],
    'low',
    'Attempts refused because maxPending attempts already waited for a connection.',
  ),
  counted(
    'pool.leaks',
    POOLED,
    'low',
    'Connections in use for longer than leakDetectionThreshold, of which HikariCP warns.',
  ),
  counted(
    'connections.opened',
    POOLED,
    'low',
    'Connections that client pools started to open; the mean over runs.',
  ),
  counted(
    'connections.closed',
    ['edge'],
    'none',
    "Connections closed by the callee's own limits, except those announced in a response.",
  ),
  counted(
    'connections.raced',
    ['edge'],
    'low',
    'Attempts in transit when the callee closed their connection.',
  ),
  gauge(
    'connections',
    POOLED,
    'none',
    'Connections open, summed over client pools; also those that a client has closed while the server executes ' +
      'their statement.',
  ),
  gauge(
    'connections.abandoned',
    POOLED,
    'low',
    'Sessions of a database whose client has gone while it executes their statement: they serve no live request.',
  ),
] as const;
