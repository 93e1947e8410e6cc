import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { duplicated } from '../knobs/messages.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `duplicate`: published messages arrive twice, as when a confirmation is lost and the publisher sends again. Both
 * copies have the same identity: a consumer with an `inbox` recognizes the second, any other applies its effect twice.
 */
export const duplicate: FaultKind<typeof NO_FIELDS> = {
  kind: 'duplicate',
  summary:
    'Duplicates a share of the messages published while it is active; the copy follows ' +
    'immediately. It acts between producer and topic or queue: an idempotent Kafka producer ' +
    '(`producer.idempotence`) and an SQS FIFO queue drop the copy, and consumers with an ' +
    '`inbox` handle the message once. On a log with a broker it duplicates whole batches. ' +
    'Requests on edges cannot be duplicated, because TCP drops duplicate segments.',
  sources: [
    'apache/kafka storage/src/main/java/org/apache/kafka/storage/internals/log/ProducerStateManager.java',
    'AWS SQS developer guide, standard queues (at-least-once delivery)',
    'RFC 9293 (segments that arrive twice)',
  ],
  targets: ['messages'],
  schema: NO_FIELDS,
  example: '- { id: twice, kind: duplicate, target: orders, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => [edit(duplicated, share * strength)],
};
