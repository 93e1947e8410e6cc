import type { Plan, PlanPart } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import { codeOf, INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';

/** An instruction of a program, see OP. */
export interface Instruction {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

/** The instructions of the program of a part, in order. */
export function instructionsOf(plan: Plan, part: PlanPart): readonly Instruction[] {
  const [from, until] = codeOf(plan, part);
  return between(plan, from, until);
}

/** Those of them in the configuration of the file: programs of other ones come before it, after a branch. */
export function ownInstructionsOf(plan: Plan, part: PlanPart): readonly Instruction[] {
  const { code, tables } = plan.program;
  const [from, until] = codeOf(plan, part);
  const isBranched = from < until && code[from] === OP.CONFIGURED;
  return between(plan, isBranched ? tables[code[from + 1]][0] * INSTRUCTION_WIDTH : from, until);
}

function between({ program: { code } }: Plan, from: number, until: number): Instruction[] {
  const found: Instruction[] = [];
  for (let at = from; at < until; at += INSTRUCTION_WIDTH)
    found.push({ op: code[at], a: code[at + 1], b: code[at + 2] });
  return found;
}
