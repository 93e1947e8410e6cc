import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { lostMessages } from '../knobs/loss.js';

const schema = z.strictObject({});

/**
 * `loss`: a share of the packets is lost. Over TCP that is no failed request but a late one: the
 * message comes after the retransmission timeout, doubled for each loss in a row. What is on the
 * way keeps its fate.
 */
export const loss: FaultKind<typeof schema> = {
  kind: 'loss',
  summary:
    'Loses a share of the messages once or more: each arrives late by the retransmission ' +
    'timeouts; those already sent are spared.',
  sources: ['RFC 6298', 'tc-netem(8)'],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: lossy-link, kind: loss, target: orders->payments, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => [edit(lostMessages, share * strength)],
  check: (_config, share) =>
    share < 1
      ? []
      : [
          {
            field: 'share',
            message:
              'with 100% loss no retransmission arrives: write a share below 100%, or a partition',
          },
        ],
};
