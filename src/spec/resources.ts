import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';

/** Connections of a calling instance to an instance called. */
export interface Connections {
  readonly max: number;
  readonly maxIdle: number;
  readonly idleTimeoutNs: Ns | null;
  /** Attempts that wait in line, those for which a connection is being opened not among them. */
  readonly maxPending: number;
  readonly acquireTimeoutNs: Ns | null;
  readonly connectTimeoutNs: Ns | null;
  /** Streams at once on a connection of http2 or grpc. */
  readonly maxStreams: number;
  /** Attempts that a connection carries before it is closed. */
  readonly maxRequests: number;
  readonly lifetimeNs: Ns | null;
}

/** What a component speaks to its callers; only felt where they have connections. */
export interface Protocol {
  readonly kind: 'http1' | 'http2' | 'grpc' | 'tcp';
  readonly tls: 'none' | 'tls12' | 'tls13' | 'mtls';
  /** CPU of the component for a TLS handshake. */
  readonly handshakeWork: Distribution;
  /** CPU of the component for each KiB of a request that it reads and of an answer that it writes. */
  readonly workPerKiB: Distribution;
  /** What it does itself to the connections of its callers; null where it keeps them for ever. */
  readonly closes: ServerClosing | null;
}

/** When a server closes a connection of a caller. */
export interface ServerClosing {
  /** nginx keepalive_timeout, Node keepAliveTimeout. */
  readonly keepAliveTimeoutNs: Ns | null;
  /** nginx keepalive_requests. */
  readonly keepAliveRequests: number;
  /** gRPC: in two steps, so that no stream is lost. */
  readonly maxConnectionIdleNs: Ns | null;
  readonly maxConnectionAgeNs: Ns | null;
  readonly maxConnectionAgeGraceNs: Ns | null;
}

/** Connections of an edge, with what the protocol of the callee says about them. */
export interface PlanConnections extends Connections {
  /** http2 and grpc: several attempts at once, whose messages keep their order. */
  readonly multiplexed: boolean;
  /** Round trips of the TLS handshake, behind the one of TCP. */
  readonly tlsTrips: 0 | 1 | 2;
  /** mtls: the caller shows a certificate too. */
  readonly mutual: boolean;
  /** The instance is picked when a connection is opened: all instances of the callee share the pool. */
  readonly shared: boolean;
  /** When the callee closes one; null where it never does. */
  readonly server: ServerClosing | null;
}

export interface Cpu {
  /** Infinity = work never slows. */
  readonly cores: number;
  readonly discipline: 'processorSharing' | 'fcfs';
  readonly quota: { readonly limit: number; readonly periodNs: Ns } | null;
  readonly contextSwitchTax: number;
}

export type Queue = {
  readonly capacity: number;
  readonly maxWaitNs: Ns | null;
} & (
  | { readonly discipline: 'fifo' | 'lifo' | 'priority' }
  /** `targetNs`: longest wait of who comes to a standing queue; of others it is the interval. */
  | {
      readonly discipline: 'adaptiveLifo';
      readonly intervalNs: Ns;
      readonly targetNs: Ns | null;
    }
  | { readonly discipline: 'fair'; readonly key: string }
  | { readonly discipline: 'codel'; readonly targetNs: Ns; readonly intervalNs: Ns }
);

/** Refuses while a signal of overload lasts; `below`: only priorities below it, null = everybody. */
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
  /** By a level of admission, for each priority so many levels of users. */
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

/** Sizes in bytes: over `limit` the process dies. */
export interface MemorySettings {
  readonly limit: number;
  readonly base: number;
  readonly perRequest: number;
}

/** Pauses of a collector: by the clock, from the end of one to the next, or by what is allocated. */
export interface GcSettings {
  readonly every: Distribution | null;
  readonly allocated: number | null;
  readonly pause: Distribution;
}

/** Where a server begins to lose time on switching between statements. */
export interface Knee {
  readonly connections: number;
  readonly alpha: number;
}

export interface Lifecycle {
  readonly startup: Distribution;
  readonly warmup: { readonly durationNs: Ns; readonly factor: number } | null;
  /** Whether what its caches hold is gone with the process. */
  readonly coldCaches: boolean;
  /** From the order to end until the process is told, in which it serves as before. */
  readonly preStopNs: Ns;
  /** From the order to end until the process is killed. */
  readonly terminationGraceNs: Ns;
  /** Told to end, it refuses what is new and finishes what it has; else it ends at once. */
  readonly drain: boolean;
}

/** How long a process that has ended waits for its next start: nothing, then ever longer. */
export interface RestartBackoff {
  readonly initialNs: Ns;
  readonly factor: number;
  readonly maxNs: Ns;
  /** After a start that lasted longer than this it begins anew. */
  readonly resetAfterNs: Ns;
  readonly immediateFirst: boolean;
}

/** The client-side pool of a database, in the words of its library. */
export type Pool = PoolSettings | GoSettings | HikariSettings | PgbouncerSettings;

export interface PoolSettings {
  readonly kind: 'simple';
  readonly maxOpen: number;
  readonly maxIdle: number;
  readonly maxLifetimeNs: Ns | null;
  readonly maxIdleTimeNs: Ns | null;
  readonly acquireTimeoutNs: Ns | null;
  readonly waiters: 'fifo' | 'random';
}

/** PgBouncer: one for all callers. */
export interface PgbouncerSettings {
  readonly kind: 'pgbouncer';
  /** What a connection of the server is given for; a `statement` is no part of a transaction. */
  readonly mode: 'session' | 'transaction' | 'statement';
  /** The pool of each of its clients; with `session` alone. */
  readonly clients: PoolSettings;
  readonly defaultPoolSize: number;
  readonly maxClientConn: number;
  /** null = a query waits as long as it has to. */
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
  /** How often an idle connection is tested, null = never. */
  readonly keepaliveTimeNs: Ns | null;
  /** How long the pool tries to start; null = it starts without a connection. */
  readonly initializationFailTimeoutNs: Ns | null;
}
