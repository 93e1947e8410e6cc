import type { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { Broker } from '../../spec/scenario/messaging.js';
import type { MessageQueue, QueueConsumer, QueueKindRules } from '../../spec/scenario/queues.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { ConsumerDefaults } from '../resolve/consumer.js';
import { ONE_BY_ONE } from '../resolve/consumer.js';
import type { Context, Path } from '../resolve/context.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { QueueConsumerFields } from './written.js';

/** One kind of queue, in one file: its fields, what they mean, and its page in the reference. */
export interface QueueKind<Schema extends z.ZodObject = z.ZodObject> {
  /** Word of its field `kind`. */
  readonly kind: string;
  /** False: an event store fills it, and no component publishes to it. */
  readonly isPublished: boolean;
  /** Its fields in a scenario, among them those of QueueFields. */
  schema(bundle: z.ZodType<BundleOutput>): Schema;
  /** Reports contradictions, and gives the options their final form. */
  resolve(place: QueuePlace<z.output<Schema>>): OwnQueue;
  readonly reference: ReferenceEntry;
}

/** Checks a kind against its own fields. */
export function queueKind<Schema extends z.ZodObject>(kind: QueueKind<Schema>): QueueKind<Schema> {
  return kind;
}

/** One queue of a scenario, with the brokers that it may name. */
export interface QueuePlace<Output> {
  readonly context: Context;
  readonly output: Output;
  readonly path: Path;
  readonly brokers: ReadonlyMap<string, Broker>;
}

/** What a kind says of one of its queues. */
export interface OwnQueue extends Pick<
  MessageQueue,
  'capacity' | 'overflow' | 'publishTimeoutNs' | 'options'
> {
  /** Where they differ from PLAIN. */
  readonly rules: Partial<QueueKindRules>;
  /** Where it lives. Defaults to a broker that never fails. */
  readonly home?: MessageQueue['home'];
  /** Broker whose quota it shares. Defaults to none. */
  readonly quota?: string | null;
  /** Event store that fills it. Defaults to none: publishers do. */
  readonly source?: string | null;
  readonly receiving: (consumer: QueueConsumerFields, path: Path) => Receiving;
}

/** How one consumer gets its messages. */
export interface Receiving {
  /** Handlers and messages at once where the consumer says neither. */
  readonly defaults: ConsumerDefaults;
  readonly fields: (
    batch: number,
  ) => Pick<QueueConsumer, 'maxNumberOfMessages' | 'partialFailures' | 'invokes' | 'scaleUp'>;
  readonly channel: (
    consumer: Pick<QueueConsumer, 'concurrency' | 'batch' | 'commit' | 'maxNumberOfMessages'>,
  ) => QueueConsumer['channel'];
  /** Time for the handling of the messages that a consumer takes at once. Defaults to no limit. */
  readonly ackLimit?: (
    consumer: Pick<QueueConsumer, 'maxNumberOfMessages'>,
  ) => QueueConsumer['ackLimit'];
}

/** Rules of a queue that has none of its own. */
export const PLAIN: QueueKindRules = Object.freeze({
  lifetimeNs: Infinity,
  sincePublished: false,
  inFlightNs: Infinity,
  closesChannel: false,
  deliveryLimit: Infinity,
  maxReceiveCount: Infinity,
  delayNs: 0,
  keyed: false,
  dedupNs: 0,
  inFlightLimit: Infinity,
  returnsFirst: false,
  rejectsToTail: false,
  stored: true,
  toOne: false,
  polled: false,
  waitTimeNs: 0,
  pollIntervalNs: 0,
  failure: 'back',
  delaysToTail: false,
  hidesInFlight: false,
  deadLettersOverflow: true,
});

/** Messages are handed to free handlers, each of which takes as many as one run handles. */
export const HANDED_OUT: Receiving = {
  defaults: ONE_BY_ONE,
  fields: wholeBatch,
  channel: ({ concurrency, batch }) => ({ prefetch: concurrency * batch, handlers: concurrency }),
};

/** Most messages of one receive, where a kind says nothing else (ReceiveMessage of Amazon SQS). */
export const MOST_RECEIVED = 10;

/** A consumer without options for its receives. */
export function wholeBatch(
  batch: number,
): Pick<QueueConsumer, 'maxNumberOfMessages' | 'partialFailures' | 'invokes' | 'scaleUp'> {
  return {
    maxNumberOfMessages: Math.min(MOST_RECEIVED, batch),
    partialFailures: false,
    invokes: false,
    scaleUp: null,
  };
}

/** A time limit for `messages` at once, set by `field`. */
export function limitedBy(
  field: string,
  ns: Ns | null,
  messages: number,
): QueueConsumer['ackLimit'] {
  return ns === null ? null : { field, ns, messages };
}
