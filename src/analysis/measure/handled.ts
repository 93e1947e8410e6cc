import { CALL_MODE, OP } from '../../contracts/plan/program.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';
import type { Plan } from '../../contracts/plan/plan.js';

/** Why the failure of a call fails no request. */
type Handled = 'optional' | 'background';

const known = new WeakMap<Plan, ReadonlyMap<number, Handled>>();

/**
 * Measured edges whose failures fail no request of the caller: steps with `optional` or in the background, and commands
 * to a cache that is bypassed, whose failure is a miss. Not those with `onError`, whose steps may fail.
 */
export function handledStats(plan: Plan): ReadonlyMap<number, Handled> {
  const own = known.get(plan) ?? scanned(plan);
  known.set(plan, own);
  return own;
}

function scanned({ program, edges, parts, components }: Plan): ReadonlyMap<number, Handled> {
  const handled = new Map<number, Handled>();
  const others = new Set<number>();
  const { code } = program;
  let background = 0;
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    const [op, a, mode] = code.subarray(at, at + 3);
    // Its strand is written before the place where the program continues.
    if (op === OP.BACKGROUND) background = Math.max(background, mode);
    if (op !== OP.CALL) continue;
    const { stat, to } = edges[a];
    const isCache = components[parts[to].component].kind === 'cache';
    if (at / INSTRUCTION_WIDTH < background) handled.set(stat, 'background');
    else if (mode === CALL_MODE.OPTIONAL || (isCache && mode === CALL_MODE.JUMP))
      handled.set(stat, 'optional');
    else others.add(stat);
  }
  for (const stat of others) handled.delete(stat);
  return handled;
}
