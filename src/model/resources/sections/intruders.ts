import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';

/** A row that a fault locks: the number of its value, and the duration of each lock; null = to the end. */
export interface RowHold {
  readonly fault: number;
  readonly value: number;
  readonly holdNs: Ns | null;
}

/** The locks and transactions of the database that intruders use. */
export interface Site {
  /** A transaction locks a free row; returns false if the row is held. */
  tryHold(tx: number, key: number, value: number): boolean;
  /** Begins and ends a transaction without a client. */
  open(): number;
  close(tx: number): void;
}

interface Intruder extends RowHold {
  readonly part: number;
  readonly key: number;
  /** Its transaction, whether it holds the row, and since when it waits. */
  tx: number;
  holds: boolean;
  since: Ns;
  /** Number of its current hold. */
  turn: number;
}

/** Transactions by which faults hold rows of one database. They have no client and queue for their rows. */
export class Intruders {
  private all: Intruder[] = [];
  private turns = 0;
  private readonly releaseOp: number = engine.define('row-let-go', (turn) => {
    const own = this.all.find((one) => one.holds && one.turn === turn);
    if (own === undefined) return;
    this.site.close(own.tx);
    this.enter(own);
  });

  constructor(private readonly site: Site) {}

  /** Sets the rows of an operation that faults hold; releases all others of that operation. */
  turn(part: number, key: number, wanted: readonly RowHold[]): void {
    const isWanted = (own: Intruder): boolean =>
      own.part !== part || wanted.some(({ fault }) => fault === own.fault);
    const removed = this.all.filter((own) => !isWanted(own));
    this.all = this.all.filter(isWanted);
    for (const { tx } of removed) this.site.close(tx);
    for (const hold of wanted) {
      if (this.all.some((own) => own.part === part && own.fault === hold.fault)) continue;
      const own: Intruder = { ...hold, part, key, tx: -1, holds: false, since: 0, turn: 0 };
      this.all.push(own);
      this.enter(own);
    }
  }

  /**
   * A row is free. Returns the transaction that takes it, if it has waited since `since` or longer; -1 if there is
   * none.
   */
  next(key: number, value: number, since: Ns): number {
    const own = this.all.find(
      (one) => !one.holds && one.key === key && one.value === value && one.since <= since,
    );
    if (own === undefined) return -1;
    this.has(own);
    return own.tx;
  }

  /** The server has died; this ends all its transactions. */
  clear(isRemoved: (value: number) => boolean = () => true): void {
    const removed = this.all.filter(({ value }) => isRemoved(value));
    this.all = this.all.filter(({ value }) => !isRemoved(value));
    for (const { tx } of removed) this.site.close(tx);
  }

  private enter(own: Intruder): void {
    own.tx = this.site.open();
    own.since = engine.now;
    own.holds = false;
    if (this.site.tryHold(own.tx, own.key, own.value)) this.has(own);
  }

  private has(own: Intruder): void {
    invariant(!own.holds, 'a fault takes its row once');
    own.holds = true;
    own.turn = ++this.turns;
    if (own.holdNs === null) return;
    engine.at(engine.now + own.holdNs, PHASE.FAULT, this.releaseOp, own.turn, 0, 0);
  }
}
