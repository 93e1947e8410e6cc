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
  readonly indexes: readonly CapacityIndex[];
}

/** A global secondary index: each write of the table writes to it too, with units of its own. */
export interface CapacityIndex {
  readonly name: string;
  readonly write: number;
  /** Key whose value selects a partition of the index; null = any. */
  readonly key: string | null;
  readonly partitions: number;
}

/** Largest throughput of one partition, in units per second, regardless of the units of the table. */
export const PARTITION_MAX = Object.freeze({ read: 3000, write: 1000 });
