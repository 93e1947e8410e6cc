import type { Database, Operation } from '../../contracts/scenario/database.js';
import { all, braced, fieldsText, setFieldsText } from './fields.js';
import type { CapacityIndex } from '../../contracts/scenario/capacity.js';
import { HOST } from './process-text.js';
import { callText, lines } from './values.js';

/** Settings of a database besides its pools, and its operations that lock rows or ask several shards. */
export function databaseLines(own: Database): readonly string[] {
  const text = databaseText(own);
  return [
    ...(text === own.kind ? [] : [`: ${text}`]),
    ...lines(own.operations, operationText).map((line) => `.${line}`),
  ];
}

function databaseText(database: Database): string {
  const { replication, search, maxConnections } = database;
  const fails = replication !== null || (search?.copies ?? 1) > 1;
  const locks = [...database.operations.values()].some(({ lock, table }) => lock || table !== null);
  return setFieldsText(
    { ...database, ...search },
    {
      ...HOST,
      ...all('hidden', 'operations connect pool pools search deadlockVictim'),
      ...all('always', 'threadPools refresh'),
      ...(maxConnections === Infinity ? {} : all('always', 'reserved')),
      onAbandon: (how) => (how === 'close' ? null : how),
      ...all(locks ? 'always' : 'hidden', 'lockTimeoutNs deadlockTimeoutNs'),
      route: (route) => (replication === null ? null : callText(route)),
      failover: () => (fails ? failoverText(database) : null),
      capacity: (own) => own && braced(capacityText(own)),
      copies: (count) => `${count} of each shard (a write waits for all of them, reads take turns)`,
    },
  );
}

function capacityText(own: NonNullable<Database['capacity']>): string {
  return fieldsText(own, {
    ...all('rate', 'read write'),
    indexes: (list) => (list.length === 0 ? null : list.map(indexText).join(', ')),
  });
}

function indexText({ name, ...index }: CapacityIndex): string {
  return `${name} ${braced(setFieldsText(index, { write: 'rate' }))}`;
}

/** The master of a search engine needs a majority, so there is never a second one, and no fencing to show. */
function failoverText({ failover, search }: Database): string | null {
  if (failover === null) return 'none';
  return braced(fieldsText(failover, search === null ? {} : all('hidden', 'fencing quorum')));
}

function operationText(own: Operation): string {
  const { lock, table, scan, fanout } = own;
  if (!lock && table === null && !scan && fanout === 1) return '';
  return setFieldsText(own, {
    ...all('hidden', fanout === 1 ? 'units fanout' : 'units'),
    ...(lock ? {} : all('hidden', 'lockTimeoutNs')),
    table: (own) =>
      own && `${own.name} ${braced(fieldsText({ mode: own.mode, timeoutNs: own.timeoutNs }))}`,
  });
}
