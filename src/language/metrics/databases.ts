import { counted, gauge, timed, metric } from './entry.js';

/** Metrics of databases and of all locks. */
export const DATABASE_METRICS = [
  timed(
    'lockWait',
    ['database', 'operation', 'service', 'endpoint', 'gateway', 'route'],
    'low',
    'Wait for a lock until it is granted or abandoned: for a row or a table of a database, or a `lock` step of a ' +
      'service. A lock granted at once counts as 0.',
  ),
  timed(
    'lockHeld',
    ['database', 'operation', 'service', 'endpoint', 'gateway', 'route'],
    'low',
    'Time from the grant of a lock to its release: of a row of a database, which ends with its transaction, or of a ' +
      '`lock` step. One value of a key serves at most one request in this time.',
  ),
  counted(
    'deadlocks',
    ['database'],
    'low',
    'Transactions rolled back because of a deadlock; the mean over runs.',
  ),
  counted(
    'lockTimeouts',
    ['database'],
    'low',
    'Statements whose wait for a lock reached `lockTimeout`; the mean over runs.',
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
  counted(
    'lostCommits',
    ['database'],
    'low',
    'Confirmed writes that were missing on the replica that was promoted; the mean over runs.',
  ),
  counted(
    'throttles',
    ['database'],
    'low',
    'Requests throttled because the table or partition had no capacity units left (kind dynamodb); the ' +
      'mean over runs.',
  ),
  counted(
    'partitionThrottles',
    ['database'],
    'low',
    'Throttled requests whose partition was at its own limit, however many units the table has; the mean ' +
      'over runs.',
  ),
  counted(
    'indexThrottles',
    ['database'],
    'low',
    'Throttled writes for which a secondary index had no capacity units left; the mean over runs.',
  ),
  counted(
    'divergedWrites',
    ['database'],
    'low',
    'Writes accepted by an old primary while there was a new one (`splitBrain` without fencing); the mean ' +
      'over runs.',
  ),
  counted('failovers', ['database'], 'low', 'Replicas promoted to primary; the mean over runs.'),
  gauge(
    'threadPool.queue',
    ['database', 'operation'],
    'low',
    'Operations waiting for a thread of their pool, over all nodes, including replicated writes.',
  ),
  timed(
    'threadPool.wait',
    ['database', 'operation'],
    'low',
    'Time in the queue of a thread pool; an operation that gets a thread at once counts as 0. Rejected ' +
      'operations do not count; their outcome is throttled.',
  ),
  timed(
    'refreshLag',
    ['database'],
    'low',
    'Time from a write at a copy of a shard to the refresh that makes it visible to searches there.',
  ),
] as const;
