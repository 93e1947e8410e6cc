import type { Ns } from '../../kernel/time.js';
import type { Delivery, Membership, OnEmpty } from '../scenario/discovery.js';

/** A service registry, and the components that are registered in it. */
export interface PlanRegistry {
  readonly component: number;
  readonly membership: Membership;
  readonly delivery: Delivery;
  readonly callees: readonly PlanDiscovered[];
  /**
   * By component: ids of the links of its messages to the registry, by (zone + 1) * (zones + 1) + zone of the registry +
   * 1; -1 = none. Null for components that do not use it.
   */
  readonly links: readonly (Int32Array | null)[];
}

/** A component that its callers find through a registry. */
export interface PlanDiscovered {
  readonly component: number;
  readonly refreshNs: Ns;
  readonly onEmpty: OnEmpty;
}
