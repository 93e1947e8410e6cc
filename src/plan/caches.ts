import type { PlanCache } from '../spec/plan/caching.js';
import type { Layout } from './layout.js';
import { partOf } from './layout.js';

/** The caches with their levels, in the order of their names. */
export function planCaches(layout: Layout): readonly PlanCache[] {
  return layout.components.flatMap((component) => {
    const { source } = component;
    if (source.kind !== 'cache') return [];
    const spec = source.cache;
    const levels = spec.levels.map((level) => ({
      part: partOf(component, level.name).id,
      local: level.kind === 'local',
      spec: level,
    }));
    return [{ component: component.id, spec, levels }];
  });
}

/** Number of a cache among all of them. */
export function cacheNumber(layout: Layout, name: string): number {
  return layout.components
    .filter(({ source }) => source.kind === 'cache')
    .findIndex((component) => component.name === name);
}
