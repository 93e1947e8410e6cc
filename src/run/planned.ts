import type { Plan } from '../spec/plan/plan.js';

/** An instance with its gauges, at least; what it knows of others takes memory with the first call to them. Unit: bytes. */
const INSTANCE = 2048;
/** The place of a value of its key in each level of a cache. Unit: bytes. */
const PLACE = 4;

/** Memory that a run takes before its first event, and for what. */
export interface Planned {
  /** Unit: bytes. */
  readonly bytes: number;
  /** What most of it is for, in words, and what would lower it. */
  readonly words: string;
  readonly remedy: string;
}

/**
 * What a plan alone makes sure of. Queues, pools and other capacities are upper bounds, which a run may never reach, so
 * they count nothing.
 */
export function plannedMemory(plan: Plan): Planned {
  const instances = plan.instances.length * INSTANCE;
  let [bytes, most, words] = [instances, instances, `${plan.instances.length} instances need`];
  let remedy = 'lower replicas';
  plan.caches.forEach(({ spec, levels }, cache) => {
    const homes = levels.reduce((sum, { local }) => sum + (local ? callers(plan, cache) : 1), 0);
    const own = homes * spec.population * PLACE;
    bytes += own;
    if (own <= most) return;
    most = own;
    words = `cache ${spec.name}, with ${spec.population} values of its key in ${homes} places, needs`;
    remedy = 'give its key fewer values (keys)';
  });
  return { bytes, words, remedy };
}

/** Instances that ask a cache. */
function callers(plan: Plan, cache: number): number {
  const asking = new Set(
    plan.acts.flatMap((act) =>
      act.act === 'cache' && act.cache === cache ? [plan.parts[act.from].component] : [],
    ),
  );
  asking.delete(plan.caches[cache]!.component);
  return [...asking].reduce((sum, component) => sum + plan.components[component].instances, 0);
}
