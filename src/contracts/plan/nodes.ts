import type { DisruptionBudget, Nodes, Requests } from '../scenario/nodes.js';

export interface PlanNodes extends Omit<Nodes, 'zones'> {
  /** Zone index of each possible node; -1 = outside every zone. */
  readonly zones: readonly number[];
  /** By component: room that each of its instances takes; null = the platform does not place it. */
  readonly requests: readonly (Requests | null)[];
  /** By component; null = none. */
  readonly budgets: readonly (DisruptionBudget | null)[];
}
