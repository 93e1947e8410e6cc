import { engine } from '../../kernel/engine.js';
import { lineage } from '../../kernel/rng.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { isSuccess, type Outcome } from '../../contracts/outcome.js';
import { OPERATION, REPLAYED, RETURN, strands } from '../data/strands/strands.js';
import type { Run } from '../data/run.js';
import { operationOf } from '../data/strands/operations.js';
import { coveredEdges, repeatedParts } from '../data/figures/repeats.js';
import { sink } from '../data/figures/sink.js';

/** The effects of statements, which a transaction has with its commit. */
interface StagedEffects {
  stage(strand: number, part: number, a: number, b: number): void;
  staged(
    strand: number,
  ): readonly { readonly part: number; readonly a: number; readonly b: number }[];
}

interface EffectsParts extends Run {
  readonly tasks: { isSilent(owner: number): boolean };
  readonly sections: { readonly transactions: StagedEffects } | null;
}

/**
 * Records the effects of executions: busy time, duplicate effects, results stored by idempotency key, and work whose
 * result is not used.
 */
export class Effects {
  /** By part: see `repeatedParts`. */
  private readonly repeats: Uint8Array = repeatedParts(this.world.plan);
  /** By edge: see `coveredEdges`. */
  private readonly covered: Uint8Array = coveredEdges(this.world.plan);

  constructor(private readonly world: EffectsParts) {}

  /** Records busy time and effect of an execution that ran to its end; `outcome` is the outcome of the work. */
  book(strand: number, outcome: Outcome): void {
    const part = strands.part[strand];
    if (strands.begun[strand] >= 0) sink.busy(part, strands.begun[strand], engine.now);
    if (isSuccess(outcome) && this.repeats[part] === 1) this.note(strand, part);
  }

  /** Stores the result of an execution with an idempotency key for repeated requests. */
  keep(strand: number, outcome: Outcome): void {
    const { executions } = this.world;
    if (executions !== null) executions.end(strand, outcome, strands.hint[strand], engine.now);
  }

  /** An operation has had its effect: a call, or the handling of a message. */
  private note(strand: number, part: number): void {
    const { executions, edges, sections } = this.world;
    const returns = strands.returns[strand];
    if (returns === RETURN.frame) {
      if (this.covered[strands.edge[strand]] === 1) return;
    } else if (returns !== RETURN.task || !isOfHandler(strands.operation[strand])) return;
    if (executions !== null && strands.once[strand] === REPLAYED) return;
    operationOf(strand);
    const { a, b } = lineage;
    const session = returns === RETURN.frame ? edges[strands.edge[strand]].session : SESSION.none;
    // In a transaction an operation has its effect with the commit, and only then.
    if (session === SESSION.inside) sections!.transactions.stage(strand, part, a, b);
    else if (session !== SESSION.holds) {
      this.effect(part, strands.operation[strand], a, b);
    } else {
      for (const own of sections!.transactions.staged(strand)) {
        this.effect(own.part, OPERATION.given, own.a, own.b);
      }
    }
  }

  private effect(part: number, kind: number, a: number, b: number): void {
    this.world.duplicates.note(part, sink.cell, kind, a, b, engine.now);
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

/** The kind of operation that a handler has. */
function isOfHandler(kind: number): boolean {
  return kind === OPERATION.handler || kind === OPERATION.again;
}
