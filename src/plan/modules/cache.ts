import type { PlanCache } from '../../contracts/plan/caching.js';
import type { Cache } from '../../contracts/scenario/caching.js';
import type { Pool } from '../../contracts/scenario/pools.js';
import { writeServer } from '../caching.js';
import { partOf, type Layout } from '../layout.js';
import { program, sourcesOf, type PlanModule } from './kind.js';
import { checkCacheBundle } from './cache-checks.js';

/** Caches. The host is the server of the shared level. */
export const cache: PlanModule<'cache', 'level', 'caches'> = {
  components: {
    cache: ({ caches }) =>
      sourcesOf('cache', caches, (spec) => ({
        host: spec.host,
        zones: spec.host?.zones ?? [],
        parts: spec.levels.map((level) => [level.name, { kind: 'level', level, cache: spec }]),
        process: spec.host === null ? {} : { maxConnections: spec.maxConnections },
        poolOf: () => poolOf(spec),
        checkBundle: (bundle, problems) => checkCacheBundle(bundle, spec.name, problems),
        keyedNode: null,
        takesMessages: false,
        faultTargets: { level: ({ parts }) => parts },
        partHome: (name) => (isLocal(spec, name) ? 'callers' : 'server'),
      })),
  },
  parts: {
    level: ({ level }) => ({
      repeatable: true,
      consumes: null,
      write: (w, part, scope) =>
        level.kind === 'local' ? -1 : program(w, () => writeServer(w, part, level, scope)),
    }),
  },
  plan: ({ w }) => ({ caches: planCaches(w.layout) }),
};

function isLocal({ levels }: Cache, name: string): boolean {
  return levels.some((level) => level.name === name && level.kind === 'local');
}

/** Pool of the clients of a shared level; null if it limits nothing. */
function poolOf({ pool, maxConnections }: Cache): Pool | null {
  const free = 'waiters' in pool && pool.maxOpen === Infinity && maxConnections === Infinity;
  return free ? null : pool;
}

function planCaches(layout: Layout): readonly PlanCache[] {
  return layout.components.flatMap((component) => {
    const { source } = component;
    if (source.kind !== 'cache') return [];
    const { spec } = source;
    const levels = spec.levels.map((level) => ({
      part: partOf(component, level.name).id,
      local: level.kind === 'local',
      spec: level,
    }));
    return [{ component: component.id, spec, levels }];
  });
}
