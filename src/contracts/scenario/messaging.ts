import { z } from 'zod';
import { nameText } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { countDistribution, size } from '../quantities/quantities.js';
import type { Rebalance, Replay } from './consumer-groups.js';
import { acksField, type Producer } from './producer.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { BackoffConfig } from './backoff.js';
import type { Layer } from './policies.js';
import type { Host } from './host.js';
import type { Target } from './target.js';
import type { Described } from './described.js';

/** A cluster of brokers, or a service whose queues share a quota. */
export interface Broker extends Host {
  readonly kind: string;
  /** Options of its kind, for display. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its nodes as hosts of logs (topics); null = it has no logs. */
  readonly log: LogNodes | null;
  /** Its nodes as hosts of queues; null = it has no queues. */
  readonly cluster: QueueNodes | null;
  /** Messages per second that all its queues accept together; Infinity = no limit. */
  readonly quota: number;
}

/** Nodes that hold logs. */
export interface LogNodes {
  readonly latency: Distribution;
  /** Largest throughput of one node in messages per second; Infinity = no limit. */
  readonly maxThroughput: number;
  readonly electionNs: Ns;
  /** Whether an out-of-sync replica can become leader if no other can; the messages that it lacks are lost. */
  readonly uncleanElection: boolean;
  /** CPU of a node for each connection of a producer. */
  readonly connectWork: Distribution;
}

/** Nodes that hold queues. */
export interface QueueNodes {
  readonly electionNs: Ns;
  /** Bytes of messages on one node above which all publishing stops; Infinity = no limit. */
  readonly memoryBytes: number;
}

/** Name of the part of a broker that handles requests of producers. */
export const PRODUCE = 'produce';

/**
 * Largest number of groups, subscriptions and views of a topic: each message has one bit per reader for "took effect".
 */
export const MAX_READERS = 30;

/** A topic: every group gets every message. */
export interface Topic extends Described {
  readonly kind: 'kafka';
  readonly partitions: number;
  /** Name of the broker; null = publishing is free and never fails. */
  readonly broker: string | null;
  /** Replicas of each partition, and how many must be in sync for acks=all. */
  readonly replication: number;
  readonly minInsyncReplicas: number;
  readonly producer: Producer;
  /** Time from the write at the broker to the confirmation. */
  readonly publishLatency: Distribution;
  /** Number of messages in the topic at time 0. */
  readonly backlog: number;
  /** Age at which a message is deleted, read or not; null = never. */
  readonly retentionNs: Ns | null;
  readonly subscribers: readonly Subscriber[];
}

/** Common settings of subscribers of topics and consumers of queues. */
export interface Consumption {
  /** The endpoint that handles a message, inside the instances of its service. */
  readonly call: Target;
  /** Concurrent executions of the handler per instance. */
  readonly concurrency: number;
  /** Largest number of messages per execution of the handler. */
  readonly batch: number;
  /** null = the first failure of a message is final; with `block` it is retried immediately. */
  readonly retry: ConsumerRetry | null;
  /** Handling of a message whose attempts are used up. */
  readonly onPoison: 'block' | 'skip' | 'deadLetter';
  /** Destination of dead letters: a topic or queue. */
  readonly deadLetter: string | null;
  readonly inbox: Inbox | null;
  /** Share of the messages that the filter accepts; the others are skipped without an execution of the handler. */
  readonly filter: number;
  /** Policies around each execution of the handler; null = none. */
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

/** Retries of a failed message. */
export interface ConsumerRetry {
  /** Total number of attempts, including the first. */
  readonly attempts: number;
  /** null = retry immediately. */
  readonly backoff: BackoffConfig | null;
  /** Where the message waits: in the consumer, in its topic or queue, or in a separate delay queue. */
  readonly mode: 'inProcess' | 'requeue' | 'delayed';
}

/** Deduplication by message id: messages whose effects are recorded have no second effect. */
export interface Inbox {
  readonly windowNs: Ns;
  /**
   * Database operation that checks the inbox at the start of each delivery; null = the handler checks at no extra cost.
   */
  readonly query: { readonly database: string; readonly operation: string } | null;
}

/** A consumer group: its members are the live instances of the service that it calls. */
export interface Subscriber extends Consumption {
  readonly group: string;
  /** Consumer that reads other topics of the group in the same threads; null = none does. */
  readonly consumer: string | null;
  readonly maxPollRecords: number;
  readonly commit: 'auto' | 'before' | 'afterBatch' | 'afterEach' | 'transactional';
  /** For `auto`: time between two commits. */
  readonly autoCommitNs: Ns;
  /** For `transactional`: time after which the coordinator aborts an open transaction; null for the others. */
  readonly transactionNs: Ns | null;
  /** Longest time between two polls; a slower member leaves the group. */
  readonly maxPollNs: Ns;
  /** A member is declared dead after this time without a heartbeat; it sends one every heartbeatNs. */
  readonly sessionNs: Ns;
  readonly heartbeatNs: Ns;
  readonly reset: 'latest' | 'earliest';
  /** When the group first subscribes; 0 = before the run. */
  readonly startNs: Ns;
  /** When the group's offsets are reset, and to where: the oldest message, the end, or messages at most this old. */
  readonly replay: Replay | null;
  /** Time without members after which the group's offsets expire; null = never. */
  readonly offsetsRetentionNs: Ns | null;
  readonly rebalance: Rebalance;
}

/** Outbox of a service: a table of its database through which its messages are published. */
export interface Outbox {
  readonly insert: { readonly database: string; readonly operation: string };
  readonly mode: 'polling' | 'cdc';
  readonly pollNs: Ns;
  readonly batchSize: number;
  /** Database operation of each poll and of each update that marks rows as sent; null = free. */
  readonly query: { readonly database: string; readonly operation: string } | null;
  /** CPU of the relaying instance per row. */
  readonly work: Distribution | null;
  readonly cdcLatency: Distribution;
  /** Service whose processes publish with `cdc`; null = a process that never fails. */
  readonly connector: string | null;
  /** Time between two stores of the offset of the connector. */
  readonly offsetFlushNs: Ns;
  /** Log that the database keeps for the connector; null = it takes no room. */
  readonly log: RetainedLog | null;
}

/** Rows of a log that are kept for a connector. */
export interface RetainedLog {
  /** Rows with which the disk is full and the database stops; Infinity = never. */
  readonly roomRows: number;
  /** Rows above which the slot of the connector is given up; Infinity = never. */
  readonly keepRows: number;
}

/** A `publish` step. */
export const publishFields = entry(
  {
    topic: field.of(nameText(), required, 'Name of the topic or queue.'),
    key: field.of(
      nameText(),
      absent(),
      'Key whose value determines the partition and the order of a message.',
    ),
    count: field.of(
      countDistribution(),
      1,
      'Number of messages to publish.',
      'count or distribution of counts',
    ),
    via: field.choice(
      ['direct', 'outbox'],
      'direct',
      'How the message is sent. `direct`: the message is published at the step. `outbox`: the step writes the ' +
        'message as a row in the database of the service, and the message is published after the row is ' +
        'committed. In a `transaction` on the same database the row is part of that transaction.',
    ),
    bytes: size()
      .prefault(0)
      .describe('Size of each message, key and headers included. Unit: size. Defaults to 0B.'),
    acks: field.of(
      acksField,
      absent('those of the `producer` of the topic'),
      'Acknowledgements that the producer waits for.',
    ),
    confirm: field.of(z.boolean(), true, 'Whether the step waits for the confirmation.'),
  },
  undefined,
  { bytes: 'size' },
);
export type PublishStep = z.output<typeof publishFields>;
