import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { widenFloat64, widenInt32, widenUint8, type Slots } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanRows } from '../../../contracts/plan/sections.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import { strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/** The answer to a statement that waited too long or was chosen to resolve a deadlock. */
const FAILED = withStatus(OUTCOME.serverError, 500);

/** The transactions, as far as locks use them. */
export interface Holders {
  /** Number in the order of their beginnings. */
  readonly serial: Float64Array;
  readonly aborted: Uint8Array;
  readonly slots: Slots;
  at(strand: number): number;
  /** Begins and ends a transaction without a client. */
  open(database: number): number;
  close(tx: number): void;
}

/** Locks of one sort, and the lines of statements that wait for them. */
export interface LockLines {
  /** A statement that waits leaves its line. */
  leaveLine(strand: number): void;
  /** Adds the transactions that a waiting statement waits for. */
  blockers(strand: number, into: number[]): void;
  /** Tries to end a deadlock by changing the order of a line; returns true if that has granted a lock. */
  reorders(strand: number): boolean;
  release(tx: number): void;
}

/**
 * Statements of one database that wait for a row or a table: since when, for which transactions, and the ends of a wait
 * other than the lock.
 */
export class LockWaits {
  private readonly lines: LockLines[] = [];
  /** By strand: 1 + its line while it waits, since when and in which cell it waits, and its part. */
  private waits: Uint8Array = new Uint8Array(0);
  private since: Float64Array = new Float64Array(0);
  private cell: Int32Array = new Int32Array(0);
  private part: Int32Array = new Int32Array(0);
  /** By transaction: its waiting statement; -1 = none. */
  private waiting: Int32Array = new Int32Array(0);
  /** Search for a deadlock: by transaction, the one from which it was found, and the number of the search. */
  private from: Int32Array = new Int32Array(0);
  private seen: Float64Array = new Float64Array(0);
  private searches = 0;
  private readonly found: number[] = [];
  private readonly durations = new Map<number, Durations>();
  private readonly holds = new Map<number, Durations>();
  private readonly deadlocks: Counter;
  private readonly timeouts: Counter;
  private readonly grantOp: number;
  private readonly timeoutOp: number;
  private readonly deadlockOp: number;
  /** Whether the statement that finds a deadlock fails, instead of that of the youngest transaction. */
  readonly failsFinder: boolean = this.spec.deadlockVictim === 'finder';

  constructor(
    private readonly world: ReplicatedRun,
    private readonly spec: PlanRows,
    private readonly holders: () => Holders,
  ) {
    const { plan, meters } = world;
    strands.slots.onGrow((capacity) => {
      this.waits = widenUint8(this.waits, capacity);
      this.since = widenFloat64(this.since, capacity);
      this.cell = widenInt32(this.cell, capacity);
      this.part = widenInt32(this.part, capacity);
    });
    const { component } = spec;
    const { firstPart, parts } = plan.components[component];
    for (let part = firstPart; part < firstPart + parts; part++) {
      this.durations.set(part, meters.durations('lockWait', { component, part }));
      this.holds.set(part, meters.durations('lockHeld', { component, part }));
    }
    this.deadlocks = meters.counter('deadlocks', { component, part: -1 });
    this.timeouts = meters.counter('lockTimeouts', { component, part: -1 });
    this.grantOp = engine.define('row-granted', (strand, stamp) => {
      if (strands.stamp[strand] === stamp) world.interpreter.acted(strand, OUTCOME.ok);
    });
    this.timeoutOp = engine.define('row-timeout', (strand, stamp, line) => {
      if (strands.stamp[strand] !== stamp || this.waits[strand] !== line) return;
      meters.count(this.timeouts);
      this.giveUp(strand);
    });
    this.deadlockOp = engine.define('deadlock-check', (strand, stamp, line) => {
      if (strands.stamp[strand] === stamp && this.waits[strand] === line) this.look(strand);
    });
  }

  /** Adds locks of one sort; returns the number of their lines. */
  add(lines: LockLines): number {
    return this.lines.push(lines);
  }

  /** The number of transaction slots has grown. */
  widen(capacity: number): void {
    const before = this.waiting.length;
    this.waiting = widenInt32(this.waiting, capacity).fill(-1, before);
    this.from = widenInt32(this.from, capacity);
    this.seen = widenFloat64(this.seen, capacity);
  }

  /** A statement asks for a lock. */
  asks(strand: number, part: number): void {
    invariant(this.waits[strand] === 0, 'a statement waits for one lock');
    this.part[strand] = part;
    this.since[strand] = engine.now;
    this.cell[strand] = sink.cell;
  }

  /** It has the lock at once. */
  atOnce(strand: number): void {
    this.waited(strand);
  }

  /** It would wait for a statement that waits for its transaction: a deadlock at once. Returns its answer. */
  refused(strand: number, tx: number): Outcome {
    invariant(this.failsFinder, 'a database whose victim is the youngest looks for cycles later');
    this.waited(strand);
    this.abort(tx);
    return FAILED;
  }

  /** It waits in a line. `limitNs` = its longest wait; null = no limit. */
  queue(strand: number, tx: number, line: number, limitNs: Ns | null): void {
    this.waits[strand] = line;
    this.waiting[tx] = strand;
    const stamp = strands.stamp[strand];
    const at = (delay: Ns, op: number): void =>
      engine.at(engine.now + delay, PHASE.TIMER, op, strand, stamp, line);
    at(this.spec.deadlockTimeoutNs, this.deadlockOp);
    if (limitNs !== null) at(limitNs, this.timeoutOp);
  }

  /** Time at which a waiting statement has joined its line. */
  sinceOf(strand: number): Ns {
    return this.since[strand];
  }

  /** The operation that a statement executes. */
  partOf(strand: number): number {
    return this.part[strand];
  }

  /** A row that an operation locked in a cell is released. */
  held(part: number, cell: number, ns: Ns): void {
    this.world.meters.took(this.holds.get(part)!, cell, ns);
  }

  isIn(strand: number, line: number): boolean {
    return this.waits[strand] === line;
  }

  /** A statement has left its line. */
  out(strand: number): void {
    invariant(this.waits[strand] !== 0, 'a statement leaves the line that it is in');
    this.waits[strand] = 0;
    this.waiting[this.holders().at(strand)] = -1;
  }

  /** A statement that has left its line has the lock. */
  granted(strand: number): void {
    this.waited(strand);
    engine.soon(PHASE.COMPLETION, this.grantOp, strand, strands.stamp[strand], 0);
  }

  /** The process has died, and with it all waits. */
  clear(): void {
    this.waiting.fill(-1);
    this.waits.fill(0);
  }

  private giveUp(strand: number): void {
    this.lines[this.waits[strand] - 1].leaveLine(strand);
    this.failed(strand);
  }

  private failed(strand: number): void {
    this.waited(strand);
    this.world.interpreter.acted(strand, FAILED);
  }

  /**
   * Follows the transactions that a statement waits for. If they wait for it in turn, its own transaction or the
   * youngest of the cycle is rolled back, unless another order of a line ends the deadlock.
   */
  private look(strand: number): void {
    const holders = this.holders();
    const { serial } = holders;
    const start = holders.at(strand);
    invariant(this.waiting[start] === strand, 'a transaction waits with one statement');
    const { found } = this;
    const search = ++this.searches;
    found.length = 0;
    this.spread(start, search);
    for (let next = 0; next < found.length; next++) {
      let tx = found[next];
      if (tx !== start) {
        this.spread(tx, search);
        continue;
      }
      let youngest = start;
      for (tx = this.from[start]; tx !== start; tx = this.from[tx]) {
        if (this.reorders(tx)) return;
        if (serial[tx] > serial[youngest]) youngest = tx;
      }
      if (!this.reorders(start)) this.rollBack(this.failsFinder ? start : youngest);
      return;
    }
  }

  private reorders(tx: number): boolean {
    const strand = this.waiting[tx];
    return this.lines[this.waits[strand] - 1].reorders(strand);
  }

  /** Adds the transactions that one waits for, if the search has not found them yet. */
  private spread(tx: number, search: number): void {
    const strand = this.waiting[tx];
    if (strand < 0) return;
    const { found } = this;
    const first = found.length;
    this.lines[this.waits[strand] - 1].blockers(strand, found);
    let kept = first;
    for (let at = first; at < found.length; at++) {
      const other = found[at];
      if (this.seen[other] === search) continue;
      this.seen[other] = search;
      this.from[other] = tx;
      found[kept++] = other;
    }
    found.length = kept;
  }

  private rollBack(tx: number): void {
    const strand = this.waiting[tx];
    invariant(strand >= 0, 'a transaction in a deadlock has a statement that waits');
    this.lines[this.waits[strand] - 1].leaveLine(strand);
    this.abort(tx);
    this.failed(strand);
  }

  private abort(tx: number): void {
    const { aborted } = this.holders();
    invariant(aborted[tx] === 0, 'a transaction is rolled back once');
    aborted[tx] = 1;
    this.world.meters.count(this.deadlocks);
    for (const lines of this.lines) lines.release(tx);
  }

  private waited(strand: number): void {
    const { meters } = this.world;
    const wait = engine.now - this.since[strand];
    meters.took(this.durations.get(this.part[strand])!, this.cell[strand], wait);
  }
}
