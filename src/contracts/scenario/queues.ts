import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Consumption } from './consumers.js';
import type { Described } from './described.js';

/** What a full queue does with the next message. */
export type Overflow = 'block' | 'reject' | 'dropHead' | 'dropTail' | 'rejectPublishDlx';

/** Common settings of queues and buses. */
interface Holding extends Described {
  /** Time from the write at the broker to the confirmation. */
  readonly publishLatency: Distribution;
  /** Number of messages in the queue at time 0. */
  readonly backlog: number;
  /** Largest number of waiting messages; Infinity = unbounded. */
  readonly capacity: number;
  readonly overflow: Overflow;
  /** How long a publisher waits for space; null = indefinitely. */
  readonly publishTimeoutNs: Ns | null;
  /** Destination of rejected, expired and dropped messages, and of those whose delivery attempts are used up. */
  readonly deadLetter: string | null;
}

/** Rules that follow from the kind of queue, in contrast to the settings that every kind has. */
export type QueueKindRules = Omit<
  QueueRules,
  'backlog' | 'capacity' | 'overflow' | 'publishTimeoutNs' | 'latency'
>;

/** Options of a kind, for display, under their names in the scenario. Names that end in `Ns` are durations. */
type QueueOptions = Readonly<Record<string, string | number | boolean | null>>;

/** A queue: each message goes to one consumer. */
export interface MessageQueue extends Holding {
  readonly kind: string;
  readonly options: QueueOptions;
  readonly rules: QueueKindRules;
  /** Nodes that hold it; null = it is on a broker that never fails. */
  readonly home: QueueHome | null;
  /** Broker with whose other queues it shares a quota; null = none. */
  readonly quota: string | null;
  /** Event store whose events it delivers; null = components publish to it. */
  readonly source: string | null;
  readonly consumers: readonly QueueConsumer[];
}

/** Nodes that hold a queue. */
interface QueueHome {
  /** Name of the broker or event store. */
  readonly host: string;
  /** Number of nodes that it is configured for. */
  readonly members: number;
  /** The queue stays available while a majority of its nodes does. */
  readonly quorum: boolean;
  /** Publishers wait for a leader; otherwise they fail while there is none. */
  readonly isAwaited: boolean;
  /** Option that sets the number of members; null = one node holds all queues. */
  readonly field: string | null;
}

/** A topic that pushes its messages: each subscription has its own queue. */
export interface Bus extends Holding {
  readonly kind: 'bus';
  readonly options: QueueOptions;
  readonly rules: QueueKindRules;
  /** Messages published in a transaction are sent after its commit, or never if it fails. */
  readonly afterCommit: boolean;
  readonly subscribers: readonly QueueConsumer[];
}

/** A consumer of a queue, or the subscriber of a bus. */
export interface QueueConsumer extends Consumption {
  readonly name: string;
  /** Index of the only instance that handles the messages; null = all instances share them. */
  readonly instance: number | null;
  /** `before`: a message is acknowledged on delivery. */
  readonly commit: 'before' | 'afterBatch' | 'afterEach';
  /** For polling consumers: largest number of messages per receive. */
  readonly maxNumberOfMessages: number;
  /** A poison message fails alone; otherwise the entire batch fails. */
  readonly partialFailures: boolean;
  /**
   * The consumer is an event source that invokes a function; a throttled invocation is retried within the visibility
   * timeout.
   */
  readonly invokes: boolean;
  /**
   * Number of handlers that always poll, and the interval at which another one starts while messages wait; null = all
   * poll.
   */
  readonly scaleUp: { readonly start: number; readonly everyNs: Ns } | null;
  /** Interval at which it extends the time limit of the messages that it holds; null = it does not. */
  readonly heartbeatIntervalNs: Ns | null;
  /** Time from the receive of a message from which it does not. */
  readonly heartbeatLimitNs: Ns;
  /** Prefetch limit of a channel, and the handlers that share the channel. */
  readonly channel: { readonly prefetch: number; readonly handlers: number };
  /** Longest handling time for a number of messages; null = no limit. */
  readonly ackLimit: {
    /** The option that sets it, of the queue or of its consumer. */
    readonly field: string;
    readonly isOfConsumer: boolean;
    readonly ns: Ns;
    readonly messages: number;
  } | null;
}

/** Rules by which a queue handles its messages. Code refers to them instead of the kind. */
export interface QueueRules {
  readonly backlog: number;
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly publishTimeoutNs: Ns;
  /** Distribution id of the time from publishing to the confirmation; -1 = none. */
  readonly latency: number;
  /** Time to live of a message, and whether it counts from publishing or from arrival in this queue. */
  readonly lifetimeNs: Ns;
  readonly sincePublished: boolean;
  /** The age of a message that comes as a dead letter counts from its arrival all the same. */
  readonly lettersStartAnew: boolean;
  /** An expired message is dead-lettered if there is a place for it; otherwise it is deleted. */
  readonly deadLettersExpired: boolean;
  /** A message whose deliveries are used up stays in the queue, if there is no place for its dead letters. */
  readonly keepsSpent: boolean;
  /** The messages that `capacity` counts: those that wait, or all that the queue stores. */
  readonly capacityOf: 'waiting' | 'stored';
  /** Time after which an unacknowledged delivery counts as failed. */
  readonly inFlightNs: Ns;
  /** A delivery that exceeds `inFlightNs` closes its channel; otherwise the message becomes visible again. */
  readonly closesChannel: boolean;
  /** Time from the loss of a consumer's connection to its next attempt to connect, and between attempts. */
  readonly reconnectNs: Ns;
  /** Largest number of returns per message. */
  readonly deliveryLimit: number;
  readonly maxReceiveCount: number;
  readonly delayNs: Ns;
  /** At most one message per key value is in flight. */
  readonly keyed: boolean;
  /** Deduplication window; 0 = no deduplication. */
  readonly dedupNs: Ns;
  readonly inFlightLimit: number;
  /** Returned messages go to the head in the order of their return; otherwise back to their former position. */
  readonly returnsFirst: boolean;
  /** Rejected messages go to the tail instead. */
  readonly rejectsToTail: boolean;
  /** False: messages are dropped while no consumer is up. */
  readonly stored: boolean;
  /** Messages go to one consumer while it has capacity; otherwise to all in turn. */
  readonly toOne: boolean;
  /** One handler gets messages, the others wait for its end. */
  readonly singleActive: boolean;
  /** Consumers poll; otherwise the queue pushes. */
  readonly polled: boolean;
  readonly waitTimeNs: Ns;
  readonly pollIntervalNs: Ns;
  /** After a failure a message returns at once (`back`), becomes visible again later (`silence`), or is dropped. */
  readonly failure: 'back' | 'silence' | 'drop';
  /** A message returns to the tail after the delay of its retry. */
  readonly delaysToTail: boolean;
  /**
   * Messages in flight stay hidden in the queue instead of belonging to a channel: a late acknowledgement settles them,
   * a purge deletes them, and a consumer that stops does not return them. A lost leader leaves them with their
   * consumers, but acknowledgements are lost until there is a new leader.
   */
  readonly hidesInFlight: boolean;
  /** Messages removed by `dropHead` become dead letters if the queue has a destination for them. */
  readonly deadLettersOverflow: boolean;
  /** A message that would come back as a dead letter, without a rejection on the way, is dropped. */
  readonly cutsCycles: boolean;
  /** A full queue that refuses its publishers also refuses dead letters, whose sender does not notice it. */
  readonly refusesLetters: boolean;
  /** How it keeps dead letters until their target has confirmed them; null = it forgets those that it has sent. */
  readonly letterTransfer: LetterTransfer | null;
  /** Calls per second of each action: publishing, receiving and deleting. Null: any number. */
  readonly callLimit: CallLimit | null;
  /** Number of the oldest messages among which the next one to deliver is looked for. */
  readonly lookAhead: number;
}

/** A limit of calls per full second, of the queue or of each key; receives have no key. */
export interface CallLimit {
  readonly rate: number;
  readonly byKey: boolean;
}

/** The worker that moves dead letters to their target and waits for confirmations. */
export interface LetterTransfer {
  /** Largest number of dead letters that it has taken and that are not confirmed. */
  readonly mostUnconfirmed: number;
  /** Time without a confirmation after which a letter is sent again, and interval of its timer. */
  readonly confirmTimeoutNs: Ns;
}
