import type { PlanCacheAct } from '../../contracts/plan/caching.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import { instructionsOf } from './instructions.js';

/**
 * The measured edges whose calls load values, each with the loads that it is within, the outermost first; null = it has
 * other calls too.
 */
export function loadingCalls(plan: Plan): ReadonlyMap<number, readonly (PlanCacheAct | null)[]> {
  if (plan.caches.length === 0) return new Map();
  const within = new Map<number, readonly (PlanCacheAct | null)[]>();
  const others = new Set<number>();
  for (const part of plan.parts) {
    const looked = new Set<number>();
    const open: PlanCacheAct[] = [];
    for (const { op, a } of instructionsOf(plan, part)) {
      if (op === OP.CALL) {
        const { stat } = plan.edges[a];
        if (open.length === 0) others.add(stat);
        else within.set(stat, [...open]);
      }
      const act = op === OP.ACT ? plan.acts[a] : undefined;
      if (act?.act !== 'cache') continue;
      if (act.op === 'lookup' || (act.op === 'ask' && act.command === 0)) looked.add(act.slot);
      // A refresh loads each time, whatever the cache has.
      if ((act.op === 'begin' || act.op === 'claim') && looked.has(act.slot)) open.push(act);
      const last = open[open.length - 1];
      if (act.op === 'loaded' && last?.slot === act.slot) open.pop();
    }
  }
  for (const stat of others) if (within.has(stat)) within.set(stat, [null]);
  return within;
}
