import { engine } from '../kernel/engine.js';
import { isSuccess } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { REPLAYED, RETURN, strands } from './strands.js';
import type { World } from './world.js';
import { frames } from './frames.js';
import { sink } from './sink.js';

/**
 * What executions leave behind: busy time, effects that happen twice, results kept for those who ask
 * again, and work whose result nobody used.
 */
export class Effects {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /**
   * Books busy time and effects of an execution that ran to its end; `outcome` is that of the work. An
   * only execution whose answer is used needs no memory: it is noted when it may be one of several.
   */
  book(strand: number, outcome: Outcome): void {
    if (strands.begun[strand] >= 0) {
      sink.busy(strands.part[strand], strands.begun[strand], engine.now);
    }
    if (!isSuccess(outcome)) return;
    const several =
      strands.gone[strand] >= 0 || strands.attempt[strand] > 1 || this.isHedged(strand);
    if (several || strands.injected[strand] !== 0) this.note(strand);
  }

  /** The result of an execution with an idempotency key is kept for those who ask again. */
  keep(strand: number, outcome: Outcome): void {
    const { executions } = this.world;
    if (executions !== null) executions.end(strand, outcome, strands.hint[strand], engine.now);
  }

  /** The work of a call has had its effect; once more than before counts as a duplicate. */
  private note(strand: number): void {
    const { plan, duplicates, executions } = this.world;
    const part = strands.part[strand];
    if (strands.returns[strand] !== RETURN.frame) return;
    // A key does not make a second execution harmless; it only keeps it from happening.
    const { idempotent, once } = plan.parts[part];
    if (idempotent && once < 0) return;
    if (executions !== null && strands.once[strand] === REPLAYED) return;
    const { callA, callB } = strands;
    if (duplicates.executed(callA[strand], callB[strand], engine.now)) sink.duplicate(part);
  }

  /** A first execution, answered already, stays unknown to its caller, who may try again. */
  noteUnseen(strand: number): void {
    if (this.isHedged(strand)) return;
    const first = strands.attempt[strand] === 1 && strands.injected[strand] === 0;
    if (first && isSuccess(strands.answer[strand])) this.note(strand);
  }

  /** True where the call of a job whose caller still waits has been forked: its effect was noted. */
  private isHedged(strand: number): boolean {
    if (strands.returns[strand] !== RETURN.frame || strands.gone[strand] >= 0) return false;
    return frames.hedged[strands.from[strand]] === 1;
  }

  /** Nobody takes the result of an execution that has ended. */
  waste(strand: number): void {
    const { edges } = this.world;
    if (strands.begun[strand] < 0 || strands.wasted[strand] === 1) return;
    // Who asks only whether somebody answers has no use for the work.
    const { tasks } = this.world;
    if (strands.returns[strand] === RETURN.task && tasks.isSilent(strands.from[strand])) return;
    strands.wasted[strand] = 1;
    const edge = strands.returns[strand] === RETURN.frame ? edges[strands.edge[strand]].stat : -1;
    sink.wasted(strands.part[strand], edge, strands.begun[strand], strands.ended[strand]);
  }
}
