import type { Plan } from '../contracts/plan/plan.js';

/**
 * Minimum size of an instance with its gauges; its state about others is allocated at the first call to them. Unit:
 * bytes.
 */
const INSTANCE = 2048;
/** Size of the place of one key value in a level of a cache. Unit: bytes. */
const PLACE = 4;

/** Memory that a run needs before its first event, and its main use. */
export interface Planned {
  readonly bytes: number;
  /** The main use in words, and how to reduce it. */
  readonly words: string;
  readonly remedy: string;
}

/**
 * Lower bound of the memory that a plan needs. Queues, pools and other capacities are upper bounds that a run may never
 * reach, so they do not count.
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

/** Number of instances that use a cache. */
function callers(plan: Plan, cache: number): number {
  const asking = new Set(
    plan.acts.flatMap((act) =>
      act.act === 'cache' && act.cache === cache ? [plan.parts[act.from].component] : [],
    ),
  );
  asking.delete(plan.caches[cache]!.component);
  return [...asking].reduce((sum, component) => sum + plan.components[component].instances, 0);
}
