import type { FaultKind } from '../../model/faults/kind.js';
import { corrupted } from '../knobs/corrupted.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/** `corrupt`: a share of the messages is damaged on the way. */
export const corrupt: FaultKind<typeof NO_FIELDS> = {
  kind: 'corrupt',
  summary:
    'Damages a share of the messages. On edges TCP detects it: the message is sent again and arrives late by the ' +
    'retransmission timeouts, as with `loss`. A damaged message of a topic or a queue cannot be deserialised: every ' +
    'delivery fails at once, as with `poison`. Messages already sent are not affected.',
  sources: [
    'Chaos Mesh, NetworkChaos corrupt; tc-netem(8)',
    'RFC 9293, 3.1 (checksum) and RFC 6298',
    'spring-projects/spring-kafka ErrorHandlingDeserializer',
  ],
  targets: ['link', 'zone', 'messages'],
  schema: NO_FIELDS,
  example:
    '- { id: bad-cable, kind: corrupt, target: orders->payments, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => [
    { knob: corrupted, value: share * strength, more: { effect: 'error', restartNs: null } },
  ],
};
