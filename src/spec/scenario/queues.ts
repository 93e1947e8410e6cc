import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Consumption } from './messaging.js';

/** What a full queue does with one message more. */
export type Overflow = 'block' | 'reject' | 'dropHead' | 'dropTail' | 'rejectPublishDlx';

/** What every place where messages wait for consumers says. */
interface Holding {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  /** Write at the broker until the confirmation. */
  readonly publishLatency: Distribution;
  /** Messages that are there at time 0. */
  readonly backlog: number;
  /** Messages that wait at once, Infinity = no bound. */
  readonly capacity: number;
  readonly overflow: Overflow;
  /** How long a publisher waits for room; null = for ever. */
  readonly publishTimeoutNs: Ns | null;
  /** Queue or topic for what is rejected, expired, dropped or tried too often. */
  readonly deadLetter: string | null;
}

/** What a queue does with its messages by its kind; QueueRules says it all. */
export type QueueKindRules = Omit<
  QueueRules,
  'backlog' | 'capacity' | 'overflow' | 'publishTimeoutNs' | 'latency'
>;

/** Options of a kind, for readers: the names of a scenario, those that end in `Ns` hold times. */
export type QueueOptions = Readonly<Record<string, string | number | boolean | null>>;

/** A queue: every message goes to one consumer. */
export interface MessageQueue extends Holding {
  readonly kind: string;
  readonly options: QueueOptions;
  readonly rules: QueueKindRules;
  /** Where it lives; null = on a broker that never fails. */
  readonly home: QueueHome | null;
  /** Broker whose quota it shares; null = none. */
  readonly quota: string | null;
  /** Event store that fills it; null = publishers do. */
  readonly source: string | null;
  readonly consumers: readonly QueueConsumer[];
}

/** Nodes that hold a queue. */
export interface QueueHome {
  /** A broker or an event store. */
  readonly host: string;
  /** Nodes that it asks for. */
  readonly members: number;
  /** A majority of them can go on without the others. */
  readonly quorum: boolean;
  /** Publishers wait for a leader; otherwise they fail while there is none. */
  readonly isAwaited: boolean;
  /** Option that sets the members; null = there is one node for all queues. */
  readonly field: string | null;
}

/** A topic that pushes: every subscription has a queue of its own. */
export interface Bus extends Holding {
  readonly kind: 'bus';
  readonly options: QueueOptions;
  readonly rules: QueueKindRules;
  /** Messages published in a transaction are sent after its commit, and only then. */
  readonly afterCommit: boolean;
  readonly subscribers: readonly QueueConsumer[];
}

/** A consumer of a queue, or the subscriber of a bus. */
export interface QueueConsumer extends Consumption {
  readonly name: string;
  /** The one instance of its service that handles them; null = all share. */
  readonly instance: number | null;
  /** `before`: settled when it is handed out. */
  readonly commit: 'before' | 'afterBatch' | 'afterEach';
  /** Messages of one receive, where consumers receive. */
  readonly maxNumberOfMessages: number;
  /** Poison messages fail alone, not with all of their run. */
  readonly partialFailures: boolean;
  /** An event source that invokes a function: what is throttled is tried again while it is not seen. */
  readonly invokes: boolean;
  /** Handlers that always ask, and the time until there is one more while messages wait; null = all do. */
  readonly scaleUp: { readonly start: number; readonly everyNs: Ns } | null;
  /** Messages on one channel, and the handlers behind it. */
  readonly channel: { readonly prefetch: number; readonly handlers: number };
  /** Time in which a number of messages must be handled, and the option that sets it; null = no limit. */
  readonly ackLimit: { readonly field: string; readonly ns: Ns; readonly messages: number } | null;
}

/** What a queue does with its messages, whatever its kind is called. */
export interface QueueRules {
  readonly backlog: number;
  readonly capacity: number;
  readonly overflow: Overflow;
  readonly publishTimeoutNs: Ns;
  /** Distribution id of the time from the publishing to the confirmation; -1 = none. */
  readonly latency: number;
  /** How long a message may wait, and whether that counts from its publishing or its coming here. */
  readonly lifetimeNs: Ns;
  readonly sincePublished: boolean;
  /** From a delivery until it counts as failed: seen again, or its channel closed. */
  readonly inFlightNs: Ns;
  /** Which of both. */
  readonly closesChannel: boolean;
  /** Returns allowed per message. */
  readonly deliveryLimit: number;
  readonly maxReceiveCount: number;
  readonly delayNs: Ns;
  /** One message of a key value under way at a time. */
  readonly keyed: boolean;
  /** How long the same message is not taken twice; 0 = it is. */
  readonly dedupNs: Ns;
  readonly inFlightLimit: number;
  /** Returned messages go to the head in the order of their return, not to their old place. */
  readonly returnsFirst: boolean;
  /** Rejected messages go to the tail instead. */
  readonly rejectsToTail: boolean;
  /** False: nothing is kept while no consumer is up. */
  readonly stored: boolean;
  /** One consumer is sent to as long as it has room, not each in turn. */
  readonly toOne: boolean;
  /** Consumers ask (true), or are sent to. */
  readonly polled: boolean;
  readonly waitTimeNs: Ns;
  readonly pollIntervalNs: Ns;
  /** A failed delivery goes back at once, is seen again when its time is over, or is dropped. */
  readonly failure: 'back' | 'silence' | 'drop';
  /** A delay of a retry ends at the tail. */
  readonly delaysToTail: boolean;
  /**
   * Messages in flight stay in the queue, hidden, and not with a channel: a late acknowledgement settles them, a purge
   * deletes them, and a consumer that stops does not return them. The loss of the leader takes none from a consumer, but
   * acknowledgements that arrive before there is another one are lost.
   */
  readonly hidesInFlight: boolean;
  /** Messages that overflow: dropHead removes are dead letters, where the queue has a place for them. */
  readonly deadLettersOverflow: boolean;
}
