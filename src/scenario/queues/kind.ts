import type { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { Broker } from '../../contracts/scenario/messaging.js';
import type {
  MessageQueue,
  QueueConsumer,
  QueueKindRules,
} from '../../contracts/scenario/queues.js';
import type { ReferenceEntry } from '../reference-entry.js';
import { ONE_BY_ONE, type ConsumerDefaults } from '../resolve/consumer.js';
import type { Cursor } from '../resolve/context.js';
import type { BundleOutput } from '../schema/bundle.js';
import { ENDS } from './ends.js';
import type { QueueConsumerFields } from './written.js';

/** A kind of queue in one file: its fields, its final form, and its reference page. */
export interface QueueKind<Schema extends z.ZodType = z.ZodType> {
  readonly kind: string;
  /** Whether components can publish to it; otherwise an event store fills it. */
  readonly isPublished: boolean;
  /** The field after whose number of deliveries a message goes to the dead letters; absent where its consumer sends it there. */
  readonly givesUp?: string;
  /** Schema of its fields, including those of QueueFields. */
  schema(bundle: z.ZodType<BundleOutput>): Schema;
  /** Resolves its options and reports contradictions. */
  resolve(place: QueuePlace<z.output<Schema>>): OwnQueue;
  readonly reference: ReferenceEntry;
}

/** Defines a kind; its type is checked against its own fields. */
export function queueKind<Schema extends z.ZodType>(kind: QueueKind<Schema>): QueueKind<Schema> {
  return kind;
}

/** A validated queue of a scenario, with the names of brokers. */
interface QueuePlace<Output> {
  readonly here: Cursor;
  readonly output: Output;
  readonly brokers: ReadonlyMap<string, Broker>;
}

/** The settings that a kind determines for its queues. */
export interface OwnQueue extends Pick<
  MessageQueue,
  'capacity' | 'overflow' | 'publishTimeoutNs' | 'options'
> {
  /** Rules that differ from PLAIN. */
  readonly rules: Partial<QueueKindRules>;
  /** Nodes that hold it. Default: a broker that never fails. */
  readonly home?: MessageQueue['home'];
  /** Broker with whose other queues it shares a quota. Default: none. */
  readonly quota?: string | null;
  /** Event store whose events it delivers. Default: none, components publish to it. */
  readonly source?: string | null;
  readonly receiving: (consumer: QueueConsumerFields, here: Cursor) => Receiving;
}

/** Options of the receives of a consumer. */
type ReceiveFields = Pick<
  QueueConsumer,
  | 'maxNumberOfMessages'
  | 'partialFailures'
  | 'invokes'
  | 'scaleUp'
  | 'heartbeatIntervalNs'
  | 'heartbeatLimitNs'
>;

/** Delivery of messages to a consumer. */
export interface Receiving {
  /** Defaults for concurrency and batch. */
  readonly defaults: ConsumerDefaults;
  readonly fields: (batch: number) => ReceiveFields;
  readonly channel: (
    consumer: Pick<QueueConsumer, 'concurrency' | 'batch' | 'commit' | 'maxNumberOfMessages'>,
  ) => QueueConsumer['channel'];
  /** Time limit for handling the messages that a consumer takes at once. Default: none. */
  readonly ackLimit?: (
    consumer: Pick<QueueConsumer, 'maxNumberOfMessages' | 'heartbeatIntervalNs'>,
  ) => QueueConsumer['ackLimit'];
}

/** Rules of a queue without rules of its own. */
export const PLAIN: QueueKindRules = Object.freeze({
  ...ENDS.simple,
  lifetimeNs: Infinity,
  inFlightNs: Infinity,
  closesChannel: false,
  reconnectNs: 0,
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
  singleActive: false,
  polled: false,
  waitTimeNs: 0,
  pollIntervalNs: 0,
  failure: 'back',
  delaysToTail: false,
  hidesInFlight: false,
  letterTransfer: null,
  callLimit: null,
  lookAhead: Infinity,
});

/** Each free handler gets as many messages as one of its executions handles. */
export const HANDED_OUT: Receiving = {
  defaults: ONE_BY_ONE,
  fields: wholeBatch,
  channel: ({ concurrency, batch }) => ({ prefetch: concurrency * batch, handlers: concurrency }),
};

/** Largest number of messages per receive, unless a kind sets another (ReceiveMessage of Amazon SQS). */
export const MOST_RECEIVED = 10;

/** Fields of a consumer without options for its receives. */
export function wholeBatch(batch: number): ReceiveFields {
  return {
    maxNumberOfMessages: Math.min(MOST_RECEIVED, batch),
    partialFailures: false,
    invokes: false,
    scaleUp: null,
    heartbeatIntervalNs: null,
    heartbeatLimitNs: Infinity,
  };
}

/** A time limit for `messages` together, set by `field`. */
export function limitedBy(
  field: string,
  ns: Ns | null,
  messages: number,
  isOfConsumer = false,
): QueueConsumer['ackLimit'] {
  return ns === null ? null : { field, isOfConsumer, ns, messages };
}
