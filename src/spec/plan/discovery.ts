import type { Ns } from '../../kernel/time.js';
import type { Delivery, Membership, OnEmpty } from '../scenario/discovery.js';

/** A service registry, and the components that are registered in it. */
export interface PlanRegistry {
  readonly component: number;
  readonly membership: Membership;
  readonly delivery: Delivery;
  readonly callees: readonly PlanDiscovered[];
}

/** A component that its callers find through a registry. */
export interface PlanDiscovered {
  readonly component: number;
  readonly refreshNs: Ns;
  readonly onEmpty: OnEmpty;
}
