import { entry } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';
import { z } from 'zod';

/** Acknowledgements that a producer waits for. */
export const acksField = z.union([z.literal(0), z.literal(1), z.literal('all')]);

/** Versions of the client after which its defaults or its partitioner changed. */
const PRODUCER_VERSIONS = ['2.4', '3.3', '4.0'] as const;

/** Settings of a Kafka producer; each instance has one per topic. */
export const producerSchema = entry(
  {
    version: field.choice(
      PRODUCER_VERSIONS,
      absent('the defaults of 4.0 with the partitioner of 2.4'),
      'Version of the Java client, which decides defaults and the partitioner. `2.4`: acks 1, linger 0ms, no ' +
        'idempotence; messages without a key move to another partition when a batch is full or sent. `3.3`: ' +
        'acks all, linger 0ms, idempotence; they move on after `batchSize` bytes and prefer partitions with ' +
        'fewer waiting batches. `4.0`: the same with linger 5ms.',
    ),
    acks: field.of(
      acksField,
      'all',
      'When a message counts as written: `0` when it is sent, `1` when the leader has it, `all` when every ' +
        'in-sync replica has it.',
    ),
    lingerNs: field.duration('5ms', 'Longest time for which a batch waits for more messages.', {
      allowZero: true,
    }),
    batchBytes: field.size(
      '16KiB',
      'Size at which a batch is sent without waiting: 61 bytes, plus 7 bytes or more and the `size` of each ' +
        'message.',
    ),
    bufferBytes: field.size(
      '32MiB',
      'Memory for unconfirmed batches, each of at least `batchSize`; when it is used up, publishing blocks.',
    ),
    maxBlockNs: field.duration('60s', 'Time for which publishing blocks before it fails.'),
    requestTimeoutNs: field.duration(
      '30s',
      'Time without a response after which a request is sent again.',
    ),
    deliveryTimeoutNs: field.duration(
      '120s',
      'Time from publishing after which an unconfirmed message has failed for good.',
    ),
    retries: field.whole(2_147_483_647, 'Largest number of retries of a request.', {
      max: 2_147_483_647,
    }),
    backoffNs: field.duration(
      '100ms',
      'Pause before the first retry. It doubles up to retryBackoffMax, with 20% of jitter.',
    ),
    backoffMaxNs: field.duration('1s', 'Longest pause between two retries.'),
    idempotence: field.of(
      z.boolean(),
      true,
      'Whether the broker recognises a batch that it has already written. Without it, a retry may write the ' +
        'batch twice.',
    ),
  },
  'How messages are published to the topic.',
  {
    batchBytes: 'batchSize',
    bufferBytes: 'bufferMemory',
    backoffNs: 'retryBackoff',
    backoffMaxNs: 'retryBackoffMax',
  },
);
/** Settings of the producers of a topic on a broker. */
export type Producer = z.output<typeof producerSchema>;
