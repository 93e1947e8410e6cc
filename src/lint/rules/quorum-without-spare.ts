import type { Database } from '../../contracts/scenario/database.js';
import type { MessageQueue } from '../../contracts/scenario/queues.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Fewest members that keep a majority when one is lost. */
const ENOUGH = 3;

/** A quorum queue or a replica set that cannot lose a member. */
export const quorumWithoutSpare: Rule = {
  name: 'quorum-without-spare',
  severity: 'warning',
  reason:
    'One member is its own majority, and two members need each other. The loss of one node stops all writes, although every write pays for a majority.',
  remedy: 'Use three members on three nodes, so that one may fail.',
  check: ({ scenario }) => [
    ...[...scenario.queues.values()].flatMap((queue) => ofQueue(queue, scenario) ?? []),
    ...[...scenario.databases.values()].flatMap((database) => ofDatabase(database) ?? []),
  ],
};

/** Checks a database that elects its primary by majority. */
function ofDatabase({ name, replication, failover }: Database): Finding | null {
  if (replication === null || failover?.quorum !== true) return null;
  const members = 1 + replication.count;
  if (members >= ENOUGH) return null;
  return {
    path: ['databases', name, 'replicas'],
    entities: [name],
    message: `${name} takes no writes when one of its nodes is gone`,
    measured: `${members} members`,
    limit: `${ENOUGH} members`,
    fix: yamlAt(['databases', name], `replicas: ${ENOUGH - 1}`),
  };
}

function ofQueue({ name, home }: MessageQueue, scenario: Scenario): Finding | null {
  if (home?.quorum !== true || home.field === null) return null;
  const cluster = scenario.brokers.get(home.host);
  if (cluster === undefined) return null;
  const members = Math.min(home.members, cluster.replicas);
  if (members >= ENOUGH) return null;
  const fix = [
    cluster.replicas < ENOUGH ? yamlAt(['brokers', cluster.name], `nodes: ${ENOUGH}`) : '',
    home.members < ENOUGH ? yamlAt(['queues', name], `${home.field}: ${ENOUGH}`) : '',
  ];
  return {
    path: ['queues', name, home.field],
    entities: [name, cluster.name],
    message: `${name} stops when one node of ${cluster.name} is gone`,
    measured: members === 1 ? '1 member' : `${members} members`,
    limit: `${ENOUGH} members`,
    fix: fix.filter((text) => text !== '').join('\n'),
  };
}
