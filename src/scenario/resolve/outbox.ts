import type { Outbox } from '../../contracts/scenario/messaging.js';
import type { OutboxOutput } from '../schema/outbox.js';
import type { Context, Path } from './context.js';
import { refuseFields } from './context.js';
import { resolveQuery, split } from './targets.js';

const OF_POLLING = ['pollInterval', 'batchSize', 'relayQuery', 'work'] as const;

/** Resolves the outbox of a service; null if there is none or its database is invalid. */
export function resolveOutbox(
  context: Context,
  output: OutboxOutput | undefined,
  path: Path,
): Outbox | null {
  if (output === undefined) return null;
  const { mode, pollInterval, batchSize, relayQuery, work, cdcLatency } = output;
  const foreign = mode === 'cdc' ? OF_POLLING : ['cdcLatency'];
  const why = (field: string): string => `${field} does not apply to mode: ${mode}: remove it`;
  refuseFields(context, path, foreign, why);
  const insert = operationOf(context, output.database, [...path, 'database']);
  const query =
    relayQuery === undefined ? null : operationOf(context, relayQuery, [...path, 'relayQuery']);
  if (insert === null) return null;
  return { insert, mode, pollNs: pollInterval, batchSize, query, work: work ?? null, cdcLatency };
}

function operationOf(context: Context, reference: string, path: Path): Outbox['insert'] | null {
  const [database, operation] = split(reference);
  return resolveQuery(context, database, operation ?? undefined, path, true);
}
