import type { Database } from '../../spec/database.js';
import type { Finding, Rule } from '../rule.js';
import { timeText, yamlAt } from '../words.js';

/** A database that can have two primaries, both of which confirm writes. */
export const primaryNotFenced: Rule = {
  name: 'primary-not-fenced',
  severity: 'warning',
  reason:
    'A primary that cannot see its replicas is replaced, but goes on confirming writes. They are lost when it sees the replicas again.',
  remedy:
    'Fence it (a lease, STONITH, min-replicas-to-write), or let commits wait for a replica as long as it takes: mode semiSync without a semiSyncTimeout.',
  check: ({ scenario }) => [...scenario.databases.values()].flatMap(rivals),
};

function rivals({ name, replication, failover }: Database): readonly Finding[] {
  if (replication === null || failover?.fencing !== false) return [];
  const { mode, semiSyncTimeoutNs } = replication;
  // After semiSyncTimeout the primary confirms without a replica, as in async mode.
  const isAlone = mode === 'semiSync' && semiSyncTimeoutNs !== undefined;
  if (mode !== 'async' && !isAlone) return [];
  const times = `detect: ${timeText(failover.detectNs)}, promote: ${timeText(failover.promoteNs)}`;
  const after = isAlone ? timeText(semiSyncTimeoutNs) : '';
  return [
    {
      path: ['databases', name, 'failover', 'fencing'],
      entities: [name],
      message:
        `${name} has two primaries when its nodes do not see each other` +
        (isAlone ? `, and after ${after} the old one confirms alone` : ''),
      measured: `fencing: false, mode: ${mode}${isAlone ? `, semiSyncTimeout: ${after}` : ''}`,
      limit: 'one of them otherwise',
      fix: yamlAt(['databases', name], `failover: { ${times}, fencing: true }`),
    },
  ];
}
