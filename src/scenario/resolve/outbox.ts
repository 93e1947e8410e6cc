import type { Outbox } from '../../contracts/scenario/messaging.js';
import type { OutboxOutput } from '../schema/outbox.js';
import { conflict, isOneOf, refuseFields, writtenAt, type Context, type Path } from './context.js';
import { sorted } from './names.js';
import { resolveQuery, split } from './targets.js';

const OF_POLLING = ['pollInterval', 'batchSize', 'relayQuery', 'work'] as const;
const OF_CDC = ['cdcLatency', 'connector', 'offsetFlush'] as const;

/** Resolves the outbox of a service; null if there is none or its database is invalid. */
export function resolveOutbox(
  context: Context,
  output: OutboxOutput | undefined,
  path: Path,
): Outbox | null {
  if (output === undefined) return null;
  const { mode, pollInterval, batchSize, relayQuery, work, cdcLatency, connector } = output;
  const foreign = mode === 'cdc' ? OF_POLLING : OF_CDC;
  const why = (field: string): string => `${field} does not apply to mode: ${mode}: remove it`;
  refuseFields(context, path, foreign, why);
  const insert = operationOf(context, output.database, [...path, 'database']);
  const query =
    relayQuery === undefined ? null : operationOf(context, relayQuery, [...path, 'relayQuery']);
  if (insert === null) return null;
  return {
    ...{ insert, mode, pollNs: pollInterval, batchSize, query, work: work ?? null, cdcLatency },
    connector: connectorOf(context, connector, path),
    offsetFlushNs: output.offsetFlush,
  };
}

function connectorOf(context: Context, name: string | undefined, path: Path): string | null {
  if (name === undefined) {
    const at = [...path, 'offsetFlush'];
    if (writtenAt(context, at) !== undefined) {
      conflict(
        context,
        at,
        'without a connector nothing forgets an offset: write connector: SERVICE',
      );
    }
    return null;
  }
  const at = [...path, 'connector'];
  const known = sorted(context.output.services).map(([service]) => service);
  return isOneOf(context, name, known, at, `there is no service ${name}`) ? name : null;
}

function operationOf(context: Context, reference: string, path: Path): Outbox['insert'] | null {
  const [database, operation] = split(reference);
  return resolveQuery(context, database, operation ?? undefined, path, true);
}
