import type { Ns } from '../../kernel/time.js';
import type {
  LogNodes,
  QueueNodes,
  PublishStep,
  Topic,
  Subscriber,
} from '../scenario/messaging.js';
import type { Outbox } from '../scenario/outbox.js';

/** A `publish` step in a program. */
export interface PlanPublish extends Pick<PublishStep, 'confirm' | 'via' | 'bytes' | 'acks'> {
  readonly act: 'publish';
  /** Part id whose program publishes. */
  readonly from: number;
  /** Component id of the topic. */
  readonly topic: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
  /** Count id: how many messages. */
  readonly count: number;
  /** Component id of the database whose enclosing transaction publishes the message at its commit, or -1. */
  readonly database: number;
}

/** Commit of a transaction: messages published in it are sent now. */
export interface PlanReleased {
  readonly act: 'released';
}

/** Commit of a transaction that wrote messages to an outbox. */
export interface PlanOutboxCommit {
  readonly act: 'outboxCommit';
  /** Component id of the service. */
  readonly service: number;
}

/** An endpoint that both changes a database and publishes messages has done one of the two. */
export interface PlanDualMark {
  readonly act: 'dualMark';
  /** Part id of the endpoint. */
  readonly part: number;
  readonly half: 'written' | 'published';
}

export interface PlanOutbox {
  /** Component id of the service, and part id of its relay. */
  readonly component: number;
  readonly part: number;
  readonly spec: Outbox;
  /**
   * Programs of the relay's query for unsent rows and of its update that marks them as sent; -1 = they take no time.
   */
  readonly look: number;
  readonly mark: number;
  /** Component id of the service whose processes publish with `cdc`; -1 = one that never fails. */
  readonly connector: number;
  /** Component id of the database. */
  readonly database: number;
  /** Distribution id. */
  readonly cdcLatency: number;
}

/** A cluster of brokers for topics. */
export interface PlanBroker {
  /** Component id, and part id of the program that its nodes run for a producer's request. */
  readonly component: number;
  readonly part: number;
  readonly spec: LogNodes;
  /** Distribution id, -1 = none. */
  readonly latency: number;
}

/** Nodes that hold queues: a RabbitMQ or NATS cluster, or an event store with persistent subscriptions. */
export interface PlanCluster {
  readonly component: number;
  readonly spec: QueueNodes;
}

/** A topic with its consumer groups. */
export interface PlanTopic {
  readonly component: number;
  readonly spec: Topic;
  /** Distribution id of the time from publishing to the confirmation; -1 = none. */
  readonly latency: number;
  /** Index into plan.brokers, or -1. */
  readonly broker: number;
  readonly groups: readonly PlanGroup[];
}

/** A consumer group of a topic. */
export interface PlanGroup extends PlanHandler {
  readonly spec: Subscriber;
}

/** How a group or a consumer handles messages. */
export interface PlanHandler {
  /** Its part id, and that of the endpoint that it calls. */
  readonly part: number;
  readonly handler: number;
  /** Component id of the dead-letter topic or queue, or -1. */
  readonly deadLetter: number;
  /** Program of a delivery: the query to the inbox, if there is one, then the handler. */
  readonly program: number;
  /** Program for a message that the inbox already has: the query alone; -1 = the query costs nothing. */
  readonly lookup: number;
  /** Whether some of its steps run once for each message of a batch. */
  readonly perMessage: boolean;
  /** Time limit of one execution: the handler's own or the consumer's; null = none. */
  readonly timeLimitNs: Ns | null;
}
