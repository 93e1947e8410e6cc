import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import { FROZEN } from '../../data/instances/process.js';
import type { ActRun, ServedRun } from '../../data/run.js';
import { STATE, strands } from '../../data/strands/strands.js';

export interface LeavingRun extends ActRun, ServedRun {}

/**
 * Statements of transactions that their callers have left. They keep the connection of their transaction, and its
 * rollback waits for them.
 */
export class LeftStatements {
  /** By the strand that keeps a statement: the branch of its transaction. */
  private readonly branches = new Map<number, number>();
  /** By branch: the number of such statements. */
  private readonly counts = new Map<number, number>();
  /** By branch whose rollback waits: its outcome. */
  private readonly waiting = new Map<number, Outcome>();
  private readonly rollbackOp: number = engine.define('rollback', (branch, stamp) =>
    this.rollback(branch, stamp),
  );

  constructor(private readonly world: LeavingRun) {
    world.audits.push(() =>
      invariant(
        [...this.branches.values()].every((branch) => strands.alive(branch)),
        'a statement that was left belongs to a transaction that waits for it',
      ),
    );
  }

  /** True if a branch has such a statement. */
  has(branch: number): boolean {
    return this.counts.has(branch);
  }

  /** True if a strand works for such a statement. */
  keeps(strand: number): boolean {
    return this.branchOf(strand) >= 0;
  }

  /** The branch of the transaction for whose statement a strand works; -1 = its caller has not left. */
  branchOf(strand: number): number {
    let top = strand;
    while (strands.parent[top] >= 0) top = strands.parent[top];
    return this.branches.get(top) ?? -1;
  }

  add(own: number, branch: number): void {
    invariant(!this.branches.has(own), 'a caller leaves a statement once');
    this.branches.set(own, branch);
    this.counts.set(branch, (this.counts.get(branch) ?? 0) + 1);
  }

  /** The statement has ended; the last one lets the rollback go on. */
  ended(own: number): void {
    const branch = this.branches.get(own);
    if (branch === undefined) return;
    this.branches.delete(own);
    const left = this.counts.get(branch)! - 1;
    invariant(left >= 0, 'a statement that was left ends once');
    if (left > 0) {
      this.counts.set(branch, left);
      return;
    }
    this.counts.delete(branch);
    if (!this.waiting.has(branch)) return;
    engine.soon(PHASE.COMPLETION, this.rollbackOp, branch, strands.stamp[branch], 0);
  }

  /** The rollback of a branch waits for its statements. */
  await(branch: number, outcome: Outcome): void {
    invariant(!this.waiting.has(branch), 'a transaction is rolled back once');
    const { instances, interpreter } = this.world;
    this.waiting.set(branch, outcome);
    strands.state[branch] = STATE.READY;
    interpreter.yieldWorker(branch, instances[strands.instance[branch]]);
  }

  /** The branch is stopped: its connection is closed, and its statements end. */
  stop(branch: number): void {
    this.waiting.delete(branch);
    if (!this.counts.has(branch)) return;
    for (const [own, of] of [...this.branches]) {
      if (of === branch) this.world.server.stopJob(own, OUTCOME.cancelled);
    }
    invariant(!this.counts.has(branch), 'a transaction that is stopped has no statements left');
  }

  private rollback(branch: number, stamp: number): void {
    const outcome = this.waiting.get(branch);
    if (outcome === undefined || strands.stamp[branch] !== stamp) return;
    const { instances, interpreter } = this.world;
    const instance = instances[strands.instance[branch]];
    if (instance.frozen !== FROZEN.no) {
      instance.stalledCalls.push(this.rollbackOp, branch, stamp);
      return;
    }
    this.waiting.delete(branch);
    interpreter.answer(branch, outcome);
  }
}
