import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { duration } from '../../contracts/quantities/quantities.js';
import { replicaLag as behind } from '../knobs/roles.js';

const schema = z.strictObject({
  lag: duration({ allowZero: false }).describe(
    'Extra replication lag of transactions committed during the fault. A ramp starts at 0. Of ' +
      'several faults the longest lag applies. Unit: duration. Required.',
  ),
});

/** `replicaLag`: replication falls behind, as during a long transaction or on a slow disk. */
export const replicaLag: FaultKind<typeof schema> = {
  kind: 'replicaLag',
  summary:
    'Adds replication lag: replicas apply commits later, so reads there are staler and a ' +
    'failover loses more.',
  sources: ['PostgreSQL recovery_min_apply_delay', 'MySQL SOURCE_DELAY'],
  targets: ['instance'],
  schema,
  example: '- { id: behind, kind: replicaLag, target: orders-db, lag: 5s, at: 10s, for: 20s }\n',
  takesShare: false,
  ofEveryNode: true,
  edits: (config, strength) => (strength === 0 ? [] : [edit(behind, config.lag * strength)]),
};
