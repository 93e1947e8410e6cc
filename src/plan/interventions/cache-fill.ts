import type { PlanCache } from '../../contracts/plan/caching.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Intervention, InterventionKind } from './kind.js';

/** The loads of a cache stop to keep its database down: entries never expire, or one load per value at a time. */
export const cacheFill: InterventionKind = {
  kind: 'cacheFill',
  of: (plan) =>
    plan.caches.flatMap((cache, number) => {
      const { spec, component } = cache;
      const subject = plan.components[component]!.name;
      const found: Intervention[] = [];
      const ref = { kind: 'cacheFill', subject } as const;
      if (expires(plan, cache, number)) {
        found.push({
          ...ref,
          part: 'condition',
          words: `with entries of ${subject} that never expire`,
          apply: ({ plan: own }) => lasting(own, number),
        });
      }
      if (spec.coalesce !== 'cluster' && spec.key !== null) {
        found.push({
          ...ref,
          part: 'loop',
          words: `with coalescing on ${subject}`,
          apply: (source) => source.recompiled((scenario) => coalesced(scenario, subject)),
        });
      }
      return found;
    }),
  worth: ({ cascade }) =>
    cascade.influences.length > 0 || cascade.events.some(({ kind }) => kind === 'saturated')
      ? 0.9
      : 0.6,
};

function expires({ acts }: Plan, { spec, levels }: PlanCache, number: number): boolean {
  if (spec.key === null) return false;
  const own = acts.some((act) => act.act === 'cache' && act.cache === number && act.ttlNs >= 0);
  return own || levels.some((level) => level.spec.ttlNs !== null);
}

function lasting(plan: Plan, number: number): Plan {
  const caches = plan.caches.map((cache, k) => {
    if (k !== number) return cache;
    const levels = cache.levels.map((level) => ({
      ...level,
      spec: { ...level.spec, ttlNs: null },
    }));
    return { ...cache, levels, spec: { ...cache.spec, levels: levels.map(({ spec }) => spec) } };
  });
  const acts = plan.acts.map((act) =>
    act.act === 'cache' && act.cache === number ? { ...act, ttlNs: -1 } : act,
  );
  return { ...plan, caches, acts };
}

function coalesced(scenario: Scenario, name: string): Scenario {
  const caches = new Map(
    [...scenario.caches].map(([key, cache]) => [
      key,
      key === name ? { ...cache, coalesce: 'cluster' as const } : cache,
    ]),
  );
  return { ...scenario, caches };
}
