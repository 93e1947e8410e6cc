import { invariant } from '../../../kernel/invariant.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';

/**
 * A pooler in front of a database, as far as one user sees it: a pool of connections for all callers that connect as
 * that user (PgBouncer config.md, default_pool_size), and the limit on clients of all users, served or waiting
 * (max_client_conn). It survives the death of its callers.
 */
export class Pooler implements PolicyState {
  /** `users`: the pools that the pooler has for its users so far; this one joins them. */
  constructor(
    private readonly connections: PolicyState,
    private readonly maxClients: number,
    /** The pools of all users. */
    private readonly users: PolicyState[],
  ) {
    users.push(connections);
  }

  enter(frame: number, layer: number): number {
    if (this.clients() >= this.maxClients) return OUTCOME.refused;
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
