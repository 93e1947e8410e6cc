import { metric } from './entry.js';

/** Metrics of databases and of all locks. */
export const DATABASE_METRICS = [
  metric(
    'lockWait',
    ['database', 'operation', 'service', 'endpoint', 'gateway', 'route'],
    'seconds',
    'required',
    'low',
    'Wait for a lock until it is granted or abandoned: for a row of a database, or a `lock` step of a ' +
      'service. A lock granted at once counts as 0.',
  ),
  metric(
    'deadlocks',
    ['database'],
    'number',
    'none',
    'low',
    'Transactions rolled back because of a deadlock; the mean over runs.',
  ),
  metric(
    'lockTimeouts',
    ['database'],
    'number',
    'none',
    'low',
    'Statements whose wait for a row reached `lockTimeout`; the mean over runs.',
  ),
  metric(
    'replicaLag',
    ['database'],
    'seconds',
    'gauge',
    'low',
    'Age of the oldest committed write that the replica with the largest lag has not applied; 0 if all ' +
      'are up to date.',
  ),
  metric(
    'lostCommits',
    ['database'],
    'number',
    'none',
    'low',
    'Confirmed writes that were missing on the replica that was promoted; the mean over runs.',
  ),
  metric(
    'throttles',
    ['database'],
    'number',
    'none',
    'low',
    'Requests throttled because the table or partition had no capacity units left (kind dynamodb); the ' +
      'mean over runs.',
  ),
  metric(
    'partitionThrottles',
    ['database'],
    'number',
    'none',
    'low',
    'Throttled requests whose partition was at its own limit, however many units the table has; the mean ' +
      'over runs.',
  ),
  metric(
    'divergedWrites',
    ['database'],
    'number',
    'none',
    'low',
    'Writes accepted by an old primary while there was a new one (`splitBrain` without fencing); the mean ' +
      'over runs.',
  ),
  metric(
    'failovers',
    ['database'],
    'number',
    'none',
    'low',
    'Replicas promoted to primary; the mean over runs.',
  ),
  metric(
    'threadPool.queue',
    ['database', 'operation'],
    'number',
    'gauge',
    'low',
    'Operations waiting for a thread of their pool, over all nodes, including replicated writes.',
  ),
  metric(
    'threadPool.wait',
    ['database', 'operation'],
    'seconds',
    'required',
    'low',
    'Time in the queue of a thread pool; an operation that gets a thread at once counts as 0. Rejected ' +
      'operations do not count; their outcome is throttled.',
  ),
  metric(
    'refreshLag',
    ['database'],
    'seconds',
    'required',
    'low',
    'Time from a write at a copy of a shard to the refresh that makes it visible to searches there.',
  ),
] as const;
