import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { nameText, REFERENCE_PATTERN, withShort } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, byDefault, field, required } from '../fields/field.js';
import { share, whole } from '../quantities/quantities.js';
import { backoffSchema } from './backoff.js';
import type { Layer } from './policies.js';
import type { Query, Target } from './target.js';

/** Largest number of invocations by one event source mapping (AWS Lambda developer guide, services-sqs-scaling). */
export const MOST_HANDLERS = 1250;

const reference = (): z.ZodString => z.string().regex(REFERENCE_PATTERN).max(200);

const retry = entry(
  {
    attempts: whole({ min: 1, max: 1_000_000 })
      .prefault(10)
      .describe(
        'Largest number of attempts, the first included; unlimited with `onPoison: block`. Unit: attempts. ' +
          "Defaults to 10, as Spring's DefaultErrorHandler.",
      ),
    backoff: field.of(backoffSchema, absent(), 'Time between two attempts.'),
    mode: field.choice(
      ['inProcess', 'requeue', 'delayed'],
      'inProcess',
      'Where a failed message waits: `inProcess` blocks the consumer and later messages; `requeue` returns it ' +
        'to the queue at once; `delayed` sets it aside for the back-off, like a retry topic or a delay queue, with ' +
        '`commit: before` as a new message of its consumer. ' +
        '`requeue` and `delayed` lose the order.',
    ),
  },
  'Retries of a failed message.',
);

/** Retries of a failed message. */
export type ConsumerRetry = z.output<typeof retry>;

const inbox = entry(
  {
    windowNs: field.duration(
      '24h',
      'Time for which the id of a message is kept after its effect. A redelivery after that takes effect again.',
    ),
    database: field.of(
      reference(),
      absent('none: the id is part of what the handler writes anyway'),
      'Database, or `database.operation`, that every delivery queries for the id before the handler runs.',
    ),
  },
  'Remembers messages that have taken effect, so that a redelivery does not take effect again.',
);

/** Common fields of message handlers: a subscriber of a topic, a consumer of a queue. */
export const consumerFields = <B>(bundle: z.ZodType<B>) => ({
  call: field.of(
    reference(),
    required,
    'Endpoint that handles a message, inside the instances of its service.',
  ),
  concurrency: field.whole(
    absent(
      '1; for a function to the partitions of the topic, to 1000 at a bus, and to 1250 at a queue of kind sqs',
    ),
    'Number of concurrent handlers per instance; for a function, of all its instances together (the maximum ' +
      'concurrency of an event source).',
    { min: 1, max: MOST_HANDLERS },
  ),
  batch: field.whole(
    absent('1, for a function at a queue of kind sqs to 10'),
    'Largest number of messages per run of the handler, whose steps run once, except for those with ' +
      '`times: messages`. It cannot exceed the number that the consumer holds: ' +
      '`maxPollRecords` of kafka, `maxNumberOfMessages` of sqs (which follows `batch`, up to 10), `bufferSize` ' +
      'of a persistent subscription.',
    { min: 1, max: 100_000 },
  ),
  retry: field.of(
    retry,
    absent(
      'none: a message that fails is not retried; for a function of kind lambda at a bus to 3 attempts, after 1 and ' +
        '2 more minutes',
    ),
    'Retries of a failed message.',
  ),
  onPoison: field.choice(
    ['block', 'skip', 'deadLetter'],
    byDefault(
      'block',
      'for a function of kind lambda at a bus it is skip, or deadLetter if there is a destination',
    ),
    'Handling of a message whose attempts are used up: `block` keeps retrying it while later messages wait; ' +
      '`skip` drops it, and its effect is lost; `deadLetter` moves it to `deadLetter`.',
  ),
  deadLetter: field.of(
    nameText(),
    absent(),
    'Topic or queue for messages whose attempts are used up; required by `onPoison: deadLetter`.',
  ),
  inbox: inbox.optional(),
  filter: field.of(
    withShort(share(), { type: 'string' }),
    '100%',
    'Share of the messages that the filter accepts; the others are skipped at no cost.',
    'share',
  ),
  policy: field.of(
    bundle,
    absent(),
    'Policies around each run of the handler, in this order: `circuitBreaker` (consumption is paused while it ' +
      'is open), `rateLimit` (a run waits for its permit and occupies its handler meanwhile), `timeout` (a run ' +
      'that takes longer is stopped and fails). Others are not allowed.',
  ),
});

/** Common fields of message handlers, as they are written; `B` is a written bundle. */
export type WrittenConsumer<B> = Explicit<ReturnType<typeof consumerFields<B>>>;

type Resolved = 'call' | 'concurrency' | 'batch' | 'inbox' | 'policy';

/** Common settings of subscribers of topics and consumers of queues. */
export interface Consumption extends Omit<WrittenConsumer<unknown>, Resolved> {
  /** The endpoint that handles a message, inside the instances of its service. */
  readonly call: Target;
  readonly concurrency: number;
  readonly batch: number;
  readonly inbox: Inbox | null;
  readonly policy: ConsumerPolicy | null;
}

/** Policies around each execution of a handler, outermost first. */
export interface ConsumerPolicy {
  /** Identity of the bundle. */
  readonly bundle: string;
  /** While the breaker refuses, consumption is paused. */
  readonly circuitBreaker: Layer | null;
  /** An execution waits for its permit. */
  readonly rateLimit: Layer | null;
  /** Time limit of one execution; null = none. */
  readonly timeoutNs: Ns | null;
}

/** Deduplication by message id: messages whose effects are recorded have no second effect. */
export interface Inbox extends Omit<z.output<typeof inbox>, 'database'> {
  /** Operation that each delivery runs before its handler; null = the handler checks at no extra cost. */
  readonly query: Query | null;
}
