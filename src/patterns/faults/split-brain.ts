import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { split } from '../knobs/roles.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/** `splitBrain`: the nodes of a database cannot reach each other, but clients can reach all of them. */
export const splitBrain: FaultKind<typeof NO_FIELDS> = {
  kind: 'splitBrain',
  summary:
    'A network partition between the primary of a database and its replicas: nothing is ' +
    'replicated, and after `failover` a replica takes over. With fencing the old primary ' +
    'rejects writes from `detect` on. Without it half of the callers keep writing to the old ' +
    'primary, and those writes are lost when the fault ends.',
  sources: ['jepsen-io/jepsen: analyses of split brain', 'ClusterLabs/pacemaker: fencing'],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: apart, kind: splitBrain, target: orders-db, at: 10s, for: 60s }\n',
  takesShare: false,
  takesNoRamp: true,
  changesRoles: true,
  edits: () => [edit(split, 1)],
};
