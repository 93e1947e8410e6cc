import type { Database, Operation } from '../../spec/scenario/database.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { all, braced, fieldsText, setFieldsText } from './fields.js';
import { HOST } from './process-text.js';
import { callText, lines, sorted } from './values.js';

/** Settings of databases besides their pools, and of the operations that lock rows or ask several shards. */
export function databaseLines({ databases }: Scenario): readonly string[] {
  return sorted(databases).flatMap(([name, own]) => {
    const text = databaseText(own);
    return [
      ...(text === own.kind ? [] : [`${name}: ${text}`]),
      ...lines(own.operations, operationText).map((line) => `${name}.${line}`),
    ];
  });
}

function databaseText(database: Database): string {
  const { replication, search, maxConnections } = database;
  const fails = replication !== null || (search?.copies ?? 1) > 1;
  const locks = [...database.operations.values()].some(({ lock }) => lock);
  return setFieldsText(
    { ...database, ...search },
    {
      ...HOST,
      ...all('hidden', 'operations', 'connect', 'pool', 'pools', 'search'),
      ...all('always', 'threadPools', 'refresh', 'lockTimeoutNs'),
      ...(maxConnections === Infinity ? {} : all('always', 'reserved')),
      route: (route) => (replication === null ? null : callText(route)),
      ...(locks
        ? all('always', 'deadlockTimeoutNs')
        : all('hidden', 'lockTimeoutNs', 'deadlockTimeoutNs')),
      failover: () => (fails ? failoverText(database) : null),
      capacity: (own) => own && braced(fieldsText(own, all('rate', 'read', 'write'))),
      copies: (count) => `${count} of each shard (a write waits for all of them, reads take turns)`,
    },
  );
}

/** The master of a search engine needs a majority, so there is never a second one, and no fencing to show. */
function failoverText({ failover, search }: Database): string {
  if (failover === null) return 'none';
  const words = search === null ? {} : all('hidden', 'fencing', 'quorum');
  return `{ ${fieldsText(failover, words)} }`;
}

/** Only operations that lock a row, or ask more than one shard. */
function operationText(own: Operation): string {
  const { lock, scan, fanout } = own;
  if (!lock && !scan && fanout === 1) return '';
  return setFieldsText(own, { units: 'hidden', ...(fanout === 1 ? all('hidden', 'fanout') : {}) });
}
