import type { Plan, PlanPart } from '../../../spec/plan/plan.js';

/** Integers of an instruction. */
const WIDTH = 4;

/** An instruction of a program, see OP. */
export interface Instruction {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

/** The instructions of the program of a part, in order. */
export function instructionsOf(
  { program: { code }, parts }: Plan,
  part: PlanPart,
): readonly Instruction[] {
  const first = part.program * WIDTH;
  const ends = parts.map(({ program }) => program * WIDTH).filter((at) => at > first);
  const until = Math.min(code.length, ...ends);
  const found: Instruction[] = [];
  for (let at = first; at < until; at += WIDTH)
    found.push({ op: code[at], a: code[at + 1], b: code[at + 2] });
  return found;
}
