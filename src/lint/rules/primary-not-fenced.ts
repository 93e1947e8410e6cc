import type { Database } from '../../spec/database.js';
import type { Finding, Rule } from '../rule.js';
import { timeText, yamlAt } from '../words.js';

/** A database that may have two primaries, both of which confirm what they are told. */
export const primaryNotFenced: Rule = {
  name: 'primary-not-fenced',
  severity: 'warning',
  reason:
    'A primary that cannot see its replicas is replaced and goes on confirming writes, which are lost when ' +
    'it sees them again.',
  remedy:
    'Fence it (a lease, STONITH, min-replicas-to-write), or let commits wait for a replica: mode semiSync.',
  check: ({ scenario }) => [...scenario.databases.values()].flatMap(rivals),
};

function rivals({ name, replication, failover }: Database): readonly Finding[] {
  if (replication?.mode !== 'async' || failover?.fencing !== false) return [];
  const times = `detect: ${timeText(failover.detectNs)}, promote: ${timeText(failover.promoteNs)}`;
  return [
    {
      path: ['databases', name, 'failover', 'fencing'],
      entities: [name],
      message: `${name} has two primaries when its nodes do not see each other`,
      measured: 'fencing: false, mode: async',
      limit: 'one of them otherwise',
      fix: yamlAt(['databases', name], `failover: { ${times}, fencing: true }`),
    },
  ];
}
