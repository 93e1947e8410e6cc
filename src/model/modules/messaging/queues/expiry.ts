import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { Ns } from '../../../../kernel/time.js';
import type { Entries } from './entries.js';

/** The queue whose messages expire. */
export interface ExpiryOwner {
  /** The queue has no leader: nothing expires meanwhile. */
  readonly isHalted: boolean;
  /** The first ready entry; -1 = none. */
  first(): number;
  expire(entry: number): void;
}

/** The times to live of a queue. A timer runs for its first ready message, and for each one that is set aside. */
export class Expiry {
  /** Time at which the timer fires; Infinity = not set. */
  private at: Ns = Infinity;
  private readonly headOp: number = engine.define('message-expiry', () => this.head());
  private readonly asideOp: number = engine.define('set-aside-expiry', (entry, stamp) =>
    this.aside(entry, stamp),
  );

  constructor(
    private readonly entries: Entries,
    private readonly lifetimeNs: Ns,
    private readonly owner: ExpiryOwner,
  ) {}

  /**
   * Expires at its end; a message with a lifetime of 0 may be delivered in its first instant (RabbitMQ, docs/ttl.md).
   */
  isOver(entry: number): boolean {
    const left = this.endOf(entry) - engine.now;
    return left < 0 || (left === 0 && this.lifetimeNs > 0);
  }

  arm(): void {
    if (this.lifetimeNs === Infinity) return;
    const head = this.owner.first();
    if (head < 0) return;
    const at = Math.max(this.endOf(head), engine.now);
    if (at >= this.at) return;
    this.at = at;
    engine.at(at, PHASE.TIMER, this.headOp, 0, 0, 0);
  }

  /** A message is set aside until its end. */
  setAside(entry: number): void {
    if (this.lifetimeNs === Infinity) return;
    const at = Math.max(this.endOf(entry), engine.now);
    engine.at(at, PHASE.TIMER, this.asideOp, entry, this.entries.stamp[entry], 0);
  }

  private head(): void {
    this.at = Infinity;
    if (this.owner.isHalted) return;
    const { now } = engine;
    let entry = this.owner.first();
    for (; entry >= 0 && this.endOf(entry) <= now; entry = this.owner.first()) {
      this.owner.expire(entry);
    }
    this.arm();
  }

  private aside(entry: number, stamp: number): void {
    const { slots, stamp: stamps } = this.entries;
    if (slots.has(entry) && stamps[entry] === stamp) this.owner.expire(entry);
  }

  private endOf(entry: number): Ns {
    return this.entries.since[entry] + this.lifetimeNs;
  }
}
