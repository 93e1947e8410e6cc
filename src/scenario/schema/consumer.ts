import { z } from 'zod';
import { backoffSchema } from '../../patterns/mechanisms/backoff-fields.js';
import { duration, share, whole } from '../../spec/quantities/quantities.js';
import type { BundleOutput } from './bundle.js';
import { nameText, REFERENCE_PATTERN, withShort } from '../../spec/fields/common.js';
import { choice } from '../../spec/quantities/fields.js';

const reference = (): z.ZodString => z.string().regex(REFERENCE_PATTERN).max(200);

const retry = z
  .strictObject({
    attempts: whole({ min: 1, max: 1_000_000 })
      .prefault(10)
      .describe(
        'Largest number of attempts, the first included; unlimited with `onPoison: block`. Unit: attempts. ' +
          "Defaults to 10, as Spring's DefaultErrorHandler.",
      ),
    backoff: backoffSchema.optional().describe('Time between two attempts. Defaults to none.'),
    mode: choice(['inProcess', 'requeue', 'delayed'], 'inProcess').describe(
      'Where a failed message waits: `inProcess` blocks the consumer and later messages; `requeue` returns ' +
        'it to the queue at once; `delayed` sets it aside for the back-off, like a retry topic or a delay ' +
        'queue. `requeue` and `delayed` lose the order. Defaults to inProcess.',
    ),
  })
  .describe('Retries of a failed message.');

const inbox = z
  .strictObject({
    window: duration({ allowZero: false })
      .prefault('24h')
      .describe(
        'Time for which the id of a message is kept after its effect. A redelivery after that takes effect ' +
          'again. Unit: duration. Defaults to 24h.',
      ),
    database: reference()
      .optional()
      .describe(
        'Database, or `database.operation`, that every delivery queries for the id before the handler runs. ' +
          'Defaults to none: the id is part of what the handler writes anyway.',
      ),
  })
  .describe(
    'Remembers messages that have taken effect, so that a redelivery does not take effect again.',
  );

/** Common fields of message handlers: a subscriber of a topic, a consumer of a queue. */
export const consumerFields = (bundle: z.ZodType<BundleOutput>) => ({
  call: reference().describe(
    'Endpoint that handles a message, inside the instances of its service. Required.',
  ),
  concurrency: whole({ min: 1, max: 1000 })
    .optional()
    .describe(
      'Number of concurrent handlers per instance; for a function, of all its instances together (the ' +
        'maximum concurrency of an event source). Unit: count. Defaults to 1; for a function to the ' +
        'partitions of the topic, and to 1000 at a queue of kind sqs.',
    ),
  batch: whole({ min: 1, max: 100_000 })
    .optional()
    .describe(
      'Largest number of messages per run of the handler. It cannot exceed the number that the consumer ' +
        'holds: `maxPollRecords` of kafka, `maxNumberOfMessages` of sqs (which follows `batch`, up to 10), ' +
        '`bufferSize` of a persistent subscription. Unit: count. Defaults to 1, for a function at a queue of ' +
        'kind sqs to 10.',
    ),
  retry: retry
    .optional()
    .describe(
      'Retries of a failed message. Defaults to none: a message that fails is not retried.',
    ),
  onPoison: choice(['block', 'skip', 'deadLetter'], 'block').describe(
    'Handling of a message whose attempts are used up: `block` keeps retrying it while later messages ' +
      'wait; `skip` drops it, and its effect is lost; `deadLetter` moves it to `deadLetter`. Defaults to ' +
      'block.',
  ),
  deadLetter: nameText()
    .optional()
    .describe(
      'Topic or queue for messages whose attempts are used up; required by `onPoison: deadLetter`. ' +
        'Defaults to none.',
    ),
  inbox: inbox.optional(),
  filter: withShort(share(), { type: 'string' })
    .prefault('100%')
    .describe(
      'Share of the messages that the filter accepts; the others are skipped at no cost. Unit: share. Defaults to ' +
        '100%.',
    ),
  policy: bundle
    .optional()
    .describe(
      'Policies around each run of the handler, in this order: `circuitBreaker` (consumption is paused ' +
        'while it is open), `rateLimit` (a run waits for its permit and occupies its handler meanwhile), ' +
        '`timeout` (a run that takes longer is stopped and fails). Others are not allowed. Defaults to none.',
    ),
});

/** Validated common fields of message handlers. */
export type ConsumerOutput = z.output<z.ZodObject<ReturnType<typeof consumerFields>>>;
