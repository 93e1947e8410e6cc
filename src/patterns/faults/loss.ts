import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { lostMessages } from '../knobs/loss.js';
import { problemsOf } from '../mechanisms/problems.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `loss`: a share of the packets is lost. Over TCP a loss does not fail a request but delays it: the message arrives
 * after the retransmission timeout, which doubles for each consecutive loss. Messages in transit are not affected.
 */
export const loss: FaultKind<typeof NO_FIELDS> = {
  kind: 'loss',
  summary:
    'Drops a share of the messages, each once or more often; a dropped message arrives late ' +
    'by the retransmission timeouts. Messages already sent are not affected.',
  sources: ['RFC 6298', 'tc-netem(8)'],
  targets: ['link', 'zone'],
  schema: NO_FIELDS,
  example:
    '- { id: lossy-link, kind: loss, target: orders->payments, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => [edit(lostMessages, share * strength)],
  check: (_config, share) =>
    problemsOf({
      share:
        share >= 1 &&
        'with 100% loss no retransmission arrives: write a share below 100%, or a partition',
    }),
};
