import { metric } from './entry.js';

/** Metrics of databases, and of locks wherever they are. */
export const DATABASE_METRICS = [
  metric(
    'lockWait',
    ['database', 'operation', 'service', 'endpoint', 'gateway', 'route'],
    'seconds',
    'required',
    'low',
    'Time from asking for a lock to getting it or giving up: of a row of a database, of a `lock` step of ' +
      'a service; who gets it at once has waited 0.',
  ),
  metric(
    'deadlocks',
    ['database'],
    'number',
    'none',
    'low',
    'Transactions rolled back because they waited for each other in a circle; the mean over runs.',
  ),
  metric(
    'lockTimeouts',
    ['database'],
    'number',
    'none',
    'low',
    'Statements that have waited for a row for `lockTimeout`; the mean over runs.',
  ),
  metric(
    'replicaLag',
    ['database'],
    'seconds',
    'gauge',
    'low',
    'Time since the commit of the oldest write that a replica has not applied, of the replica that is ' +
      'furthest behind; 0 where none misses anything.',
  ),
  metric(
    'lostCommits',
    ['database'],
    'number',
    'none',
    'low',
    'Writes that were confirmed and that the replica which became the primary did not have; the mean over runs.',
  ),
  metric(
    'throttles',
    ['database'],
    'number',
    'none',
    'low',
    'Requests for which table or partition had no units of capacity left (kind dynamodb); the mean over runs.',
  ),
  metric(
    'partitionThrottles',
    ['database'],
    'number',
    'none',
    'low',
    'Those of them whose partition gives no more, however many units the table has; the mean over runs.',
  ),
  metric(
    'divergedWrites',
    ['database'],
    'number',
    'none',
    'low',
    'Writes that an old primary took while another one was there (`splitBrain` without fencing); the mean over runs.',
  ),
  metric(
    'failovers',
    ['database'],
    'number',
    'none',
    'low',
    'Replicas that became the primary; the mean over runs.',
  ),
  metric(
    'threadPool.queue',
    ['database', 'operation'],
    'number',
    'gauge',
    'low',
    'Operations that wait for a thread of their pool, over all nodes; those that replicas do for their primary among them.',
  ),
  metric(
    'threadPool.wait',
    ['database', 'operation'],
    'seconds',
    'required',
    'low',
    'Time in the queue of a thread pool; who gets a thread at once has waited 0. Who is rejected does not count: ' +
      'that is the outcome throttled.',
  ),
  metric(
    'refreshLag',
    ['database'],
    'seconds',
    'required',
    'low',
    'Time from a write at a copy of a shard to the refresh that shows it to searches there.',
  ),
] as const;
