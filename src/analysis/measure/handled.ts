import { CALL_MODE, OP } from '../../contracts/plan/program.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';
import type { Plan } from '../../contracts/plan/plan.js';

const known = new WeakMap<Plan, ReadonlySet<number>>();

/**
 * Measured edges whose failures fail no request of the caller: steps with `optional`, and commands to a cache that is
 * bypassed, whose failure is a miss. Not those with `onError`, whose steps may fail.
 */
export function handledStats(plan: Plan): ReadonlySet<number> {
  const own = known.get(plan) ?? scanned(plan);
  known.set(plan, own);
  return own;
}

function scanned({ program, edges, parts, components }: Plan): ReadonlySet<number> {
  const handled = new Set<number>();
  const others = new Set<number>();
  const { code } = program;
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    const [op, a, mode] = code.subarray(at, at + 3);
    if (op !== OP.CALL) continue;
    const { stat, to } = edges[a];
    const isCache = components[parts[to].component].kind === 'cache';
    const isHandled = mode === CALL_MODE.OPTIONAL || (isCache && mode === CALL_MODE.JUMP);
    (isHandled ? handled : others).add(stat);
  }
  for (const stat of others) handled.delete(stat);
  return handled;
}
