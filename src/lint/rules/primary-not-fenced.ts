import type { Database } from '../../contracts/scenario/database.js';
import type { Finding, Rule } from '../rule.js';
import { fieldTime, timeText, yamlAt } from '../words.js';

/** A database that can have two primaries, both of which confirm writes. */
export const primaryNotFenced: Rule = {
  name: 'primary-not-fenced',
  severity: 'warning',
  reason:
    'A primary that cannot see its replicas is replaced, but goes on confirming writes. They are lost when it sees the replicas again.',
  remedy:
    'Fence it (a lease, STONITH, min-replicas-to-write), or let commits wait for a replica as long as it takes: mode semiSync without a semiSyncTimeout.',
  check: ({ scenario }) =>
    [...scenario.databases.values()].flatMap((database) => rivals(database) ?? []),
};

function rivals({ name, replication, failover }: Database): Finding | null {
  if (replication === null || failover?.fencing !== false) return null;
  const { mode, semiSyncTimeoutNs } = replication;
  // After semiSyncTimeout the primary confirms without a replica, as in async mode.
  const isAlone = mode === 'semiSync' && semiSyncTimeoutNs !== undefined;
  if (mode !== 'async' && !isAlone) return null;
  const times = `detect: ${fieldTime(failover.detectNs)}, promote: ${fieldTime(failover.promoteNs)}`;
  return {
    path: ['databases', name, 'failover', 'fencing'],
    entities: [name],
    message:
      `${name} has two primaries when its nodes do not see each other` +
      (isAlone ? `, and after ${timeText(semiSyncTimeoutNs)} the old one confirms alone` : ''),
    measured: `fencing: false, mode: ${mode}${isAlone ? `, semiSyncTimeout: ${fieldTime(semiSyncTimeoutNs)}` : ''}`,
    limit: 'one of them otherwise',
    fix: yamlAt(['databases', name], `failover: { ${times}, fencing: true }`),
  };
}
