import type { Ns } from '../kernel/time.js';

/** Units of capacity a second that a table was given, and what it consists of. */
export interface Capacity {
  /** Infinity = as many as are asked for. */
  readonly read: number;
  readonly write: number;
  readonly partitions: number;
  /** Unused units are kept for so long. */
  readonly burstNs: Ns;
  /** Partitions share the units of the table; else each has its part of them. */
  readonly isAdaptive: boolean;
}

/** What one partition gives at most, in units a second, however many the table has. */
export const PARTITION_MAX = Object.freeze({ read: 3000, write: 1000 });

/** A request takes units of a table, or is throttled. */
export interface PlanConsume {
  readonly act: 'consume';
  readonly part: number;
  /** Index into plan.keys: whose value says the partition; -1 = any. */
  readonly key: number;
  readonly units: number;
  readonly does: 'read' | 'write';
  readonly capacity: Capacity;
}
