import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { rowHeld } from '../knobs/row-held.js';

const schema = z.strictObject({
  value: field.whole(
    0,
    "Row to lock: the number of a value of the operation's key. 0 is the value that `zipf` and `hot` draw most " +
      'often.',
    { unit: 'number', min: 0, max: Number.MAX_SAFE_INTEGER },
  ),
  hold: field.duration(
    absent('the end of the fault'),
    'How long it holds the row before it releases it and queues for it again.',
  ),
});

/**
 * `lockRow`: a foreign transaction holds a row, like a report, a migration or a console that was left open. It queues
 * for the row like any other transaction, but belongs to no request.
 */
export const lockRow: FaultKind<typeof schema> = {
  kind: 'lockRow',
  summary:
    'A foreign transaction queues for a row that an operation locks, and then holds it. Other ' +
    'transactions that need the row wait, each with its connection, until their lock timeout ' +
    'or the end of the fault.',
  sources: [
    'PostgreSQL documentation: explicit locking, lock_timeout, idle_in_transaction_session_timeout',
    'MySQL reference manual: innodb_lock_wait_timeout',
  ],
  targets: ['row'],
  schema,
  example: '- { id: migration, kind: lockRow, target: store.debit, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: ({ value, hold }) => [{ knob: rowHeld, value, more: { holdNs: hold ?? null } }],
};
