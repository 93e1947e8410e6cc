import type { HolderKnobs } from '../messaging/knobs.js';

/** Objects that faults change beside instances, parts, links and loads; each registers itself. */
export interface FaultTargets {
  /** By component id: topics and queues. */
  readonly holders: Map<number, HolderKnobs>;
  /** By part id: reassigns the partitions of a group. */
  readonly rebalance: Map<number, () => void>;
  /** By part id: empties it, or drops a share of what it holds. */
  readonly flushes: Map<number, (share: number) => void>;
}
