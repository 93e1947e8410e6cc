import type { HolderKnobs } from './holder-knobs.js';

/** Objects other than instances, parts, links and loads that faults change; each registers itself. */
export interface FaultTargets {
  /** By component id: topics and queues. */
  readonly holders: Map<number, HolderKnobs>;
  /** By part id: reassigns the partitions of a group. */
  readonly rebalance: Map<number, () => void>;
  /** By part id: empties its storage, or drops a share of the contents. */
  readonly flushes: Map<number, (share: number) => void>;
}
