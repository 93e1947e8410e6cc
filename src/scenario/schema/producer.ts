import { z } from 'zod';
import { duration, size, whole } from '../../spec/quantities/quantities.js';
import { flag } from '../../spec/quantities/fields.js';

/** Acknowledgements that a producer waits for. */
export const acksField = z.union([z.literal(0), z.literal(1), z.literal('all')]);

/** Settings of a Kafka 4 producer; each instance has one per topic. */
export const producerSchema = z
  .strictObject({
    acks: acksField
      .default('all')
      .describe(
        'When a message counts as written: `0` when it is sent, `1` when the leader has it, `all` when every ' +
          'in-sync replica has it. Defaults to all.',
      ),
    linger: duration()
      .prefault('5ms')
      .describe(
        'Longest time for which a batch waits for more messages. Unit: duration. Defaults to 5ms.',
      ),
    batchSize: size()
      .prefault('16KiB')
      .describe(
        'Size at which a batch is sent without waiting: 61 bytes, plus 7 bytes or more and the `size` of ' +
          'each message. Unit: size. Defaults to 16KiB.',
      ),
    bufferMemory: size()
      .prefault('32MiB')
      .describe(
        'Memory for unconfirmed batches, each of at least `batchSize`; when it is used up, publishing blocks. ' +
          'Unit: size. Defaults to 32MiB.',
      ),
    maxBlock: duration({ allowZero: false })
      .prefault('60s')
      .describe(
        'Time for which publishing blocks before it fails. Unit: duration. Defaults to 60s.',
      ),
    requestTimeout: duration({ allowZero: false })
      .prefault('30s')
      .describe(
        'Time without a response after which a request is sent again. Unit: duration. Defaults to 30s.',
      ),
    deliveryTimeout: duration({ allowZero: false })
      .prefault('120s')
      .describe(
        'Time from publishing after which an unconfirmed message has failed for good. Unit: duration. ' +
          'Defaults to 120s.',
      ),
    retries: whole({ max: 2_147_483_647 })
      .prefault(2_147_483_647)
      .describe('Largest number of retries of a request. Unit: count. Defaults to 2147483647.'),
    retryBackoff: duration({ allowZero: false })
      .prefault('100ms')
      .describe(
        'Pause before the first retry. It doubles up to retryBackoffMax, with 20% of jitter. Unit: duration. ' +
          'Defaults to 100ms.',
      ),
    retryBackoffMax: duration({ allowZero: false })
      .prefault('1s')
      .describe('Longest pause between two retries. Unit: duration. Defaults to 1s.'),
    idempotence: flag(true).describe(
      'Whether the broker recognises a batch that it has already written. Without it, a retry may write ' +
        'the batch twice. Defaults to true.',
    ),
  })
  .describe('How messages are published to the topic.');
export type ProducerOutput = z.output<typeof producerSchema>;
