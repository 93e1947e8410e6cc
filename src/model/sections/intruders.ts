import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';

/** A row that a fault holds: the number of its value, and for how long at a time; null = to the end. */
export interface RowHold {
  readonly fault: number;
  readonly value: number;
  readonly holdNs: Ns | null;
}

/** What intruders need of the locks and transactions of their database. */
export interface Site {
  /** A transaction takes a row that is free; false where somebody has it. */
  tryHold(tx: number, key: number, value: number): boolean;
  /** A transaction without a client begins, and ends. */
  open(): number;
  close(tx: number): void;
}

interface Intruder extends RowHold {
  readonly part: number;
  readonly key: number;
  /** Its transaction, whether that has the row, and since when it waits for it. */
  tx: number;
  holds: boolean;
  since: Ns;
  /** Number of the time that it has it. */
  turn: number;
}

/** Transactions of nobody's that faults let hold rows of one database, each in the line of its row. */
export class Intruders {
  private readonly site: Site;
  private all: Intruder[] = [];
  private turns = 0;
  private readonly releaseOp: number;

  constructor(site: Site) {
    this.site = site;
    this.releaseOp = engine.define('row-let-go', (turn) => {
      const own = this.all.find((one) => one.holds && one.turn === turn);
      if (own === undefined) return;
      this.site.close(own.tx);
      this.enter(own);
    });
  }

  /** Faults want these rows of an operation held, and no others of it. */
  turn(part: number, key: number, wanted: readonly RowHold[]): void {
    const isWanted = (own: Intruder): boolean =>
      own.part !== part || wanted.some(({ fault }) => fault === own.fault);
    const gone = this.all.filter((own) => !isWanted(own));
    this.all = this.all.filter(isWanted);
    for (const { tx } of gone) this.site.close(tx);
    for (const hold of wanted) {
      if (this.all.some((own) => own.part === part && own.fault === hold.fault)) continue;
      const own: Intruder = { ...hold, part, key, tx: -1, holds: false, since: 0, turn: 0 };
      this.all.push(own);
      this.enter(own);
    }
  }

  /** A row is free: who has waited for it longer than since `since`, or -1. */
  next(key: number, value: number, since: Ns): number {
    const own = this.all.find(
      (one) => !one.holds && one.key === key && one.value === value && one.since <= since,
    );
    if (own === undefined) return -1;
    this.has(own);
    return own.tx;
  }

  /** The server has died, and with it whoever was connected. */
  clear(isGone: (value: number) => boolean = () => true): void {
    const gone = this.all.filter(({ value }) => isGone(value));
    this.all = this.all.filter(({ value }) => !isGone(value));
    for (const { tx } of gone) this.site.close(tx);
  }

  private enter(own: Intruder): void {
    own.tx = this.site.open();
    own.since = engine.now;
    own.holds = false;
    if (this.site.tryHold(own.tx, own.key, own.value)) this.has(own);
  }

  private has(own: Intruder): void {
    own.holds = true;
    own.turn = ++this.turns;
    if (own.holdNs === null) return;
    engine.at(engine.now + own.holdNs, PHASE.FAULT, this.releaseOp, own.turn, 0, 0);
  }
}
