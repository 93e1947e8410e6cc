import type { z } from 'zod';
import { count, exactShape, oneOf, text } from './shapes.js';

const loadedResource = oneOf(
  'workers',
  'cores',
  'connections',
  'consumers',
  'segments',
  'relay',
  'bandwidth',
  'memory',
  'concurrency',
  'permits',
  'rate',
  'readUnits',
  'writeUnits',
  'lock',
);
/** Resources that a load can use up. */
export type LoadedResource = z.output<typeof loadedResource>;

/** How much more load each component can take. Loads are those of the healthy time. */
export interface Headroom {
  /** Time in which use was measured, seconds after the warm-up: before the first fault, else the entire run. */
  readonly from: number;
  readonly until: number;
  /** A fault was active in this time, because one begins with the run. */
  readonly underFault: boolean;
  /** Requests of all users per second in this time. */
  readonly rate: number;
  /** Each component with a limit by its tightest resource, the tightest component first. */
  readonly components: readonly ComponentHeadroom[];
  /** Components that were used and have no limit. */
  readonly unlimited: readonly string[];
  /** Components with a concurrency limit that adapts, on their requests or their calls: it has no fixed value. */
  readonly adaptive?: readonly string[];
  /** Limits for each value of a key: the most frequent value reaches its own first. */
  readonly keyed?: readonly KeyedLimit[];
  /** Components whose use does not grow in proportion to the load, and for which no load is known that fills them. */
  readonly misses?: readonly MissHeadroom[];
  /**
   * A workload that is planned to send more requests after this time, when faults are near, than in it: from when until
   * when, and its highest rates after and within it. That load is not measured.
   */
  readonly later?: {
    readonly workload: string;
    readonly from: number;
    readonly until: number;
    readonly rate: number;
    readonly before: number;
  };
  /** The same while each fault is active; empty if `underFault`. */
  readonly faults: readonly FaultHeadroom[];
}

/** A limit of a component for each value of a key, on its requests, or on its calls to `of`. */
export interface KeyedLimit {
  readonly component: string;
  readonly by: NonNullable<ComponentHeadroom['by']>;
  readonly key: string;
  readonly of: string | null;
  /** Of a limit on requests: the share of them that has the most frequent value. */
  readonly share?: number;
  /** The multiple of the load at which this value reaches its limit, or 1 % of its requests are refused. */
  readonly factor?: number;
}

/** A component that serves what caches do not find, because it has not been read before, or has expired. */
export interface MissHeadroom {
  readonly component: string;
  readonly caches: readonly string[];
  /** No load fills it: each value is loaded once in its time to live. false = how misses grow is not known. */
  readonly isBounded: boolean;
}

/** Headroom while a fault is active. */
export interface FaultHeadroom extends Pick<Headroom, 'from' | 'until' | 'rate' | 'components'> {
  /** Id of the fault. */
  readonly fault: string;
  /**
   * The component from which calls of the first of `components` do not return in this time, or that one if its own requests
   * do not end. They hold its resource, whatever the load is.
   */
  readonly stuckOn?: string;
}

export const componentHeadroom = exactShape({
  component: text,
  resource: loadedResource,
  /**
   * Connections, bandwidth: the called component, as of permits and a rate on calls; null for those on requests.
   * Consumers: the topic or queue. Segments: the projection, if a service runs it. Concurrency: `account`, where functions
   * share it. Lock: the key, of whose most frequent value it is. Units: the key, if they are those of the busiest
   * partition. null for others.
   */
  of: text.nullable(),
  /** Bandwidth: of the messages to the called component, or of those from it. */
  direction: oneOf('to', 'from').optional(),
  /**
   * Mean amount in use, and the amount that there is (with an autoscaler: at the replicas that it has when the resource
   * is full). Requests that only wait for another component are not counted. Consumers count with full batches. Bandwidth
   * in bytes per second, memory in bytes, units per second, relay in rows per second.
   */
  used: count,
  limit: count,
  /** Concurrency: the topic or queue whose messages most of its executions handle, and that wait if all are in use. */
  fedBy: text.optional(),
  /** Permits, rate: the policy that has the limit. */
  by: oneOf('bulkhead', 'concurrency limit', 'rate limit').optional(),
  /**
   * Permits, rate: the part of the limit that independent requests can use on average until 1 % of them are refused. It is
   * small where few may wait, such as 4.46 of 10 permits without a queue.
   */
  usable: count.optional(),
  /**
   * Requests of the component per second in this time, or messages. If some are refused or cut short before they reach
   * it, those that are due without repetitions.
   */
  rate: count,
  /** The same per second at which the resource is used up, if time per request stays the same. */
  saturatesAt: count,
  /** `saturatesAt` as a multiple of `rate`: below 1 = the load is higher. */
  factor: count,
  /**
   * Consumers of a log whose load does not divide evenly: how many there are, the partitions of those that have the most,
   * and all partitions. They are full first, so the limit is 3 for 4 consumers of 6 partitions. With `key` it is one of
   * them: values of this key send it more messages than others with as many partitions get.
   */
  busiest: exactShape({
    members: count,
    partitions: count,
    of: count,
    key: text.optional(),
  }).optional(),
  /** Cores of a database whose nodes have unequal loads: the node that is full first, whose cores these are. */
  node: text.optional(),
  /**
   * Where the load changes: the time in which this component has least room, seconds after the warm-up, and the requests of
   * all users per second in it. Absent = the time of the headroom.
   */
  when: exactShape({ from: count, until: count, rate: count }).optional(),
  /** Replicas of the limit, if there is an autoscaler. */
  replicas: count.optional(),
  /** The time, seconds after the warm-up, in which the replicas that it had by then used all of their cores. */
  outgrown: exactShape({ from: count, until: count }).optional(),
});
export type ComponentHeadroom = z.output<typeof componentHeadroom>;

/** The topic, queue, projection or outbox where messages, events or rows wait if the resource is full; null where calls wait. */
export function backlogBehind({
  component,
  resource,
  of,
  fedBy,
}: ComponentHeadroom): string | null {
  if (resource === 'consumers') return of;
  if (resource === 'relay') return `${component}.outbox`;
  if (resource === 'concurrency') return fedBy ?? null;
  return resource === 'segments' ? (of ?? component) : null;
}
