import type { QueueConsumer, QueueRules } from '../scenario/queues.js';
import type { PlanHandler } from './messaging.js';

/** A queue, or a bus with one queue per subscription. */
export interface PlanInlet {
  readonly component: number;
  readonly rules: QueueRules;
  /** Nodes that hold it; null = it is on a broker that never fails. */
  readonly placement: PlanQueuePlacement | null;
  /** Component id of a broker, and the messages per second that all its queues accept together; null = unlimited. */
  readonly quota: { readonly component: number; readonly rate: number } | null;
  /** The queue itself, or the queues of the subscriptions. */
  readonly queues: readonly PlanQueue[];
}

/** Nodes that hold a queue. */
export interface PlanQueuePlacement {
  /** Index into plan.clusters. */
  readonly cluster: number;
  /** Nodes of the cluster that hold the queue; the first one leads while it is available. */
  readonly nodes: readonly number[];
  /** Whether the queue stays available while a majority of its nodes does. */
  readonly quorum: boolean;
  /** Publishers wait for a leader; otherwise they fail while there is none. */
  readonly isAwaited: boolean;
}

/** One queue: a component of its own, or a subscription of a bus. */
export interface PlanQueue {
  readonly component: number;
  /** Part id of the subscription, -1 = the component is the queue. */
  readonly part: number;
  readonly rules: QueueRules;
  /** Component id of the destination of dead letters; -1 = they are dropped. */
  readonly deadLetter: number;
  readonly consumers: readonly PlanConsumer[];
}

export interface PlanConsumer extends PlanHandler {
  readonly spec: QueueConsumer;
  /** Prefetch limit of a channel, and the handlers that share the channel. */
  readonly prefetch: number;
  readonly handlers: number;
  /** Distribution ids of the latency from the broker to the consumer and back; -1 = none. */
  readonly there: number;
  readonly back: number;
}
