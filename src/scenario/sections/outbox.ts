import type { Outbox, WrittenOutbox } from '../../contracts/scenario/outbox.js';
import type { Cursor } from '../resolve/context.js';
import { sorted } from '../resolve/names.js';
import { resolveQuery, split } from '../resolve/targets.js';

const OF_POLLING = ['pollInterval', 'batchSize', 'relayQuery', 'work'] as const;
const OF_LOG = ['logPerRow', 'logRoom', 'maxSlotWalKeepSize'] as const;
const OF_CDC = ['cdcLatency', 'connector', 'offsetFlush', ...OF_LOG] as const;

/** Resolves the outbox of a service; null if there is none or its database is invalid. */
export function resolveOutbox(here: Cursor, output: WrittenOutbox | null): Outbox | null {
  if (output === null) return null;
  const { mode, pollNs, batchSize, relayQuery, work, cdcLatency, connector } = output;
  const foreign = mode === 'cdc' ? OF_POLLING : OF_CDC;
  const why = (field: string): string => `${field} does not apply to mode: ${mode}: remove it`;
  here.refuse(foreign, why);
  const insert = operationOf(here.in('database'), output.database);
  const query = relayQuery === null ? null : operationOf(here.in('relayQuery'), relayQuery);
  if (insert === null) return null;
  return {
    ...{ insert, mode, pollNs, batchSize, query, work, cdcLatency },
    connector: connectorOf(here, connector),
    offsetFlushNs: output.offsetFlushNs,
    log: logOf(here, output, insert.database),
  };
}

function connectorOf(here: Cursor, name: string | null): string | null {
  if (name === null) {
    const at = here.in('offsetFlush');
    if (at.written() !== undefined) {
      at.conflict('without a connector nothing forgets an offset: write connector: SERVICE');
    }
    return null;
  }
  const at = here.in('connector');
  const known = sorted(here.output.services).map(([service]) => service);
  return at.isOneOf(name, known, `there is no service ${name}`) ? name : null;
}

/** The log that the database keeps for a connector. */
function logOf(here: Cursor, output: WrittenOutbox, database: string): Outbox['log'] {
  const { connector, logRoom, maxSlotWalKeepSize: keep } = output;
  const logPerRow = output.logPerRow ?? 0;
  const problem = here.conflicts();
  if (logPerRow > 0 && connector === null) {
    problem('logPerRow', 'without a connector nothing keeps the log: write connector: SERVICE');
  }
  for (const [field, value] of [
    ['logRoom', logRoom],
    ['maxSlotWalKeepSize', keep],
  ] as const) {
    if (value === null) continue;
    if (logPerRow === 0)
      problem(field, 'has no effect without logPerRow: write it, or remove this');
    else if (value < logPerRow) {
      problem(field, 'is less than the log of one row (logPerRow): write more');
    }
  }
  if (keep !== null && logRoom !== null && keep >= logRoom) {
    const message = 'the disk is full before the slot is given up: write less than logRoom';
    problem('maxSlotWalKeepSize', message);
  }
  const own = here.output.databases?.[database];
  if (logRoom !== null && own?.kind !== 'postgres') {
    const message = `${database} is no PostgreSQL, which stops with a full log: remove logRoom, or write kind: postgres`;
    problem('logRoom', message);
  } else if (logRoom !== null && (own?.replicas ?? own?.shards ?? null) !== null) {
    const message = `${database} has several nodes, and the slot is on one of them: remove logRoom`;
    problem('logRoom', message);
  }
  if (logPerRow === 0) return null;
  return {
    roomRows: Math.floor((logRoom ?? Infinity) / logPerRow),
    keepRows: Math.floor((keep ?? Infinity) / logPerRow),
  };
}

function operationOf(here: Cursor, reference: string): Outbox['insert'] | null {
  const [database, operation] = split(reference);
  return resolveQuery(here, database, operation ?? undefined, true);
}
