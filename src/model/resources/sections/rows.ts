import { invariant, isAudited } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { Slots, widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { PlanRowLock, PlanRows } from '../../../contracts/plan/sections.js';
import { shardOf } from '../replication/shards.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import { Intruders, type RowHold } from './intruders.js';
import type { Holders, LockLines, LockWaits } from './lock-waits.js';
import { sink } from '../../data/figures/sink.js';
import { strands } from '../../data/strands/strands.js';

type RowRequest = Pick<PlanRowLock, 'part' | 'key' | 'lockTimeoutNs'>;

/**
 * Row locks of one database. A row is a value of a key, its holder a transaction; later ones wait in line. Only locked
 * rows are stored, so memory does not grow with the values seen.
 */
export class RowLocks implements LockLines {
  /** By key: value -> row. */
  private readonly byValue: readonly Map<number, number>[];
  private readonly rows = new Slots(64);
  /** By row: key, value, holder, the next row of that holder, first and last statement in line. */
  private key: Int32Array = new Int32Array(0);
  private value: Float64Array = new Float64Array(0);
  private holder: Int32Array = new Int32Array(0);
  private nextHeld: Int32Array = new Int32Array(0);
  private first: Int32Array = new Int32Array(0);
  private last: Int32Array = new Int32Array(0);
  /** By row: since when and since which cell its holder has it, and the operation that locked it; -1 = a fault. */
  private since: Float64Array = new Float64Array(0);
  private cell: Int32Array = new Int32Array(0);
  private part: Int32Array = new Int32Array(0);
  /** By strand: the row that it waits for, and the strand after it in line. */
  private waitsFor: Int32Array = new Int32Array(0);
  private behind: Int32Array = new Int32Array(0);
  /** By transaction: the row it locked last; -1 = none. */
  private held: Int32Array = new Int32Array(0);
  /** Transactions by which faults hold rows; null without any. */
  private intruders: Intruders | null = null;
  private readonly audited = isAudited();
  /** Number of its lines among the waits. */
  private readonly line: number = this.waits.add(this);

  constructor(
    world: ReplicatedRun,
    private readonly spec: PlanRows,
    private readonly holders: () => Holders,
    private readonly waits: LockWaits,
  ) {
    const { plan } = world;
    this.byValue = plan.keys.map(() => new Map<number, number>());
    this.rows.onGrow((capacity) => {
      for (const name of ROW_COLUMNS) this[name] = widenInt32(this[name], capacity);
      this.value = widenFloat64(this.value, capacity);
      this.since = widenFloat64(this.since, capacity);
    });
    strands.slots.onGrow((capacity) => {
      const before = this.waitsFor.length;
      for (const name of STRAND_COLUMNS) this[name] = widenInt32(this[name], capacity);
      this.waitsFor.fill(-1, before);
    });
    const { component } = spec;
    const { firstInstance, instances } = plan.components[component];
    const nodes = world.replicas.get(component) ?? null;
    for (let index = 0; index < instances; index++) {
      world.instances[firstInstance + index].residents.push({
        died: () => {
          if (nodes === null && instances > 1) this.clearShard(index, instances);
          else if (index === (nodes?.roles.primary ?? 0)) this.clear();
        },
        started: () => {},
      });
    }
  }

  /** The number of transaction slots has grown. */
  widen(capacity: number): void {
    const before = this.held.length;
    this.held = widenInt32(this.held, capacity).fill(-1, before);
  }

  /** A statement locks a row for its transaction, or waits for it. */
  take(
    strand: number,
    tx: number,
    { part, key, lockTimeoutNs }: RowRequest,
    value: number,
  ): Outcome {
    const row = this.byValue[key].get(value);
    invariant(this.waitsFor[strand] < 0, 'a statement waits for one row');
    this.waits.asks(strand, part);
    if (row === undefined) {
      this.hold(this.create(key, value), tx, part);
      this.waits.atOnce(strand);
      return OUTCOME.ok;
    }
    if (this.holder[row] === tx) {
      this.waits.atOnce(strand);
      return OUTCOME.ok;
    }
    this.waitsFor[strand] = row;
    this.behind[strand] = -1;
    invariant(
      this.first[row] < 0 || this.behind[this.last[row]] < 0,
      'no statement is behind the last in line',
    );
    if (this.first[row] < 0) this.first[row] = strand;
    else this.behind[this.last[row]] = strand;
    this.last[row] = strand;
    this.waits.queue(strand, tx, this.line, lockTimeoutNs);
    return PENDING;
  }

  /** A statement that waits, or was just granted its row, has left. */
  left(strand: number): void {
    if (this.waitsFor[strand] >= 0) this.leaveLine(strand);
  }

  /** Releases all rows of a transaction: each goes to the statement that has waited longest. */
  release(tx: number): void {
    let row = this.held[tx];
    this.held[tx] = -1;
    while (row >= 0) {
      invariant(this.holder[row] === tx, 'a transaction releases the rows that it holds');
      const next = this.nextHeld[row];
      this.pass(row);
      row = next;
    }
    if (this.audited) this.auditReleased(tx);
  }

  /** Sets the rows of an operation that faults hold. */
  intrude(part: number, key: number, wanted: readonly RowHold[]): void {
    const { component } = this.spec;
    this.intruders ??= new Intruders({
      open: () => this.holders().open(component),
      close: (tx) => this.holders().close(tx),
      tryHold: (tx, own, value) => {
        if (this.byValue[own].has(value)) return false;
        this.hold(this.create(own, value), tx, FAULT);
        return true;
      },
    });
    this.intruders.turn(part, key, wanted);
  }

  private pass(row: number): void {
    const part = this.part[row];
    if (part !== FAULT) this.waits.held(part, this.cell[row], engine.now - this.since[row]);
    const strand = this.first[row];
    const since = strand < 0 ? Infinity : this.waits.sinceOf(strand);
    const intruder = this.intruders?.next(this.key[row], this.value[row], since) ?? -1;
    if (intruder >= 0) {
      this.hold(row, intruder, FAULT);
      return;
    }
    if (strand < 0) {
      this.byValue[this.key[row]].delete(this.value[row]);
      this.rows.give(row);
      return;
    }
    this.leaveLine(strand);
    this.hold(row, this.holders().at(strand), this.waits.partOf(strand));
    this.waits.granted(strand);
  }

  private hold(row: number, tx: number, part: number): void {
    this.holder[row] = tx;
    this.part[row] = part;
    this.since[row] = engine.now;
    this.cell[row] = sink.cell;
    this.nextHeld[row] = this.held[tx];
    this.held[tx] = row;
  }

  private create(key: number, value: number): number {
    invariant(!this.byValue[key].has(value), 'a row has one holder');
    const row = this.rows.take();
    this.key[row] = key;
    this.value[row] = value;
    this.first[row] = -1;
    this.byValue[key].set(value, row);
    return row;
  }

  leaveLine(strand: number): void {
    const row = this.waitsFor[strand];
    invariant(row >= 0, 'a statement leaves the line that it is in');
    this.waitsFor[strand] = -1;
    this.waits.out(strand);
    if (this.first[row] === strand) {
      this.first[row] = this.behind[strand];
      return;
    }
    let at = this.first[row];
    while (this.behind[at] !== strand) {
      at = this.behind[at];
      invariant(at >= 0, 'a statement that waits is behind the first in line');
    }
    this.behind[at] = this.behind[strand];
    if (this.last[row] === strand) this.last[row] = at;
  }

  blockers(strand: number, into: number[]): void {
    into.push(this.holder[this.waitsFor[strand]]);
  }

  reorders(): boolean {
    return false;
  }

  /** No row belongs to a transaction that has released all of its rows. */
  private auditReleased(tx: number): void {
    for (const values of this.byValue) {
      for (const row of values.values()) {
        invariant(this.holder[row] !== tx, 'a transaction that is over holds no row');
      }
    }
  }

  /** The process of a shard has died, and with it the locks of its rows. */
  private clearShard(index: number, shards: number): void {
    for (const values of this.byValue) {
      for (const [value, row] of values) {
        if (shardOf(value, shards) !== index) continue;
        values.delete(value);
        this.held[this.holder[row]] = -1;
        for (let own = this.first[row]; own >= 0; own = this.behind[own]) {
          this.waitsFor[own] = -1;
          this.waits.out(own);
        }
        this.rows.give(row);
      }
    }
    this.intruders?.clear((value) => shardOf(value, shards) === index);
  }

  /** The process has died, and with it its locks. */
  private clear(): void {
    for (const values of this.byValue) {
      for (const row of values.values()) this.rows.give(row);
      values.clear();
    }
    this.held.fill(-1);
    this.waits.clear();
    this.waitsFor.fill(-1);
    this.intruders?.clear();
  }
}

/** In place of the operation that locks a row. */
const FAULT = -1;
const ROW_COLUMNS = ['key', 'holder', 'nextHeld', 'first', 'last', 'cell', 'part'] as const;
const STRAND_COLUMNS = ['waitsFor', 'behind'] as const;
