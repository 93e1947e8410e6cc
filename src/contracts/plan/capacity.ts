import type { Capacity } from '../scenario/capacity.js';

/** A request consumes units of a table, or is throttled. */
export interface PlanConsume {
  readonly act: 'consume';
  readonly part: number;
  /** Index into plan.keys of the key whose value selects the partition; -1 = any partition. */
  readonly key: number;
  readonly units: number;
  readonly does: 'read' | 'write';
  readonly capacity: Capacity;
  /** By index of the table: the key whose value selects its partition; -1 = any. Empty for reads. */
  readonly indexKeys: readonly number[];
}
