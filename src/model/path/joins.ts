import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { derive, lineage } from '../../kernel/rng.js';
import { OUTCOME, isHinted, isSuccess, type Outcome } from '../../contracts/outcome.js';
import { branchesOf, FORK_TABLE, MESSAGES_APART } from '../../contracts/plan/program.js';
import type { Draws } from './draws.js';
import { FROZEN } from '../data/instances/process.js';
import { operatesFor } from '../data/strands/operations.js';
import { REGISTERS, RETURN, STATE, strands } from '../data/strands/strands.js';
import type { Workers } from './workers.js';
import type { ServedRun } from '../data/run.js';
import { MISSED, type Tasks } from '../resources/tasks.js';

export interface JoinsParts extends ServedRun {
  readonly workers: Workers;
  readonly tasks: Tasks;
}

const BRANCH_TAG = 0x2000;

/** The operations of the program interpreter that joins use. */
export interface Programs {
  run(strand: number): void;
  /** Applies the failure mode of a failed step; returns false if the strand has ended. */
  failed(strand: number, outcome: Outcome, mode: number, target: number): boolean;
}

/** `parallel`: branches of a strand, and the rules by which they join. */
export class Joins {
  private readonly code: Int32Array = this.world.plan.program.code;
  private readonly tables: readonly Float64Array[] = this.world.plan.program.tables;
  private readonly joinEndOp: number = engine.define('best-effort', (strand, stamp) => {
    if (strands.stamp[strand] !== stamp) return;
    const instance = this.world.instances[strands.instance[strand]];
    // When the instance resumes, the strand is still joining, so resume completes the join.
    if (instance.frozen !== FROZEN.no) instance.stalled.push(strand, stamp);
    else this.joined(strand);
  });

  constructor(
    private readonly world: JoinsParts,
    private readonly programs: Programs,
    private readonly draws: Draws,
  ) {}

  /** Starts the branches; returns true if the join is over already and the strand continues. */
  fork(strand: number, pc: number): boolean {
    invariant(strands.child[strand] < 0, 'a join begins without branches');
    const { instances, workers } = this.world;
    const table = this.tables[this.code[(pc << 2) + 3]];
    const kinds = branchesOf(table);
    const each = table[FORK_TABLE.EACH];
    const times = each === -1 ? 1 : this.draws.count(strand, pc, each);
    const branches = kinds * times;
    strands.fork[strand] = pc;
    strands.branches[strand] = branches;
    strands.started[strand] = 0;
    strands.succeeded[strand] = 0;
    // One more than the branches while they are started, so the parent is not woken in between.
    strands.joining[strand] = 1;
    strands.state[strand] = STATE.READY;
    this.startBranches(strand, table);
    strands.joining[strand]--;
    if (this.decided(strand, table) || strands.joining[strand] === 0) {
      return this.leaveJoin(strand, table);
    }
    strands.state[strand] = STATE.JOINING;
    const instance = instances[strands.instance[strand]];
    if (instance.yields) workers.releaseWorker(strand, instance);
    const within = table[FORK_TABLE.WITHIN_NS];
    if (within >= 0) {
      const stamp = strands.stamp[strand];
      engine.at(engine.now + within, PHASE.TIMER, this.joinEndOp, strand, stamp, 0);
    }
    return false;
  }

  /** Starts branches up to the concurrency limit: one that ends at once makes room for the next. */
  private startBranches(parent: number, table: Float64Array): void {
    const most = table[FORK_TABLE.MAX_CONCURRENT];
    while (strands.started[parent] < strands.branches[parent] && !this.decided(parent, table)) {
      // The caller counts one more than there are.
      if (most >= 0 && strands.joining[parent] > most) return;
      this.startBranch(parent, table);
    }
  }

  private startBranch(parent: number, table: Float64Array): void {
    const nth = strands.started[parent]++;
    derive(strands.lineageA[parent], strands.lineageB[parent], BRANCH_TAG + nth);
    const branch = strands.open(strands.instance[parent], lineage.a, lineage.b);
    inherit(branch, parent);
    operatesFor(branch, parent, BRANCH_TAG + nth);
    strands.returns[branch] = strands.returns[parent];
    strands.parent[branch] = parent;
    strands.link[branch] = nth;
    strands.sibling[branch] = strands.child[parent];
    strands.child[parent] = branch;
    strands.joining[parent]++;
    const kinds = branchesOf(table);
    strands.pc[branch] = table[FORK_TABLE.STARTS + (nth % kinds)];
    strands.state[branch] = STATE.READY;
    this.programs.run(branch);
  }

  /** A branch has ended; its parent continues if that completes the join. */
  endBranch(branch: number, outcome: Outcome): void {
    const { instances, server, workers } = this.world;
    const parent = strands.parent[branch];
    const table = this.tables[this.code[(strands.fork[parent] << 2) + 3]];
    if (isSuccess(outcome) || this.isOfMessage(parent, branch, table)) {
      if (this.isNeeded(branch, table)) strands.succeeded[parent]++;
      if (strands.degraded[branch] !== 0 || (outcome & 31) === OUTCOME.degraded) {
        strands.degraded[parent] = OUTCOME.degraded;
      }
    } else if (strands.outcome[parent] === 0) {
      strands.outcome[parent] = outcome;
      if (isHinted(outcome)) strands.hint[parent] = strands.hint[branch];
    }
    this.unlink(parent, branch);
    const instance = instances[strands.instance[branch]];
    if (instance.yields) workers.releaseWorker(branch, instance);
    server.freeStrand(branch);
    strands.joining[parent]--;
    invariant(strands.joining[parent] >= 0, 'a branch ends once');
    invariant(
      strands.succeeded[parent] <= strands.started[parent],
      'no more branches succeed than have started',
    );
    if (strands.state[parent] !== STATE.JOINING) return;
    if (!this.decided(parent, table)) {
      if (strands.started[parent] < strands.branches[parent]) {
        // This state keeps a branch that ends at once from joining before its siblings have started.
        strands.state[parent] = STATE.READY;
        strands.joining[parent]++;
        this.startBranches(parent, table);
        strands.joining[parent]--;
        strands.state[parent] = STATE.JOINING;
      }
      if (!this.decided(parent, table) && strands.joining[parent] > 0) return;
    }
    this.joined(parent);
  }

  /** Whether the failure of a branch is that of its message alone, which the handler reports. */
  private isOfMessage(parent: number, branch: number, table: Float64Array): boolean {
    if (table[FORK_TABLE.EACH] !== MESSAGES_APART) return false;
    const { from, link, returns } = strands;
    const owner = returns[parent] === RETURN.task ? from[parent] : -1;
    const nth = Math.floor(link[branch] / branchesOf(table));
    return this.world.tasks.missed(owner, link[parent], nth) !== MISSED.run;
  }

  /** Whether the answer is complete only with this branch: false for optional ones of a bestEffort join. */
  private isNeeded(branch: number, table: Float64Array): boolean {
    if (table[FORK_TABLE.WITHIN_NS] < 0) return true;
    const kinds = branchesOf(table);
    return table[FORK_TABLE.STARTS + kinds + (strands.link[branch] % kinds)] === 0;
  }

  /** Returns true if the remaining branches can no longer change the result of the join. */
  private decided(parent: number, table: Float64Array): boolean {
    if (table[FORK_TABLE.WITHIN_NS] >= 0) return false;
    const needed = table[FORK_TABLE.NEEDED];
    if (needed < 0) return strands.outcome[parent] !== 0;
    if (strands.succeeded[parent] >= needed) return true;
    const open = strands.branches[parent] - strands.started[parent] + strands.joining[parent];
    // While branches are being started, `joining` is one too high, which only delays the verdict.
    return strands.succeeded[parent] + open < needed;
  }

  /** The join of a waiting strand is over. */
  joined(parent: number): void {
    const table = this.tables[this.code[(strands.fork[parent] << 2) + 3]];
    strands.stamp[parent]++;
    if (this.leaveJoin(parent, table)) this.programs.run(parent);
  }

  /** Stops the remaining branches; returns false if the failure of the join has ended the strand. */
  private leaveJoin(parent: number, table: Float64Array): boolean {
    const { server } = this.world;
    server.stopBranches(parent, true);
    strands.joining[parent] = 0;
    strands.state[parent] = STATE.READY;
    const outcome = strands.outcome[parent];
    strands.outcome[parent] = 0;
    strands.pc[parent] = table[FORK_TABLE.AFTER];
    if (table[FORK_TABLE.WITHIN_NS] >= 0) {
      // The answer lacks the part of a branch that failed or has not ended, as the answer of a fallback does.
      const copies = strands.branches[parent] / branchesOf(table);
      if (strands.succeeded[parent] < copies * table[FORK_TABLE.NEEDED]) {
        strands.degraded[parent] = OUTCOME.degraded;
      }
      return true;
    }
    const needed = table[FORK_TABLE.NEEDED];
    if (needed < 0 ? outcome === 0 : strands.succeeded[parent] >= needed) return true;
    return this.programs.failed(parent, outcome, table[FORK_TABLE.MODE], table[FORK_TABLE.TARGET]);
  }

  private unlink(parent: number, branch: number): void {
    const { child, sibling } = strands;
    if (child[parent] === branch) {
      child[parent] = sibling[branch];
      return;
    }
    let at = child[parent];
    while (at >= 0 && sibling[at] !== branch) at = sibling[at];
    invariant(at >= 0, 'a branch ends at the parent that started it');
    sibling[at] = sibling[branch];
  }
}

/** Copies everything that belongs to the request and the call from one strand to another. */
export function inherit(strand: number, parent: number): void {
  strands.part[strand] = strands.part[parent];
  strands.request[strand] = strands.request[parent];
  strands.arrival[strand] = strands.arrival[parent];
  strands.rootA[strand] = strands.rootA[parent];
  strands.rootB[strand] = strands.rootB[parent];
  strands.level[strand] = strands.level[parent];
  strands.priority[strand] = strands.priority[parent];
  strands.cancelNotified[strand] = strands.cancelNotified[parent];
  strands.deadline[strand] = strands.deadline[parent];
  strands.traceRoot[strand] = strands.traceRoot[parent];
  strands.callA[strand] = strands.callA[parent];
  strands.callB[strand] = strands.callB[parent];
  strands.messages[strand] = strands.messages[parent];
  const { registers } = strands;
  for (let k = 0; k < REGISTERS; k++) {
    registers[strand * REGISTERS + k] = registers[parent * REGISTERS + k];
  }
}
