import { invariant, isAudited } from '../../../kernel/invariant.js';
import { widenInt32, widenUint8 } from '../../../kernel/pool.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { PlanRows, PlanTableLock } from '../../../contracts/plan/sections.js';
import { strands } from '../../data/strands/strands.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import type { Holders, LockLines, LockWaits } from './lock-waits.js';

/** Bits of a mask of modes. */
const MODES = 8;

/**
 * Table locks of one database; each of its processes has its own. A request is granted if it conflicts neither with
 * locks of other transactions nor with requests that wait before it, so a statement that waits for an exclusive lock
 * stops all later ones (postgres/postgres: src/backend/storage/lmgr/lock.c, LockAcquireExtended and LockCheckConflicts).
 * A transaction that holds a lock goes before a request that waits for it; if it would wait for a lock of that request's
 * transaction, it fails at once (proc.c, JoinWaitQueue: early_deadlock).
 */
export class TableLocks implements LockLines {
  private readonly holders: () => Holders;
  private readonly waits: LockWaits;
  private readonly line: number;
  private readonly first: number;
  private readonly instances: number;
  /** By table of a process: by transaction the modes that it holds; the number of holders of each mode; its line. */
  private readonly masks: Uint8Array[] = [];
  private readonly counts: Int32Array[] = [];
  private readonly lines: number[][] = [];
  /** By waiting strand: the table, the mode and the modes that conflict with it. */
  private table: Int32Array = new Int32Array(0);
  private mode: Uint8Array = new Uint8Array(0);
  private conflicts: Uint8Array = new Uint8Array(0);
  private readonly audited = isAudited();

  constructor(world: ReplicatedRun, spec: PlanRows, holders: () => Holders, waits: LockWaits) {
    this.holders = holders;
    this.waits = waits;
    this.line = waits.add(this);
    const { firstInstance, instances } = world.plan.components[spec.component];
    this.first = firstInstance;
    this.instances = instances;
    for (let table = 0; table < spec.tables * instances; table++) {
      this.masks.push(new Uint8Array(0));
      this.counts.push(new Int32Array(MODES));
      this.lines.push([]);
    }
    strands.slots.onGrow((capacity) => {
      this.table = widenInt32(this.table, capacity);
      this.mode = widenUint8(this.mode, capacity);
      this.conflicts = widenUint8(this.conflicts, capacity);
    });
    for (let index = 0; index < instances; index++) {
      world.instances[firstInstance + index].residents.push({
        died: () => this.clear(index),
        started: () => {},
      });
    }
  }

  /** The number of transaction slots has grown. */
  widen(capacity: number): void {
    for (let table = 0; table < this.masks.length; table++) {
      this.masks[table] = widenUint8(this.masks[table], capacity);
    }
  }

  /** A statement locks a table for its transaction, or waits for it. */
  take(strand: number, tx: number, spec: PlanTableLock): Outcome {
    const table = spec.table * this.instances + strands.instance[strand] - this.first;
    const held = this.masks[table][tx];
    this.waits.asks(strand, spec.part);
    if (((held >> spec.mode) & 1) !== 0) {
      this.waits.atOnce(strand);
      return OUTCOME.ok;
    }
    const line = this.lines[table];
    const at = this.placeIn(line, held);
    if (
      (this.wanted(line, at) & spec.conflicts) === 0 &&
      !this.isTaken(table, held, spec.conflicts)
    ) {
      this.hold(table, tx, spec.mode);
      this.waits.atOnce(strand);
      return OUTCOME.ok;
    }
    if (at < line.length && this.waits.failsFinder && this.waitsFor(line[at], table, spec)) {
      return this.waits.refused(strand, tx);
    }
    this.table[strand] = table;
    this.mode[strand] = spec.mode;
    this.conflicts[strand] = spec.conflicts;
    line.splice(at, 0, strand);
    this.waits.queue(strand, tx, this.line, spec.lockTimeoutNs);
    return PENDING;
  }

  /** A statement that waits, or was just granted its lock, has left. */
  left(strand: number): void {
    if (this.waits.isIn(strand, this.line)) this.leaveLine(strand);
  }

  release(tx: number): void {
    for (let table = 0; table < this.masks.length; table++) {
      const held = this.masks[table][tx];
      if (held === 0) continue;
      this.masks[table][tx] = 0;
      for (let mode = 0; mode < MODES; mode++) {
        if (((held >> mode) & 1) === 0) continue;
        this.counts[table][mode]--;
        invariant(this.counts[table][mode] >= 0, 'a table lock is released once');
      }
      this.wake(table);
    }
  }

  leaveLine(strand: number): void {
    const table = this.table[strand];
    const at = this.lines[table].indexOf(strand);
    invariant(at >= 0, 'a statement that waits is in the line of its table');
    this.lines[table].splice(at, 1);
    this.waits.out(strand);
    this.wake(table);
  }

  blockers(strand: number, into: number[]): void {
    const table = this.table[strand];
    const conflicts = this.conflicts[strand];
    const holders = this.holders();
    const own = holders.at(strand);
    const masks = this.masks[table];
    for (let tx = 0; tx < holders.slots.touched; tx++) {
      if (tx !== own && (masks[tx] & conflicts) !== 0) into.push(tx);
    }
    for (const other of this.lines[table]) {
      if (other === strand) break;
      if (((conflicts >> this.mode[other]) & 1) !== 0) into.push(holders.at(other));
    }
  }

  /** A request that waits only for requests before it goes first (postgres/postgres: deadlock.c, TestConfiguration). */
  reorders(strand: number): boolean {
    const table = this.table[strand];
    const tx = this.holders().at(strand);
    if (this.isTaken(table, this.masks[table][tx], this.conflicts[strand])) return false;
    this.lines[table].splice(this.lines[table].indexOf(strand), 1);
    this.grant(strand, table);
    return true;
  }

  /** Place in line of a transaction: before the first request that waits for a lock of it. */
  private placeIn(line: readonly number[], held: number): number {
    if (held === 0) return line.length;
    const at = line.findIndex((other) => (this.conflicts[other] & held) !== 0);
    return at < 0 ? line.length : at;
  }

  /** Whether a request would wait for a lock of the transaction of a statement that waits. */
  private waitsFor(other: number, table: number, { conflicts }: PlanTableLock): boolean {
    return (this.masks[table][this.holders().at(other)] & conflicts) !== 0;
  }

  /** The modes that the first requests of a line wait for. */
  private wanted(line: readonly number[], until: number): number {
    let wanted = 0;
    for (let at = 0; at < until; at++) wanted |= 1 << this.mode[line[at]];
    return wanted;
  }

  /** Whether other transactions hold a table in one of these modes. `held` = the modes of the own one. */
  private isTaken(table: number, held: number, conflicts: number): boolean {
    const counts = this.counts[table];
    for (let mode = 0; mode < MODES; mode++) {
      if (((conflicts >> mode) & 1) !== 0 && counts[mode] > ((held >> mode) & 1)) return true;
    }
    return false;
  }

  private hold(table: number, tx: number, mode: number): void {
    const masks = this.masks[table];
    invariant(((masks[tx] >> mode) & 1) === 0, 'a transaction takes a table in a mode once');
    masks[tx] |= 1 << mode;
    this.counts[table][mode]++;
    if (this.audited) this.audit(table);
  }

  /** Grants the requests of a line, in order, that conflict with no lock and no request that still waits before them. */
  private wake(table: number): void {
    const line = this.lines[table];
    let ahead = 0;
    let kept = 0;
    for (let at = 0; at < line.length; at++) {
      const strand = line[at];
      const conflicts = this.conflicts[strand];
      const held = this.masks[table][this.holders().at(strand)];
      if ((conflicts & ahead) !== 0 || this.isTaken(table, held, conflicts)) {
        ahead |= 1 << this.mode[strand];
        line[kept++] = strand;
      } else {
        this.grant(strand, table);
      }
    }
    line.length = kept;
  }

  private grant(strand: number, table: number): void {
    const tx = this.holders().at(strand);
    this.waits.out(strand);
    this.hold(table, tx, this.mode[strand]);
    this.waits.granted(strand);
  }

  /** The process has died, and with it the locks of its tables. */
  private clear(index: number): void {
    for (let table = index; table < this.masks.length; table += this.instances) {
      this.masks[table].fill(0);
      this.counts[table].fill(0);
      for (const strand of this.lines[table].splice(0)) {
        if (this.waits.isIn(strand, this.line)) this.waits.out(strand);
      }
    }
  }

  /** The counts of modes are those of the transactions. */
  private audit(table: number): void {
    for (let mode = 0; mode < MODES; mode++) {
      let holders = 0;
      for (const mask of this.masks[table]) holders += (mask >> mode) & 1;
      invariant(holders === this.counts[table][mode], 'each holder of a table lock is counted');
    }
  }
}
