import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { switchover } from '../knobs/roles.js';

const schema = z.strictObject({});

/** `failover`: a planned failover, as before maintenance. */
export const failover: FaultKind<typeof schema> = {
  kind: 'failover',
  summary:
    'A planned switchover at the start of the fault: the primary stops taking writes, the ' +
    'most up-to-date replica catches up and is promoted, and nothing is lost.',
  sources: ['zalando/patroni: docs/rest_api.rst (switchover)', 'MongoDB rs.stepDown()'],
  targets: ['instance'],
  schema,
  example: '- { id: maintenance, kind: failover, target: orders-db, at: 10s }\n',
  takesShare: false,
  changesRoles: true,
  instant: true,
  edits: () => [edit(switchover, 1)],
};
