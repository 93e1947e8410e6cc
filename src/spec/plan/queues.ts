import type { Ns } from '../../kernel/time.js';
import type { QueueConsumer, QueueRules } from '../scenario/queues.js';

/** A queue or a bus of a run. */
export interface PlanInlet {
  readonly component: number;
  readonly rules: QueueRules;
  /** Where it lives; null = on a broker that never fails. */
  readonly placement: PlanQueuePlacement | null;
  /** Messages that the queues of a broker take in a second, and its component id; null = all. */
  readonly quota: { readonly component: number; readonly rate: number } | null;
  /** The queue, or those of the subscriptions. */
  readonly queues: readonly PlanQueue[];
}

/** Where a queue lives. */
export interface PlanQueuePlacement {
  /** Index into plan.clusters. */
  readonly cluster: number;
  /** Nodes of it that hold the queue; the first one leads, as long as it can. */
  readonly nodes: readonly number[];
  /** Whether a majority of them can go on without the others. */
  readonly quorum: boolean;
  /** Publishers wait for a leader; otherwise they fail while there is none. */
  readonly isAwaited: boolean;
}

/** One queue of a run: a component of its own, or a subscription of a bus. */
export interface PlanQueue {
  readonly component: number;
  /** Part id of the subscription, -1 = the component is the queue. */
  readonly part: number;
  readonly rules: QueueRules;
  /** Component id of where dead letters go, -1 = they are dropped. */
  readonly deadLetter: number;
  readonly consumers: readonly PlanConsumer[];
}

/** One consumer of a queue. */
export interface PlanConsumer {
  /** Part id of its own, and of the endpoint that it calls. */
  readonly part: number;
  readonly handler: number;
  /** First instruction of what it runs, and of what it runs for a message that its inbox knows, -1 = nothing. */
  readonly program: number;
  readonly lookup: number;
  /** Of the endpoint or of the consumer; null = none. */
  readonly timeLimitNs: Ns | null;
  readonly spec: QueueConsumer;
  /** Messages on one channel, and handlers behind it. */
  readonly prefetch: number;
  readonly handlers: number;
  /** Component id of where it sends what it cannot handle, -1 = nowhere. */
  readonly deadLetter: number;
  /** Distribution ids of a message on its way to the consumer and back; -1 = no time. */
  readonly there: number;
  readonly back: number;
}
