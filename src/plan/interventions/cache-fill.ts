import type { Scenario } from '../../spec/scenario/scenario.js';
import type { InterventionKind } from './kind.js';
import { reaches } from './signs.js';

/** Concurrent misses of one value of a cache share a load, in all instances together. */
export const cacheFill: InterventionKind = {
  kind: 'cacheFill',
  of: (plan) =>
    plan.caches.flatMap(({ component, spec }) => {
      if (spec.coalesce === 'cluster' || spec.key === null) return [];
      const { name } = plan.components[component]!;
      return [
        {
          kind: 'cacheFill',
          subject: name,
          part: 'loop',
          words: `with one load at a time for each value of ${name}`,
          apply: (source) => source.recompiled((scenario) => coalesced(scenario, name)),
        },
      ];
    }),
  worth: (variant, { subject }) => (reaches(variant, subject) ? 0.85 : 0.6),
};

function coalesced(scenario: Scenario, name: string): Scenario {
  const caches = new Map(
    [...scenario.caches].map(([key, cache]) => [
      key,
      key === name ? { ...cache, coalesce: 'cluster' as const } : cache,
    ]),
  );
  return { ...scenario, caches };
}
