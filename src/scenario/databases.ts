import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import type { Database } from '../spec/scenario.js';

/** What a kind of database brings where the scenario says nothing. */
export interface Product {
  readonly maxConnections: number;
  readonly reserved: number;
  /** Longest wait for a row. */
  readonly lockTimeoutNs: Ns | null;
  /** Wait for a row after which a deadlock is looked for. */
  readonly deadlockTimeoutNs: Ns;
  /** One core runs one command after the other. */
  readonly isSingleThreaded: boolean;
}

const GENERIC: Product = {
  maxConnections: Infinity,
  reserved: 0,
  lockTimeoutNs: null,
  deadlockTimeoutNs: NS_PER_SECOND,
  isSingleThreaded: false,
};

export const PRODUCTS: Readonly<Record<Database['kind'], Product>> = Object.freeze({
  generic: GENERIC,
  // max_connections, superuser_reserved_connections, deadlock_timeout.
  postgres: { ...GENERIC, maxConnections: 100, reserved: 3 },
  // max_connections, innodb_lock_wait_timeout; innodb_deadlock_detect looks at every wait at once.
  mysql: {
    ...GENERIC,
    maxConnections: 151,
    lockTimeoutNs: 50 * NS_PER_SECOND,
    deadlockTimeoutNs: 0,
  },
  // maxclients; one thread runs all commands.
  redis: { ...GENERIC, maxConnections: 10_000, isSingleThreaded: true },
});
