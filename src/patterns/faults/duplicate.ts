import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { duplicated } from '../knobs/messages.js';

const schema = z.strictObject({});

/**
 * `duplicate`: what is published comes twice, as when a confirmation is lost and the publisher sends again. It is the
 * same message: a consumer with an `inbox` knows it, any other has its effect twice.
 */
export const duplicate: FaultKind<typeof schema> = {
  kind: 'duplicate',
  summary:
    'A share of the messages published while it is active is taken twice, one right behind the other. It acts on the way ' +
    'to the topic or queue: an idempotent Kafka producer (`producer.idempotence`) and a FIFO queue of SQS leave ' +
    'the second one out, consumers with an `inbox` handle it once. Of a log on a broker whole batches come twice. Requests on edges ' +
    'cannot be doubled: TCP leaves out what comes twice.',
  sources: [
    'apache/kafka storage/src/main/java/org/apache/kafka/storage/internals/log/ProducerStateManager.java',
    'AWS SQS developer guide, standard queues (at-least-once delivery)',
    'RFC 9293 (segments that arrive twice)',
  ],
  targets: ['messages'],
  schema,
  example: '- { id: twice, kind: duplicate, target: orders, share: 2%, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: (_config, strength, share = 1) => [edit(duplicated, share * strength)],
};
