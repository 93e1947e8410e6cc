import { invariant } from '../../../kernel/invariant.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { Ns } from '../../../kernel/time.js';
import { levels } from '../../data/figures/levels.js';
import type { Instance } from '../../data/instances/instance.js';

/**
 * Connections of all pools to one database server. They end with the server process. A pool notices this when it wants
 * to use one; its `epoch` says which process it was opened to.
 */
export class ServerConnections {
  private open = 0;
  /** Connections open at once: pools that replace each other within a cell have their peaks at different times. */
  readonly gauge: number = levels.register();

  /** A law that is checked when a connection ends, for runs with dear checks. */
  law: (() => void) | null = null;
  private epoch: number = this.instance.epoch;

  constructor(
    private readonly limit: number,
    /** Interval at which the server looks for lost clients during a statement; 0 = it does not. */
    readonly checkNs: Ns,
    readonly instance: Instance,
  ) {}

  /** Returns true while the server process runs. */
  isUp(): boolean {
    return !this.instance.down;
  }

  /** Returns true if the server accepts another connection. */
  hasRoom(): boolean {
    this.sync();
    return this.open < this.limit;
  }

  /** Opens a connection and returns its epoch. */
  take(): number {
    this.sync();
    invariant(this.open < this.limit, 'a server accepts no more connections than its limit');
    this.open++;
    levels.add(this.gauge, 1);
    return this.epoch;
  }

  give(epoch: number): void {
    this.sync();
    invariant(epoch !== this.epoch || this.open > 0, 'a connection to the server ends once');
    if (epoch !== this.epoch) return;
    this.open--;
    levels.add(this.gauge, -1);
    if (this.law !== null) this.law();
  }

  /** Connections that are open. */
  get sessions(): number {
    this.sync();
    return this.open;
  }

  /** Returns true for a connection whose server process has died. */
  isDead(epoch: number): boolean {
    return epoch !== this.instance.epoch;
  }

  private sync(): void {
    if (this.epoch === this.instance.epoch) return;
    this.epoch = this.instance.epoch;
    this.open = 0;
    levels.set(this.gauge, 0);
  }
}

/** Returns true for an outcome that leaves the connection closed. */
export function isBroken(outcome: Outcome): boolean {
  const kind = outcome & 31;
  return kind === OUTCOME.reset || kind === OUTCOME.refused;
}
