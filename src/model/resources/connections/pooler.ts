import { invariant } from '../../../kernel/invariant.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';

/**
 * A pooler in front of a database: one pool of connections for all callers, and a limit on the clients it serves or
 * keeps waiting. It survives the death of its callers.
 */
export class Pooler implements PolicyState {
  private readonly connections: PolicyState;
  private readonly maxClients: number;

  constructor(connections: PolicyState, maxClients: number) {
    this.connections = connections;
    this.maxClients = maxClients;
  }

  enter(frame: number, layer: number): number {
    if (this.connections.held() >= this.maxClients) return OUTCOME.refused;
    const verdict = this.connections.enter(frame, layer);
    invariant(
      this.connections.held() <= this.maxClients,
      'a pooler serves no more clients than its limit',
    );
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
}
