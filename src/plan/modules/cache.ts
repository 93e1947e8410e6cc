import type { PlanCache } from '../../contracts/plan/caching.js';
import type { Cache } from '../../contracts/scenario/caching.js';
import type { Pool } from '../../contracts/scenario/pools.js';
import { writeServer } from '../caching.js';
import { partOf, type Layout } from '../layout.js';
import { program, sourcesOf, type PlanModule } from './kind.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import { placeOf } from '../pick-checks.js';
import type { Problems } from '../problem.js';

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

/** Reports options of a bundle that have no effect in calls to the server of a cache. */
function checkCacheBundle(bundle: Bundle, name: string, problems: Problems): void {
  checkKey(bundle, name, problems);
  checkStep(bundle, name, problems);
}

/** Cache servers ignore idempotency keys, so the key would protect nothing. */
function checkKey(bundle: Bundle, name: string, problems: Problems): void {
  if (bundle.idempotencyKey === null) return;
  const where = bundle.id === '' ? `caches.${name}` : `${placeOf(bundle)}.idempotencyKey`;
  const message = `${name} is a cache, which looks for no idempotency key: remove it from the bundle of these commands. Setting or deleting a value twice does no harm`;
  problems.add('FL712', where, message);
}

/**
 * Options of a bundle at a `cache` step that have no effect: the server of a cache is one node with one endpoint, it
 * always finishes its work, and its responses have no status.
 */
function checkStep(bundle: Bundle, name: string, problems: Problems): void {
  if (!bundle.id.endsWith('.policy')) return;
  const add = (option: string, message: string): void =>
    problems.add('FL714', `${placeOf(bundle)}.${option}`, message);
  for (const { policy, per, written, config } of bundle.layers) {
    if (written.includes('per') && (per === 'endpoint' || per === 'target')) {
      add(`${policy}.per`, `the server of ${name} is one node with one endpoint: remove per`);
    }
    const noEffect = NO_EFFECT_AT_CACHES[policy];
    const value = noEffect && (config as Readonly<Record<string, unknown>>)[noEffect.field];
    if (noEffect === undefined || value === undefined || value === noEffect.usual) continue;
    add(`${policy}.${noEffect.field}`, `${noEffect.why(name)}: remove ${noEffect.field}`);
  }
}

/** By policy: a field without effect in calls to a cache, and its default. */
const NO_EFFECT_AT_CACHES: Readonly<
  Record<string, { readonly field: string; readonly usual: unknown; why(cache: string): string }>
> = {
  timeout: {
    field: 'cancel',
    usual: true,
    why: (cache) => `the server of ${cache} finishes what it has begun`,
  },
  fallback: { field: 'status', usual: 200, why: (cache) => `the value of ${cache} has no status` },
};
