import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PgbouncerSettings } from '../../../contracts/scenario/pools.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import type { PoolSetup } from './pool-setup.js';
import type { ServerConnections } from './server-connections.js';

/** The last failed login of a pooler at the address that some of its calls use. */
class Logins {
  private failedAt: Ns = -Infinity;

  constructor(private readonly retryNs: Ns) {}

  /**
   * Whether a statement may wait for a connection. While a login has failed and no server connection is there,
   * statements fail at once, and the next login is `server_login_retry` after the last one (pgbouncer src/objects.c,
   * check_fast_fail and launch_new_connection).
   */
  admit({ instance }: ServerConnections): boolean {
    invariant(this.failedAt <= engine.now, 'a login fails before the next one is tried');
    const isRetried = engine.now - this.failedAt >= this.retryNs;
    // A host that is gone refuses nothing.
    if (!instance.down || instance.silent) {
      if (isRetried) this.failedAt = -Infinity;
      return isRetried;
    }
    if (isRetried) this.failedAt = engine.now;
    return false;
  }
}

/** The logins that count for the call of a frame. */
type LoginsOf = (frame: number) => Logins;

/**
 * A pooler in front of a database, as far as one user sees it: a pool of connections for all callers that connect as
 * that user (PgBouncer config.md, default_pool_size), and the limit on clients of all users, served or waiting
 * (max_client_conn). It survives the death of its callers.
 */
class Pooler implements PolicyState {
  /** `users`: the pools that the pooler has for its users so far; this one joins them. */
  constructor(
    private readonly connections: PolicyState,
    private readonly maxClients: number,
    /** The pools of all users. */
    private readonly users: PolicyState[],
    private readonly server: ServerConnections,
    private readonly logins: LoginsOf,
    private readonly refuses: (frame: number) => Outcome,
  ) {
    users.push(connections);
  }

  enter(frame: number, layer: number): number {
    if (this.clients() >= this.maxClients) return this.refuses(frame);
    if (!this.logins(frame).admit(this.server)) return this.refuses(frame);
    const verdict = this.connections.enter(frame, layer);
    invariant(this.clients() <= this.maxClients, 'a pooler serves no more clients than its limit');
    return verdict;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    return this.connections.leave(frame, layer, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    this.connections.cancel(frame, layer, parked);
  }

  timer(frame: number, layer: number): void {
    this.connections.timer!(frame, layer);
  }

  held(): number {
    return this.connections.held();
  }

  private clients(): number {
    let clients = 0;
    for (const pool of this.users) clients += pool.held();
    return clients;
  }
}

/** The poolers of a run. */
export class Poolers {
  /** By server: the pools of its users. */
  private readonly users = new Map<ServerConnections, PolicyState[]>();
  /** By database and user: the logins at the primary. */
  private readonly logins = new Map<string, Logins>();

  constructor(private readonly world: Pick<Run, 'plan'>) {}

  create(
    connections: PolicyState,
    { maxClientConn, serverLoginRetryNs }: PgbouncerSettings,
    { server, refuses }: Pick<PoolSetup<unknown>, 'server' | 'refuses'>,
    user: string,
  ): PolicyState {
    const users = this.users.get(server) ?? [];
    this.users.set(server, users);
    const key = `${server.instance.component}|${user}`;
    const primary = this.logins.get(key) ?? new Logins(serverLoginRetryNs);
    this.logins.set(key, primary);
    const own = new Logins(serverLoginRetryNs);
    const { edges } = this.world.plan;
    // Calls to the primary have one address, whatever node that is.
    const loginsOf: LoginsOf = (frame) =>
      edges[frames.edge[frame]].route?.kind === 'primary' ? primary : own;
    return new Pooler(connections, maxClientConn, users, server, loginsOf, refuses);
  }
}
