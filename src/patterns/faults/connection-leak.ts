import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { connectionLeak as kept } from '../knobs/connection-leak.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `connectionLeak`: a code path that does not return its connections. They stay counted against the pool and the server
 * until the process that holds them restarts.
 */
export const connectionLeak: FaultKind<typeof NO_FIELDS> = {
  kind: 'connectionLeak',
  summary:
    "A share of the target's database calls and transactions never return their connection to " +
    'the pool; only a restart of the process frees it.',
  sources: ['HikariCP README, leakDetectionThreshold', 'Go database/sql: rows that are not closed'],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: leak, kind: connectionLeak, target: orders, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => (strength === 0 ? [] : [edit(kept, share * strength)]),
};
