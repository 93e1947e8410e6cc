import type { Plan } from '../../../contracts/plan/plan.js';
import { frames } from './frames.js';
import { RETURN, strands } from './strands.js';

/** Deepest nesting of calls in one request before the run is stopped. */
export const MAX_CALL_DEPTH = 64;

/** Number of calls and executions in flight before the run is stopped. */
export const MAX_LIVE = 5_000_000;

/** Names of the parts from the user request down to a strand; of a deeper path, the lower end. */
export function callPath(plan: Plan, strand: number): string {
  const names: string[] = [];
  let at = strand;
  while (at >= 0 && names.length <= MAX_CALL_DEPTH + 1) {
    if (strands.returns[at] === RETURN.apart) {
      at = strands.parent[at];
      continue;
    }
    const part = plan.parts[strands.part[at]];
    names.push(`${plan.components[part.component].name}.${part.name}`);
    at = strands.returns[at] === RETURN.frame ? frames.owner[strands.from[at]] : -1;
  }
  return names.reverse().join(' -> ');
}
