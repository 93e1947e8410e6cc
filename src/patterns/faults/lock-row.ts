import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { duration, whole } from '../../spec/quantities.js';
import { rowHeld } from '../knobs/row-held.js';

const schema = z.strictObject({
  value: whole({ min: 0, max: Number.MAX_SAFE_INTEGER })
    .default(0)
    .describe(
      'Which row: the number of a value of the key of the operation, where 0 is the one that `zipf` and ' +
        '`hot` ask for most. Unit: number. Defaults to 0.',
    ),
  hold: duration({ allowZero: false })
    .optional()
    .describe(
      'After so long it lets the row go, and stands in line for it again. Unit: duration. Defaults to ' +
        'the end of the fault.',
    ),
});

/**
 * `lockRow`: a transaction of somebody else holds a row, as a report, a migration or a console that was
 * left open does. It waits for the row as everybody does, in line, and is no request of any caller.
 */
export const lockRow: FaultKind<typeof schema> = {
  kind: 'lockRow',
  summary:
    'A transaction takes a row that an operation locks, once its turn has come, and holds it: whoever ' +
    'wants that row waits with its connection, until a lock timeout or the end of the fault.',
  sources: [
    'PostgreSQL documentation: explicit locking, lock_timeout, idle_in_transaction_session_timeout',
    'MySQL reference manual: innodb_lock_wait_timeout',
  ],
  targets: ['row'],
  schema,
  example: '- { id: migration, kind: lockRow, target: store.debit, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: ({ value, hold }, strength) =>
    strength === 0 ? [] : [{ knob: rowHeld, value, more: { holdNs: hold ?? null } }],
};
