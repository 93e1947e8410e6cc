import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Target } from './scenario.js';

/** A topic: every group gets every message. */
export interface Topic {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  readonly kind: 'kafka';
  readonly partitions: number;
  /** Write at the broker until the confirmation. */
  readonly publishLatency: Distribution;
  /** Messages that are there at time 0. */
  readonly backlog: number;
  readonly subscribers: readonly Subscriber[];
}

/** A group of consumers: the live instances of the service it calls are its members. */
export interface Subscriber {
  readonly group: string;
  /** The endpoint that handles a message. */
  readonly call: Target;
  /** Members per instance; each handles one message after the other. */
  readonly concurrency: number;
  readonly maxPollRecords: number;
  readonly commit: 'before' | 'afterBatch' | 'afterEach';
}

/** What a `publish` step does. */
export interface PublishStep {
  readonly topic: string;
  /** Key whose value decides about partition and order; null = none. */
  readonly key: string | null;
  /** How many messages. */
  readonly count: CountDistribution;
  readonly confirm: boolean;
}

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
}

/** A topic: its component, and what its groups do with messages. */
export interface PlanTopic {
  readonly component: number;
  readonly spec: Topic;
  /** Distribution id of the time from the publishing to the confirmation; -1 = none. */
  readonly latency: number;
  readonly groups: readonly PlanGroup[];
}

/** One subscriber. */
export interface PlanGroup {
  /** Part id of its own, and of the endpoint that it calls. */
  readonly part: number;
  readonly handler: number;
  readonly spec: Subscriber;
}
