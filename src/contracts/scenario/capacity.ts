import type { Ns } from '../../kernel/time.js';

/** Provisioned throughput of a table, in units per second, and its partitions. */
export interface Capacity {
  /** Read units per second; Infinity = unlimited. */
  readonly read: number;
  readonly write: number;
  readonly partitions: number;
  /** How long unused units are kept for bursts. */
  readonly burstNs: Ns;
  /** Partitions share the units of the table (adaptive capacity); otherwise each has an equal part. */
  readonly isAdaptive: boolean;
}

/** Largest throughput of one partition, in units per second, regardless of the units of the table. */
export const PARTITION_MAX = Object.freeze({ read: 3000, write: 1000 });
