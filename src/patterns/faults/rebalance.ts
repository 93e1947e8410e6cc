import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { rebalanced } from '../knobs/messages.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/** `rebalance`: the members of a group must rejoin, as after a move of its coordinator. */
export const rebalance: FaultKind<typeof NO_FIELDS> = {
  kind: 'rebalance',
  summary:
    'Triggers one rebalance of a consumer group at its start. With the classic protocol all ' +
    'members stop until each has polled and the pause is over.',
  sources: ['apache/kafka GroupCoordinator, prepareRebalance'],
  targets: ['group'],
  schema: NO_FIELDS,
  example: '- { id: shuffled, kind: rebalance, target: orders.billing, at: 10s }\n',
  takesShare: false,
  instant: true,
  edits: () => [edit(rebalanced, 1)],
};
