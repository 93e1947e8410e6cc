import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { switchover } from '../knobs/roles.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/** `failover`: a planned failover, as before maintenance. */
export const failover: FaultKind<typeof NO_FIELDS> = {
  kind: 'failover',
  summary:
    'A planned switchover at the start of the fault: the primary stops taking writes, the ' +
    'most up-to-date replica catches up and is promoted, and nothing is lost. An unplanned one is ' +
    'a `crash` of the database.',
  sources: ['zalando/patroni: docs/rest_api.rst (switchover)', 'MongoDB rs.stepDown()'],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: maintenance, kind: failover, target: orders-db, at: 10s }\n',
  takesShare: false,
  changesRoles: true,
  instant: true,
  edits: () => [edit(switchover, 1)],
};
