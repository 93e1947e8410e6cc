import { engine } from '../../kernel/engine.js';
import { isSuccess } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import { REPLAYED, RETURN, strands } from '../strands.js';
import type { Run } from '../run.js';
import { frames } from '../frames.js';
import { sink } from './sink.js';

interface EffectsParts extends Run {
  readonly tasks: { isSilent(owner: number): boolean };
}

/**
 * Records the effects of executions: busy time, duplicate effects, results stored by idempotency key, and work whose
 * result is not used.
 */
export class Effects {
  private readonly world: EffectsParts;

  constructor(world: EffectsParts) {
    this.world = world;
  }

  /**
   * Records busy time and effects of an execution that ran to its end; `outcome` is the outcome of the work. The effect
   * of a single execution whose answer is used needs no record, unless there may be further executions.
   */
  book(strand: number, outcome: Outcome): void {
    if (strands.begun[strand] >= 0) {
      sink.busy(strands.part[strand], strands.begun[strand], engine.now);
    }
    if (!isSuccess(outcome)) return;
    const several =
      strands.callerLeftAt[strand] >= 0 || strands.attempt[strand] > 1 || this.isHedged(strand);
    if (several || strands.injected[strand] !== 0) this.note(strand);
  }

  /** Stores the result of an execution with an idempotency key for repeated requests. */
  keep(strand: number, outcome: Outcome): void {
    const { executions } = this.world;
    if (executions !== null) executions.end(strand, outcome, strands.hint[strand], engine.now);
  }

  /** The work of a call has had its effect; a repeated effect counts as a duplicate. */
  private note(strand: number): void {
    const { plan, duplicates, executions } = this.world;
    const part = strands.part[strand];
    if (strands.returns[strand] !== RETURN.frame) return;
    // A key does not make a second execution harmless; it only prevents it.
    const { idempotent, once } = plan.parts[part];
    if (idempotent && once < 0) return;
    if (executions !== null && strands.once[strand] === REPLAYED) return;
    const { callA, callB } = strands;
    if (duplicates.executed(callA[strand], callB[strand], engine.now)) sink.duplicate(part);
  }

  /** Records the effect of a first execution whose answer does not reach its caller, which may retry. */
  noteUnseen(strand: number): void {
    if (this.isHedged(strand)) return;
    const first = strands.attempt[strand] === 1 && strands.injected[strand] === 0;
    if (first && isSuccess(strands.answer[strand])) this.note(strand);
  }

  /** Returns true if the call of a job has been forked and its caller still waits: its effect is already recorded. */
  private isHedged(strand: number): boolean {
    if (strands.returns[strand] !== RETURN.frame || strands.callerLeftAt[strand] >= 0) return false;
    return frames.hedged[strands.from[strand]] === 1;
  }

  /** The result of an execution that has ended is not used. */
  waste(strand: number): void {
    const { edges } = this.world;
    if (strands.begun[strand] < 0 || strands.wasted[strand] === 1) return;
    // A probe only checks that the process responds; it uses no result.
    const { tasks } = this.world;
    if (strands.returns[strand] === RETURN.task && tasks.isSilent(strands.from[strand])) return;
    strands.wasted[strand] = 1;
    const edge = strands.returns[strand] === RETURN.frame ? edges[strands.edge[strand]].stat : -1;
    sink.wasted(strands.part[strand], edge, strands.begun[strand], strands.ended[strand]);
  }
}
