import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import type { Stages } from '../../contracts/scenario/stages.js';
import { risesOf } from './held-load.js';
import type { Intervention } from './kind.js';
import { load } from './load.js';
import { cacheFill } from './cache-fill.js';

/** A load that ends within this share of its level before a rise is back. */
const BACK = 1.1;

/** A rise of the load that ends again, as the intervention that takes it and all later ones of its workload away. */
export function passingRises(plan: Plan): readonly Intervention[] {
  const passing = plan.loads.flatMap(({ arrivals, component }) => {
    const [first] = risesOf(arrivals);
    const stages = stagesOf(arrivals);
    if (first === undefined || stages === null) return [];
    const last = stages.stages.at(-1)!.target;
    if (last === 0 || last > BACK * first.from) return [];
    return [{ subject: plan.components[component]!.name, at: first.atNs / 1e9 }];
  });
  return load
    .of(plan)
    .filter(({ subject, at }) => passing.some((own) => own.subject === subject && own.at === at));
}

/** Entries of caches that expire, as the interventions that let them live. */
export function expiries(plan: Plan): readonly Intervention[] {
  return cacheFill.of(plan).filter(({ part }) => part === 'condition');
}

/**
 * The end of the last fault, or of the last planned change of the load if that is later; absolute. `faultsNs`: the end of
 * each fault in a run. null if a fault lasts to the end, or if nothing happens at all.
 */
export function triggerEnd(plan: Plan, faultsNs: readonly Ns[]): Ns | null {
  const loadsNs = plan.loads.flatMap(({ arrivals }) => {
    const stages = stagesOf(arrivals);
    if (stages === null) return [];
    let at = plan.warmupNs;
    let level = stages.start;
    let changed = 0;
    for (const { durationNs, target } of stages.stages) {
      at += durationNs;
      if (target !== level) changed = at;
      level = target;
    }
    return [changed];
  });
  const endNs = [...faultsNs, ...loadsNs].reduce((last, atNs) => Math.max(last, atNs), 0);
  return endNs > plan.warmupNs && endNs < plan.endNs ? endNs : null;
}

function stagesOf(arrivals: Arrivals): Stages | null {
  if (arrivals.kind === 'stages') return arrivals;
  return arrivals.kind === 'closed' ? arrivals.ramp : null;
}
