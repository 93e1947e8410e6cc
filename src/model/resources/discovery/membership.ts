import type { Instance } from '../../data/instances/instance.js';

/** How a registry learns of instances. It changes the entries. */
export interface Membership {
  /** The process of an instance has started, ended, or got SIGTERM. */
  started(instance: Instance): void;
  ended(instance: Instance): void;
  closing(instance: Instance): void;
  /** The platform considers an instance ready, or no longer. */
  readiness(instance: Instance, isReady: boolean): void;
  /** All servers had died, and one has started. */
  lost(): void;
  /** A server answers again. */
  back(): void;
}
