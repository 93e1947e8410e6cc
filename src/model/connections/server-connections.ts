import { OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Instance } from '../instance.js';

/**
 * Connections of all pools to one database server. They end with its process; a pool notices that of
 * one it wants to use, and an `epoch` says which process one was opened to.
 */
export class ServerConnections {
  private readonly limit: number;
  readonly instance: Instance;
  private epoch: number;
  private open = 0;

  constructor(limit: number, instance: Instance) {
    this.limit = limit;
    this.instance = instance;
    this.epoch = instance.epoch;
  }

  /** True while somebody answers who would take a connection. */
  isUp(): boolean {
    return !this.instance.down;
  }

  /** True where the server takes one more. */
  hasRoom(): boolean {
    this.sync();
    return this.open < this.limit;
  }

  /** Opens a connection, and gives its epoch. */
  take(): number {
    this.sync();
    this.open++;
    return this.epoch;
  }

  give(epoch: number): void {
    this.sync();
    if (epoch === this.epoch) this.open--;
  }

  /** True for a connection whose server process has died. */
  isDead(epoch: number): boolean {
    return epoch !== this.instance.epoch;
  }

  private sync(): void {
    if (this.epoch === this.instance.epoch) return;
    this.epoch = this.instance.epoch;
    this.open = 0;
  }
}

/** True for an outcome that leaves no connection behind. */
export function isBroken(outcome: Outcome): boolean {
  const kind = outcome & 31;
  return kind === OUTCOME.reset || kind === OUTCOME.refused;
}
