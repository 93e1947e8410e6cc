import type { StepOf } from '../contracts/scenario/steps.js';
import { writeFork } from './fork.js';
import { MESSAGES_APART } from '../contracts/plan/program.js';
import { countOf, isApart } from './rounds.js';
import type { Scope } from './scope.js';
import { writeWeighted } from './weighted.js';
import { writeJump, writeWhen, type Writer } from './writer.js';

/** Writes each branch of a `parallel` step as a strand. */
export function writeParallel(
  w: Writer,
  step: StepOf<'parallel'>,
  scope: Scope,
  stream: string,
): void {
  const { join, each, maxConcurrent } = step;
  const once = each.kind === 'constant' && each.value === 1;
  const joined = {
    each: once
      ? -1
      : join.kind === 'all' && isApart(each, scope)
        ? MESSAGES_APART
        : countOf(w, each),
    needed: join.kind === 'quorum' ? join.count : join.kind === 'any' ? 1 : -1,
    withinNs: join.kind === 'bestEffort' ? join.withinNs : -1,
    maxConcurrent: maxConcurrent === Infinity ? -1 : maxConcurrent,
  };
  const branches = step.branches.map((branch) => (own: Scope) => w.writeSteps(w, branch, own));
  writeFork(w, scope, stream, joined, branches);
}

/** Branches with `when` are tested in order and the first that holds is taken; otherwise a draw by weight decides. */
export function writeChoose(w: Writer, step: StepOf<'choose'>, scope: Scope, stream: string): void {
  const { assembler } = w;
  const after = assembler.label();
  for (const branch of step.branches) {
    if (branch.when === null) continue;
    const next = assembler.label();
    writeWhen(w, branch.when, next, scope);
    w.writeSteps(w, branch.steps, scope);
    writeJump(w, after);
    assembler.bind(next);
  }
  const weighted = step.branches.filter((branch) => branch.when === null);
  const bodies = weighted.map((branch) => () => w.writeSteps(w, branch.steps, scope));
  const weights = weighted.map((branch) => branch.weight ?? 1);
  writeWeighted(w, weights, bodies, stream);
  assembler.bind(after);
}
