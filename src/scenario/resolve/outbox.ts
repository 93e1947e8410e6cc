import type { Outbox } from '../../contracts/scenario/messaging.js';
import type { OutboxOutput } from '../schema/outbox.js';
import type { Cursor } from './context.js';
import { sorted } from './names.js';
import { resolveQuery, split } from './targets.js';

const OF_POLLING = ['pollInterval', 'batchSize', 'relayQuery', 'work'] as const;
const OF_CDC = ['cdcLatency', 'connector', 'offsetFlush'] as const;

/** Resolves the outbox of a service; null if there is none or its database is invalid. */
export function resolveOutbox(here: Cursor, output: OutboxOutput | undefined): Outbox | null {
  if (output === undefined) return null;
  const { mode, pollInterval, batchSize, relayQuery, work, cdcLatency, connector } = output;
  const foreign = mode === 'cdc' ? OF_POLLING : OF_CDC;
  const why = (field: string): string => `${field} does not apply to mode: ${mode}: remove it`;
  here.refuse(foreign, why);
  const insert = operationOf(here.in('database'), output.database);
  const query = relayQuery === undefined ? null : operationOf(here.in('relayQuery'), relayQuery);
  if (insert === null) return null;
  return {
    ...{ insert, mode, pollNs: pollInterval, batchSize, query, work: work ?? null, cdcLatency },
    connector: connectorOf(here, connector),
    offsetFlushNs: output.offsetFlush,
  };
}

function connectorOf(here: Cursor, name: string | undefined): string | null {
  if (name === undefined) {
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

function operationOf(here: Cursor, reference: string): Outbox['insert'] | null {
  const [database, operation] = split(reference);
  return resolveQuery(here, database, operation ?? undefined, true);
}
