import type { Plan, PlanPart } from '../../../spec/plan/plan.js';

/** Integers of an instruction. */
const WIDTH = 4;

/** An instruction of a program, see OP. */
export interface Instruction {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

/** By plan: where its programs begin, ascending. Computed on first use. */
const known = new WeakMap<Plan, Int32Array>();

/** The instructions of the program of a part, in order. */
export function instructionsOf(plan: Plan, part: PlanPart): readonly Instruction[] {
  const { code } = plan.program;
  const until = Math.min(code.length, endOf(plan, part.program) * WIDTH);
  const found: Instruction[] = [];
  for (let at = part.program * WIDTH; at < until; at += WIDTH)
    found.push({ op: code[at], a: code[at + 1], b: code[at + 2] });
  return found;
}

/** Where the next program begins; Infinity after the last one. */
function endOf(plan: Plan, program: number): number {
  let starts = known.get(plan);
  if (starts === undefined) {
    starts = Int32Array.from(plan.parts, (part) => part.program).sort();
    known.set(plan, starts);
  }
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] > program) high = middle;
    else low = middle + 1;
  }
  return starts[low] ?? Infinity;
}
