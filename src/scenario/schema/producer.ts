import { field } from '../../spec/fields/field.js';
import { z } from 'zod';

/** Acknowledgements that a producer waits for. */
export const acksField = z.union([z.literal(0), z.literal(1), z.literal('all')]);

/** Settings of a Kafka 4 producer; each instance has one per topic. */
export const producerSchema = z
  .strictObject({
    acks: field.of(
      acksField,
      'all',
      'When a message counts as written: `0` when it is sent, `1` when the leader has it, `all` when every ' +
        'in-sync replica has it.',
    ),
    linger: field.duration('5ms', 'Longest time for which a batch waits for more messages.', {
      allowZero: true,
    }),
    batchSize: field.size(
      '16KiB',
      'Size at which a batch is sent without waiting: 61 bytes, plus 7 bytes or more and the `size` of each ' +
        'message.',
    ),
    bufferMemory: field.size(
      '32MiB',
      'Memory for unconfirmed batches, each of at least `batchSize`; when it is used up, publishing blocks.',
    ),
    maxBlock: field.duration('60s', 'Time for which publishing blocks before it fails.'),
    requestTimeout: field.duration(
      '30s',
      'Time without a response after which a request is sent again.',
    ),
    deliveryTimeout: field.duration(
      '120s',
      'Time from publishing after which an unconfirmed message has failed for good.',
    ),
    retries: field.whole(2147483647, 'Largest number of retries of a request.', {
      max: 2_147_483_647,
    }),
    retryBackoff: field.duration(
      '100ms',
      'Pause before the first retry. It doubles up to retryBackoffMax, with 20% of jitter.',
    ),
    retryBackoffMax: field.duration('1s', 'Longest pause between two retries.'),
    idempotence: field.of(
      z.boolean(),
      true,
      'Whether the broker recognises a batch that it has already written. Without it, a retry may write the ' +
        'batch twice.',
    ),
  })
  .describe('How messages are published to the topic.');
export type ProducerOutput = z.output<typeof producerSchema>;
