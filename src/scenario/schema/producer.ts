import { z } from 'zod';
import { duration, size, whole } from '../../spec/quantities/quantities.js';

/** Acknowledgements that a producer waits for. */
export const acksField = z.union([z.literal(0), z.literal(1), z.literal('all')]);

/** Settings of a Kafka 4 producer; each instance has one per topic. */
export const producerSchema = z
  .strictObject({
    acks: acksField
      .default('all')
      .describe(
        'When a message counts as written: `0` when it is sent, `1` when the leader has it, `all` when ' +
          'every replica in sync has. Defaults to all.',
      ),
    linger: duration()
      .prefault('5ms')
      .describe('How long a batch waits for more. Unit: duration. Defaults to 5ms.'),
    batchSize: size()
      .prefault('16KiB')
      .describe(
        'Size at which a batch is sent at once: 61 bytes, and for each message its `size` and 7 bytes or more. ' +
          'Unit: size. Defaults to 16KiB.',
      ),
    bufferMemory: size()
      .prefault('32MiB')
      .describe(
        'Memory for unconfirmed batches, each of at least `batchSize`; when it is used up, publishing blocks. ' +
          'Unit: size. Defaults to 32MiB.',
      ),
    maxBlock: duration({ allowZero: false })
      .prefault('60s')
      .describe('How long it blocks before it fails. Unit: duration. Defaults to 60s.'),
    requestTimeout: duration({ allowZero: false })
      .prefault('30s')
      .describe(
        'Without an answer for so long a request is sent again. Unit: duration. Defaults to 30s.',
      ),
    deliveryTimeout: duration({ allowZero: false })
      .prefault('120s')
      .describe('From publishing until it has failed for good. Unit: duration. Defaults to 120s.'),
    retries: whole({ max: 2_147_483_647 })
      .prefault(2_147_483_647)
      .describe('Further tries of a request. Unit: count. Defaults to 2147483647.'),
    retryBackoff: duration({ allowZero: false })
      .prefault('100ms')
      .describe(
        'Before the first of them; it doubles up to retryBackoffMax, with 20% of jitter. Unit: duration. ' +
          'Defaults to 100ms.',
      ),
    retryBackoffMax: duration({ allowZero: false })
      .prefault('1s')
      .describe('Longest of these waits. Unit: duration. Defaults to 1s.'),
    idempotence: z
      .boolean()
      .default(true)
      .describe(
        'The broker knows a batch that it has written before; else a retry may write it twice. ' +
          'Defaults to true.',
      ),
  })
  .describe('How messages are published to it.');
export type ProducerOutput = z.output<typeof producerSchema>;
