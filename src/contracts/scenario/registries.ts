import type { Delivery, Membership } from './discovery.js';
import type { Host } from './host.js';

/** A service registry: a cluster of servers. */
export interface Registry extends Host {
  readonly kind: string;
  /** The fields of its kind, for reports. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly membership: Membership;
  readonly delivery: Delivery;
}
