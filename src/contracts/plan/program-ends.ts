import type { Plan, PlanPart } from './plan.js';

/** Integers of an instruction. */
export const INSTRUCTION_WIDTH = 4;

/** By plan: where its programs begin, ascending. Computed on first use. */
const known = new WeakMap<Plan, Int32Array>();

/** The integers of the code of a plan that are the program of a part: [from, until). */
export function codeOf(plan: Plan, part: PlanPart): readonly [from: number, until: number] {
  let starts = known.get(plan);
  if (starts === undefined) {
    starts = Int32Array.from(plan.parts, ({ program }) => program).sort();
    known.set(plan, starts);
  }
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! > part.program) high = middle;
    else low = middle + 1;
  }
  const { length } = plan.program.code;
  const end = starts[low];
  const until = end === undefined ? length : Math.min(length, end * INSTRUCTION_WIDTH);
  return [part.program * INSTRUCTION_WIDTH, until];
}
