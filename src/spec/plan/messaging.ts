import type { Ns } from '../../kernel/time.js';
import type {
  LogNodes,
  QueueNodes,
  Producer,
  Topic,
  Subscriber,
  Outbox,
} from '../scenario/messaging.js';

/** A `publish` step in a program. */
export interface PlanPublish {
  readonly act: 'publish';
  /** Part id whose program publishes. */
  readonly from: number;
  /** Component id of the topic. */
  readonly topic: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
  /** Count id: how many messages. */
  readonly count: number;
  readonly confirm: boolean;
  /** Component id of the database whose transaction around the step takes the message along, or -1. */
  readonly database: number;
  readonly via: 'direct' | 'outbox';
  readonly bytes: number;
  readonly acks: Producer['acks'] | null;
}

/** The commit of a transaction in which messages were published that leave with it. */
export interface PlanReleased {
  readonly act: 'released';
}

/** The commit of a transaction in which messages were written to an outbox. */
export interface PlanOutboxCommit {
  readonly act: 'outboxCommit';
  /** Component id of the service. */
  readonly service: number;
}

/** A database has been changed, or a message published, by an endpoint that does both. */
export interface PlanDualMark {
  readonly act: 'dualMark';
  /** Part id of the endpoint. */
  readonly part: number;
  readonly half: 'written' | 'published';
}

/** The outbox of a service. */
export interface PlanOutbox {
  /** Component id of the service, and part id of its relay. */
  readonly component: number;
  readonly part: number;
  readonly spec: Outbox;
  /** Programs of a look and of a mark, -1 = they take no time. */
  readonly look: number;
  readonly mark: number;
  /** Distribution id. */
  readonly cdcLatency: number;
}

/** A cluster of brokers. */
export interface PlanBroker {
  /** Component id, and part id of what its nodes do for a request. */
  readonly component: number;
  readonly part: number;
  readonly spec: LogNodes;
  /** Distribution id, -1 = none. */
  readonly latency: number;
}

/** Nodes that queues live on: a cluster of RabbitMQ, or a store that pushes its events. */
export interface PlanCluster {
  readonly component: number;
  readonly spec: QueueNodes;
}

/** A topic: its component, and what its groups do with messages. */
export interface PlanTopic {
  readonly component: number;
  readonly spec: Topic;
  /** Distribution id of the time from the publishing to the confirmation; -1 = none. */
  readonly latency: number;
  /** Index into plan.brokers, or -1. */
  readonly broker: number;
  readonly groups: readonly PlanGroup[];
}

/** One subscriber. */
export interface PlanGroup {
  /** Part id of its own, and of the endpoint that it calls. */
  readonly part: number;
  readonly handler: number;
  readonly spec: Subscriber;
  /** Component id of the dead-letter topic or queue, or -1. */
  readonly deadLetter: number;
  /** What a delivery runs: the handler, behind the question to the inbox where that is a query. */
  readonly program: number;
  /** Program that only asks it, for a message whose id is there; -1 = asking costs nothing. */
  readonly lookup: number;
  /** Limit on one execution, the handler's own or the consumer's; null = none. */
  readonly timeLimitNs: Ns | null;
}
