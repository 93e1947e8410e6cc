import type { Ns } from '../../kernel/time.js';

export type Queue = {
  readonly capacity: number;
  readonly maxWaitNs: Ns | null;
} & (
  | { readonly discipline: 'fifo' | 'lifo' | 'priority' }
  /** `targetNs`: longest wait of requests that join a standing queue; for others it is the interval. */
  | {
      readonly discipline: 'adaptiveLifo';
      readonly intervalNs: Ns;
      readonly targetNs: Ns | null;
    }
  | { readonly discipline: 'fair'; readonly key: string }
  | { readonly discipline: 'codel'; readonly targetNs: Ns; readonly intervalNs: Ns }
);

/** Load shedding while an overload signal lasts. `below`: sheds only priorities below it, null = all. */
export type Shed =
  | { readonly kind: 'priority'; readonly above: number; readonly below: number }
  | {
      readonly kind: 'cpu';
      readonly above: number;
      readonly intervalNs: Ns;
      readonly below: number | null;
    }
  | {
      readonly kind: 'queueDelay';
      readonly targetNs: Ns;
      readonly intervalNs: Ns;
      readonly below: number | null;
    }
  /** Sheds by admission level: each priority has `users` levels of users. */
  | {
      readonly kind: 'dagor';
      readonly targetNs: Ns;
      readonly windowNs: Ns;
      readonly requests: number;
      readonly alpha: number;
      readonly beta: number;
      readonly users: number;
      readonly key: string;
    };

/** Slowdown above `connections` concurrent statements: steps take longer by the share `alpha` for each one above. */
export interface Knee {
  readonly connections: number;
  readonly alpha: number;
}

/** Back-off of restarts: how long an ended process waits for its next start; the delay grows with each restart. */
export interface RestartBackoff {
  readonly initialNs: Ns;
  readonly factor: number;
  readonly maxNs: Ns;
  /** The back-off is reset after a process ran for longer than this. */
  readonly resetAfterNs: Ns;
  readonly immediateFirst: boolean;
}

/** Client-side pool of a database, with the settings of its library. */
export type Pool = PoolSettings | GoSettings | HikariSettings | PgbouncerSettings;

export interface PoolSettings extends Omit<GoSettings, 'kind'> {
  readonly kind: 'simple';
  readonly acquireTimeoutNs: Ns | null;
  readonly waiters: 'fifo' | 'random';
}

/** PgBouncer: one pool for all callers. */
export interface PgbouncerSettings {
  readonly kind: 'pgbouncer';
  /** Unit for which a server connection is assigned; with `statement` there are no transactions. */
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Pool of each client; used only with `session`. */
  readonly clients: PoolSettings;
  readonly defaultPoolSize: number;
  readonly maxClientConn: number;
  /** null = a query waits for ever. */
  readonly queryWaitTimeoutNs: Ns | null;
}

/** Go's database/sql. */
export interface GoSettings {
  readonly kind: 'go';
  readonly maxOpen: number;
  readonly maxIdle: number;
  readonly maxLifetimeNs: Ns | null;
  readonly maxIdleTimeNs: Ns | null;
}

export interface HikariSettings {
  readonly kind: 'hikari';
  readonly maximumPoolSize: number;
  readonly minimumIdle: number;
  readonly connectionTimeoutNs: Ns;
  readonly validationTimeoutNs: Ns;
  readonly aliveBypassWindowNs: Ns;
  readonly leakDetectionThresholdNs: Ns | null;
  readonly idleTimeoutNs: Ns | null;
  readonly maxLifetimeNs: Ns | null;
  /** Interval between tests of an idle connection; null = never. */
  readonly keepaliveTimeNs: Ns | null;
  /** How long the pool tries to connect at start; null = it starts without a connection. */
  readonly initializationFailTimeoutNs: Ns | null;
}
