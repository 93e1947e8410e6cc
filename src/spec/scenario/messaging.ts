import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { BackoffConfig } from './backoff.js';
import type { Layer } from './policies.js';
import type { Host } from './host.js';
import type { Target } from './target.js';

/** A cluster of brokers, or a service whose queues share a quota. */
export interface Broker extends Host {
  readonly kind: string;
  /** Options of its kind, for readers. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What its nodes do for topics that are logs; null = it has none. */
  readonly log: LogNodes | null;
  /** What its nodes do for queues; null = none live on them. */
  readonly cluster: QueueNodes | null;
  /** Messages that its queues take in a second, all together; Infinity = no limit. */
  readonly quota: number;
}

/** Nodes that hold logs. */
export interface LogNodes {
  readonly latency: Distribution;
  /** Messages a second of one node; Infinity = no limit. */
  readonly maxThroughput: number;
  readonly electionNs: Ns;
  /** Whether a replica that is out of sync may lead when no other can; messages that it lacks are lost. */
  readonly uncleanElection: boolean;
}

/** Nodes that hold queues. */
export interface QueueNodes {
  readonly electionNs: Ns;
  /** Bytes of messages on one node above which no component may publish to any; Infinity = no limit. */
  readonly memoryBytes: number;
}

/** How messages are published to a topic on a broker. */
export interface Producer {
  readonly acks: 0 | 1 | 'all';
  readonly lingerNs: Ns;
  readonly batchBytes: number;
  readonly bufferBytes: number;
  readonly maxBlockNs: Ns;
  readonly requestTimeoutNs: Ns;
  readonly deliveryTimeoutNs: Ns;
  readonly retries: number;
  readonly backoffNs: Ns;
  readonly backoffMaxNs: Ns;
  readonly idempotence: boolean;
}

/** The part of a broker that takes the requests of producers. */
export const PRODUCE = 'produce';

/** Groups, subscriptions and views of a topic at most: a message has a bit for each that it has had its effect in. */
export const MAX_READERS = 30;

/** A topic: every group gets every message. */
export interface Topic {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  readonly kind: 'kafka';
  readonly partitions: number;
  /** Name of the broker; null = it is free and never fails. */
  readonly broker: string | null;
  /** Nodes that hold each partition, and those of them that have to be in sync for acks=all. */
  readonly replication: number;
  readonly minInsyncReplicas: number;
  readonly producer: Producer;
  /** Write at the broker until the confirmation. */
  readonly publishLatency: Distribution;
  /** Messages that are there at time 0. */
  readonly backlog: number;
  /** Age at which a message is deleted, read or not; null = never. */
  readonly retentionNs: Ns | null;
  readonly subscribers: readonly Subscriber[];
}

/** What subscribers of topics and consumers of queues have in common. */
export interface Consumption {
  /** The endpoint that handles a message, inside the instances of its service. */
  readonly call: Target;
  /** Handlers at once per instance. */
  readonly concurrency: number;
  /** Messages of one run of the handler, at most. */
  readonly batch: number;
  /** null = a failure is the last one, or with `block` tried again at once. */
  readonly retry: ConsumerRetry | null;
  /** What becomes of a message whose attempts are used up. */
  readonly onPoison: 'block' | 'skip' | 'deadLetter';
  /** Topic or queue that it goes to then. */
  readonly deadLetter: string | null;
  readonly inbox: Inbox | null;
  /** Share of the messages that are wanted; the others are let go without a run of the handler. */
  readonly filter: number;
  /** Policies around each run of the handler; null = none. */
  readonly policy: ConsumerPolicy | null;
}

/** Policies around each run of a handler, outermost first. */
export interface ConsumerPolicy {
  /** Identity of the bundle. */
  readonly bundle: string;
  /** While it refuses, consumption is paused. */
  readonly circuitBreaker: Layer | null;
  /** A run waits for its permit. */
  readonly rateLimit: Layer | null;
  /** Limit on one run; null = none. */
  readonly timeoutNs: Ns | null;
}

/** How a failed message is tried again. */
export interface ConsumerRetry {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** null = at once. */
  readonly backoff: BackoffConfig | null;
  /** Where it waits: in the consumer, in its log or queue, or in one of its own for the delay. */
  readonly mode: 'inProcess' | 'requeue' | 'delayed';
}

/** Ids of messages that have had their effect, so that it does not happen again. */
export interface Inbox {
  readonly windowNs: Ns;
  /** Operation of a database that each delivery runs first; null = part of what the handler does anyway. */
  readonly query: { readonly database: string; readonly operation: string } | null;
}

/** A group of consumers: the live instances of the service it calls are its members. */
export interface Subscriber extends Consumption {
  readonly group: string;
  readonly maxPollRecords: number;
  readonly commit: 'auto' | 'before' | 'afterBatch' | 'afterEach' | 'transactional';
  /** Of `auto`: time between two commits. */
  readonly autoCommitNs: Ns;
  /** Longest time between two polls before the member leaves. */
  readonly maxPollNs: Ns;
  /** Without a heartbeat for so long a member is declared dead; it sends one each heartbeatNs. */
  readonly sessionNs: Ns;
  readonly heartbeatNs: Ns;
  readonly reset: 'latest' | 'earliest';
  /** From then on there is such a group; 0 = from before the run. */
  readonly startNs: Ns;
  /** When it is sent back, and to where: all that is kept, the end, or what is not older than this. */
  readonly replay: { readonly atNs: Ns; readonly from: 'earliest' | 'latest' | Ns } | null;
  /** Without members for so long the group forgets its offsets; null = never. */
  readonly offsetsRetentionNs: Ns | null;
  readonly rebalance: Rebalance;
}

/** How partitions are reassigned when the members change. */
export interface Rebalance {
  readonly protocol: 'classic' | 'cooperative' | 'consumer';
  /** From the moment all are ready until the new assignment is in force. */
  readonly pauseNs: Ns;
  /** What an empty group waits for more members than the first. */
  readonly initialDelayNs: Ns;
  /** Members keep their identity over a restart. */
  readonly isStatic: boolean;
}

/** Messages of a service on their way through a table of its database. */
export interface Outbox {
  readonly insert: { readonly database: string; readonly operation: string };
  readonly mode: 'polling' | 'cdc';
  readonly pollNs: Ns;
  readonly batchSize: number;
  /** What each look and each mark asks of the database; null = nothing. */
  readonly query: { readonly database: string; readonly operation: string } | null;
  /** CPU of the relaying instance for each row. */
  readonly work: Distribution | null;
  readonly cdcLatency: Distribution;
}

/** What a `publish` step does. */
export interface PublishStep {
  readonly topic: string;
  /** Key whose value decides about partition and order; null = none. */
  readonly key: string | null;
  /** How many messages. */
  readonly count: CountDistribution;
  readonly confirm: boolean;
  readonly via: 'direct' | 'outbox';
  /** Bytes of each message. */
  readonly bytes: number;
  /** null = as the producer of the topic. */
  readonly acks: Producer['acks'] | null;
}
