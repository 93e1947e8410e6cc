import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { Slots, widenFloat64, widenInt32, widenUint8 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PASS, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanRead, PlanWrite } from '../../../contracts/plan/replication.js';
import type {
  PlanRowLock,
  PlanStatement,
  PlanTableLock,
} from '../../../contracts/plan/sections.js';
import { SESSION } from '../../../contracts/scenario/sections.js';
import { rowOf } from '../replication/backlog.js';
import type { Act } from '../../data/acts.js';
import type { Edge } from '../../data/edges/edge.js';
import { STATEMENT, TRANSACTION } from '../../data/strands/slot-bits.js';
import { STATE, strands } from '../../data/strands/strands.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import type { RowHold } from './intruders.js';
import type { DatabaseLocks } from './database-locks.js';
import { LeftStatements, type LeavingRun } from './left-statements.js';
import { frames } from '../../data/strands/frames.js';

export interface TransactingRun extends ReplicatedRun, LeavingRun {}

/** Result for the wire: send the attempt. It is neither an outcome nor PASS. */
export const GO = -1;

/** The effect of a statement: its part and its operation. */
interface Effect {
  readonly part: number;
  readonly a: number;
  readonly b: number;
}

/** State of a transaction for its client. */
const PHASE = Object.freeze({ begins: 0, open: 1, commits: 2, over: 3 } as const);

const FAILED = withStatus(OUTCOME.serverError, 500);

/**
 * Transactions. Each is a call of the part `commit` of its database: it is held back once it has its connection, and
 * sent when the steps are done. Statements inside bypass the pool. At the server a transaction holds rows; a statement
 * outside any transaction is a transaction by itself.
 *
 * A slot lives as long as its client or one of its statements. A client that leaves does not stop its statement; rows
 * become free when both have ended.
 */
export class Transactions {
  readonly slots = new Slots(64);
  /** By operation: the key whose value is the row that it locks. */
  private readonly keys = new Map<number, number>();
  private serials = 0;
  /** By transaction: the frame of its call, and the component of its database. */
  private frame: Int32Array = new Int32Array(0);
  database: Int32Array = new Int32Array(0);
  private phase: Uint8Array = new Uint8Array(0);
  /** 1 when its connection has ended; 1 when the server has rolled it back. */
  private cut: Uint8Array = new Uint8Array(0);
  aborted: Uint8Array = new Uint8Array(0);
  /** Number of its statements in progress at the server. */
  private statements: Int32Array = new Int32Array(0);
  /** The server instance on which it began, and the epoch of that instance. */
  private server: Int32Array = new Int32Array(0);
  private epoch: Int32Array = new Int32Array(0);
  /** 1 for a statement that is its own transaction; the rows that a transaction has written so far. */
  private alone: Uint8Array = new Uint8Array(0);
  private readonly writes: string[][] = [];
  /** The effects of its statements, which it has with its commit. */
  private readonly effects: Effect[][] = [];
  /** Its statements that its client has abandoned. */
  private readonly abandonedJobs: number[][] = [];
  /** By strand of a commit: the effects of its transaction. */
  private readonly committing = new Map<number, readonly Effect[]>();
  /** Time at which it got its connection. */
  private openedNs: Float64Array = new Float64Array(0);
  /** Number in the order of their beginnings: the youngest has the largest. */
  serial: Float64Array = new Float64Array(0);
  /** By strand: the transaction of a branch or statement (-1 = none), and its serial number. */
  private of: Int32Array = new Int32Array(0);
  private serialOf: Float64Array = new Float64Array(0);
  /** By strand of a commit: time at which its transaction got its connection. */
  private openedOf: Float64Array = new Float64Array(0);
  /** The strand whose BEGIN is being executed. */
  private beginning = -1;
  private readonly behind = new LeftStatements(this.world);

  constructor(
    private readonly world: TransactingRun,
    private readonly locks: ReadonlyMap<number, DatabaseLocks>,
  ) {
    this.slots.onGrow((capacity) => this.widen(capacity));
    strands.slots.onGrow((capacity) => {
      this.of = widenInt32(this.of, capacity);
      this.serialOf = widenFloat64(this.serialOf, capacity);
      this.openedOf = widenFloat64(this.openedOf, capacity);
    });
    world.audits.push(() =>
      invariant(this.slots.used <= this.alive(), 'transaction-without-owner'),
    );
  }

  /** Begins a transaction without a client, for a fault. */
  open(database: number): number {
    const tx = this.take(database);
    this.phase[tx] = PHASE.over;
    this.statements[tx] = 1;
    return tx;
  }

  close(tx: number): void {
    invariant(this.statements[tx] > 0, 'a fault ends its transaction once');
    this.statements[tx]--;
    this.settle(tx);
  }

  /** Sets the rows of an operation that faults hold. */
  holdRows(part: number, wanted: readonly RowHold[]): void {
    const { component } = this.world.plan.parts[part];
    this.locks.get(component)!.rows.intrude(part, this.keys.get(part)!, wanted);
  }

  /** BEGIN: returns true if the strand continues at once. */
  begin(strand: number, pc: number, edge: number): boolean {
    const { edges, interpreter } = this.world;
    const tx = this.take(edges[edge].toComponent);
    invariant((strands.slot[strand] & TRANSACTION) === 0, 'a branch begins one transaction');
    this.phase[tx] = PHASE.begins;
    this.of[strand] = tx;
    strands.slot[strand] |= TRANSACTION;
    this.beginning = strand;
    const outcome = interpreter.call(strand, pc, edge);
    this.beginning = -1;
    if (outcome !== PENDING) return interpreter.settled(strand, outcome);
    this.frame[tx] = strands.call[strand];
    if (this.phase[tx] !== PHASE.open) return false;
    strands.state[strand] = STATE.READY;
    return true;
  }

  /** COMMIT: returns true if the strand continues at once. */
  commit(strand: number): boolean {
    const { world } = this;
    const { calls, interpreter } = world;
    const tx = this.of[strand];
    invariant(this.phase[tx] === PHASE.open, 'only an open transaction commits');
    const lost = this.isLost(tx) || this.behind.has(strand);
    if (lost) return interpreter.settled(strand, OUTCOME.reset);
    this.phase[tx] = PHASE.commits;
    strands.state[strand] = STATE.CALLING;
    interpreter.yieldWorker(strand, world.instances[strands.instance[strand]]);
    const frame = this.frame[tx];
    strands.call[strand] = frame;
    const outcome = calls.sendHeld(frame, strands.stamp[strand]);
    return outcome === PENDING ? false : interpreter.settled(strand, outcome);
  }

  /**
   * The branch of a transaction has ended: by its commit, or by a failure that rolls it back. False if the rollback
   * waits for a statement that its caller has left: a driver runs one at a time on a connection (pgjdbc
   * QueryExecutorImpl.java, lock; Connector/J ConnectionImpl.java, getConnectionMutex).
   */
  ended(strand: number, outcome: Outcome): boolean {
    const tx = this.of[strand];
    if (this.phase[tx] === PHASE.open) {
      if (this.behind.has(strand) && !this.isLost(tx)) {
        this.behind.await(strand, outcome);
        return false;
      }
      this.behind.stop(strand);
      const { calls } = this.world;
      // A connection with an abandoned statement cannot be reused.
      if (this.isLost(tx)) calls.drop(this.frame[tx], true);
      else calls.endHeld(this.frame[tx], OUTCOME.cancelled);
    }
    this.finish(tx);
    return true;
  }

  /** A caller leaves a statement of its transaction; `own`: the strand that keeps it. */
  leave(own: number, database: number): void {
    this.behind.add(own, this.branchOf(own, database));
  }

  /** A statement that its caller has left has ended. */
  leftEnded(own: number): void {
    this.behind.ended(own);
  }

  /** The branch is stopped; its call in progress was dropped before. */
  stopped(strand: number): void {
    const tx = this.of[strand];
    this.behind.stop(strand);
    if (this.phase[tx] === PHASE.open) this.world.calls.drop(this.frame[tx], true);
    this.finish(tx);
  }

  /** Decides whether an attempt of an edge with a session is sent: GO, PASS (not yet), or a failure. */
  sends(frame: number, edge: Edge): number {
    const owner = frames.owner[frame];
    if (edge.session === SESSION.inside) {
      const branch = this.branchOf(owner, edge.toComponent);
      const isBusy = this.behind.has(branch) && !this.behind.keeps(owner);
      return isBusy || this.isLost(this.of[branch]) ? OUTCOME.reset : GO;
    }
    if (edge.session !== SESSION.holds) return GO;
    const tx = this.of[owner];
    if (this.phase[tx] === PHASE.commits) return GO;
    invariant(this.phase[tx] === PHASE.begins, 'a transaction gets its connection once');
    this.phase[tx] = PHASE.open;
    this.openedNs[tx] = engine.now;
    const index = edge.picked ? frames.place[frame] : 0;
    this.server[tx] = edge.first + index;
    this.epoch[tx] = this.world.instances[edge.first + index].epoch;
    if (owner !== this.beginning) {
      const { interpreter } = this.world;
      strands.state[owner] = STATE.READY;
      interpreter.wake(owner);
    }
    return PASS;
  }

  /** An attempt is sent: records the transaction that it belongs to. */
  carries(strand: number, frame: number, edge: Edge): void {
    const owner = frames.owner[frame];
    const tx = edge.session === SESSION.own ? -1 : this.around(owner, edge.toComponent);
    this.of[strand] = tx;
    if (tx >= 0) this.serialOf[strand] = this.serial[tx];
    if (edge.session !== SESSION.holds) return;
    this.openedOf[strand] = this.openedNs[tx];
    this.committing.delete(strand);
    if (this.effects[tx].length === 0) return;
    this.committing.set(strand, this.effects[tx]);
    this.effects[tx] = [];
  }

  /** A statement has been executed; its operation has its effect when its transaction commits. */
  stage(strand: number, part: number, a: number, b: number): void {
    const tx = this.of[strand];
    if (this.serial[tx] === this.serialOf[strand]) this.effects[tx].push({ part, a, b });
  }

  /** The operations of the transaction that a strand has committed. */
  staged(strand: number): readonly Effect[] {
    const effects = this.committing.get(strand);
    this.committing.delete(strand);
    return effects ?? [];
  }

  /** Time at which the transaction that a strand commits got its connection; -1 if the strand is not a commit. */
  openedAt(strand: number, edge: Edge): Ns {
    return edge.session === SESSION.holds ? this.openedOf[strand] : -1;
  }

  /** The client has abandoned an attempt of a session, so its connection is lost. */
  abandoned(job: number): void {
    const tx = this.of[job];
    if (tx < 0 || this.serial[tx] !== this.serialOf[job]) return;
    this.cut[tx] = 1;
    this.abandonedJobs[tx].push(job);
  }

  /** The statements that the client of a transaction has abandoned, by the frame that holds its connection. */
  abandonedOf(frame: number): readonly number[] {
    const owner = frames.owner[frame];
    if ((strands.slot[owner] & TRANSACTION) === 0) return [];
    const tx = this.of[owner];
    return this.abandonedJobs[tx].filter(
      (job) => strands.alive(job) && strands.callerLeftAt[job] >= 0 && this.of[job] === tx,
    );
  }

  /** The act with which a statement begins at the server. */
  statement(spec: PlanStatement): Act {
    const { part, key, write } = spec;
    const { plan, keys, replicas } = this.world;
    const { component } = plan.parts[part];
    const { rows } = this.locks.get(component)!;
    const nodes = replicas.get(component) ?? null;
    this.keys.set(part, key);
    return {
      begin: (strand) => {
        if (!this.enters(strand, component)) return OUTCOME.reset;
        const tx = this.of[strand];
        if (this.aborted[tx] !== 0) return FAILED;
        // A former primary takes no writes.
        if (write && nodes !== null && !nodes.isWritable(strand)) return FAILED;
        return key < 0 ? OUTCOME.ok : rows.take(strand, tx, spec, keys.value(key, strand));
      },
      left: (strand) => {
        if (strands.slot[strand] !== 0) rows.left(strand);
      },
    };
  }

  /** The act with which a statement, once it has begun, locks its table. */
  tableLock(spec: PlanTableLock): Act {
    const tables = this.locks.get(this.world.plan.parts[spec.part].component)!.tables!;
    return {
      begin: (strand) => tables.take(strand, this.of[strand], spec),
      left: (strand) => tables.left(strand),
    };
  }

  /** The act with which a statement that has its table locks its row. */
  rowLock(spec: PlanRowLock): Act {
    const { keys, plan } = this.world;
    const { rows } = this.locks.get(plan.parts[spec.part].component)!;
    this.keys.set(spec.part, spec.key);
    return {
      begin: (strand) => rows.take(strand, this.of[strand], spec, keys.value(spec.key, strand)),
      left: (strand) => rows.left(strand),
    };
  }

  /** The act that ends a transaction at its server. */
  committed(part: number): Act {
    const { component } = this.world.plan.parts[part];
    const nodes = this.world.replicas.get(component) ?? null;
    const locks = this.locks.get(component)!;
    return {
      begin: (strand) => {
        const tx = this.of[strand];
        invariant(
          (strands.slot[strand] & STATEMENT) !== 0,
          'a statement leaves its transaction once',
        );
        invariant(this.statements[tx] > 0, 'a statement that leaves was counted');
        // Rows stay locked while the commit waits for replicas; the end of the statement frees them.
        if (nodes !== null) return nodes.commit(strand, this.writes[tx]);
        locks.release(tx);
        return OUTCOME.ok;
      },
      left: (strand) => nodes?.left(strand),
    };
  }

  /** The act of a statement that has written to a database with replicas; its rows go to them at the commit. */
  write({ part, key }: PlanWrite): Act {
    const { plan, keys, replicas } = this.world;
    const nodes = replicas.get(plan.parts[part].component)!;
    return {
      begin: (strand) => {
        const tx = this.of[strand];
        const row = key < 0 ? '' : rowOf(key, keys.value(key, strand));
        this.writes[tx].push(row);
        return this.alone[tx] !== 0 ? nodes.commit(strand, this.writes[tx]) : OUTCOME.ok;
      },
      left: (strand) => nodes.left(strand),
    };
  }

  /** The act with which a read begins at a database with replicas. */
  read({ part, key }: PlanRead): Act {
    const { plan, replicas } = this.world;
    const nodes = replicas.get(plan.parts[part].component)!;
    return {
      begin: (strand) => {
        nodes.read(strand, key);
        return OUTCOME.ok;
      },
    };
  }

  /** A statement has ended at the server, for any reason. */
  left(strand: number): void {
    const tx = this.of[strand];
    strands.slot[strand] &= ~STATEMENT;
    this.statements[tx]--;
    this.settle(tx);
  }

  /** The transaction that a strand at the server works for. */
  at(strand: number): number {
    return this.of[strand];
  }

  /** Number of transactions with a client or a statement. */
  private alive(): number {
    let alive = 0;
    for (let tx = 0; tx < this.slots.touched; tx++) {
      if (!this.slots.has(tx)) continue;
      if (this.phase[tx] !== PHASE.over || this.statements[tx] > 0) alive++;
    }
    return alive;
  }

  /** A statement joins its transaction or becomes a separate one; returns false if its transaction is over. */
  private enters(strand: number, database: number): boolean {
    let tx = this.of[strand];
    if (tx < 0) {
      tx = this.take(database);
      this.phase[tx] = PHASE.over;
      this.alone[tx] = 1;
      this.of[strand] = tx;
    } else if (this.serial[tx] !== this.serialOf[strand] || !this.slots.has(tx)) {
      return false;
    }
    this.statements[tx]++;
    strands.slot[strand] |= STATEMENT;
    return true;
  }

  /** The client is done with it. */
  private finish(tx: number): void {
    invariant(this.phase[tx] !== PHASE.over, 'a client ends its transaction once');
    this.phase[tx] = PHASE.over;
    this.settle(tx);
  }

  private settle(tx: number): void {
    if (this.phase[tx] !== PHASE.over || this.statements[tx] > 0) return;
    invariant(this.slots.has(tx), 'a transaction is over once');
    this.locks.get(this.database[tx])?.release(tx);
    this.serial[tx] = -1;
    this.slots.give(tx);
  }

  /** The branch of the transaction on this database that encloses a strand of a client. */
  branchOf(strand: number, database: number): number {
    for (let at = strand; at >= 0; at = strands.parent[at]) {
      if ((strands.slot[at] & TRANSACTION) === 0) continue;
      const tx = this.of[at];
      if (tx >= 0 && this.database[tx] === database) return at;
    }
    const branch = this.behind.branchOf(strand);
    if (branch >= 0) return branch;
    invariant(false, 'a statement is part of its transaction');
    return -1;
  }

  /** The frame of the call that holds the connection of a statement. */
  holderOf(frame: number, edge: Edge): number {
    return this.frame[this.around(frames.owner[frame], edge.toComponent)];
  }

  /** The transaction on this database that encloses a strand of a client. */
  private around(strand: number, database: number): number {
    return this.of[this.branchOf(strand, database)];
  }

  /** Returns true if the connection of a transaction is lost: by an abandoned call, or by the death of its server. */
  private isLost(tx: number): boolean {
    return this.cut[tx] !== 0 || this.epoch[tx] !== this.world.instances[this.server[tx]].epoch;
  }

  private take(database: number): number {
    const tx = this.slots.take();
    this.database[tx] = database;
    this.frame[tx] = -1;
    this.cut[tx] = 0;
    this.aborted[tx] = 0;
    this.statements[tx] = 0;
    this.serial[tx] = ++this.serials;
    this.epoch[tx] = -1;
    this.alone[tx] = 0;
    if (this.writes.length <= tx) this.writes[tx] = [];
    this.writes[tx].length = 0;
    (this.effects[tx] ??= []).length = 0;
    (this.abandonedJobs[tx] ??= []).length = 0;
    return tx;
  }

  private widen(capacity: number): void {
    for (const name of INT32) this[name] = widenInt32(this[name], capacity);
    for (const name of UINT8) this[name] = widenUint8(this[name], capacity);
    this.serial = widenFloat64(this.serial, capacity);
    this.openedNs = widenFloat64(this.openedNs, capacity);
    for (const locks of this.locks.values()) locks.widen(capacity);
  }
}

const INT32 = ['frame', 'database', 'statements', 'server', 'epoch'] as const;
const UINT8 = ['phase', 'cut', 'aborted', 'alone'] as const;
