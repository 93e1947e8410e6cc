import type { Plan, PlanPart } from '../../contracts/plan/plan.js';
import { codeOf, INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';

/** An instruction of a program, see OP. */
export interface Instruction {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

/** The instructions of the program of a part, in order. */
export function instructionsOf(plan: Plan, part: PlanPart): readonly Instruction[] {
  const { code } = plan.program;
  const [from, until] = codeOf(plan, part);
  const found: Instruction[] = [];
  for (let at = from; at < until; at += INSTRUCTION_WIDTH)
    found.push({ op: code[at], a: code[at + 1], b: code[at + 2] });
  return found;
}
