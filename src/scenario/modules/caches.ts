import { cacheSchema } from '../../contracts/scenario/caching.js';
import { change, changeItems } from '../located.js';
import { fits } from '../resolve/fault-fits.js';
import { checkParts } from '../resolve/names.js';
import { wrapCores } from '../short-forms.js';
import { CACHE_REFERENCE } from './caches/reference.js';
import { resolveCache } from './caches/resolve.js';
import { none, nothing, unchanged, type Module } from './kind.js';

/** Caches: local levels in the processes that use them, and at most one shared level. */
export const caches: Module<'caches'> = {
  kind: 'cache',
  summary: 'Caches of one or more levels.',
  reference: CACHE_REFERENCE,
  example: CACHE_REFERENCE[0].example,
  schema: () => cacheSchema,
  expand: (entry) =>
    entry.type === 'map'
      ? change(entry, 'levels', (levels) => changeItems(levels, wrapCores))
      : entry,
  inherit: unchanged,
  visit: unchanged,
  parts: ({ name, output, raise }) => {
    const written = output.levels.map((level, index) => ({
      name: level.name,
      path: ['caches', name, 'levels', index, 'name'],
    }));
    checkParts(written, 'level', name, raise);
    return written.map((level) => level.name);
  },
  instead: (name) => `${name} is a cache: write cache: { get: ${name} }`,
  lags: none,
  resolve: resolveCache,
  subject: ({ levels, host }) => ({
    parts: levels.map(({ name }) => name),
    instances: host?.replicas ?? 0,
  }),
  host: ({ host }) => host,
  calls: nothing,
  check: nothing,
  target: ({ here, kind, text, name, isIndexed, modules }) => {
    if (isIndexed) return 'asHost';
    if (!fits(here, kind, text, ['level', 'instance', 'endpoint', 'link'])) {
      return 'checked';
    }
    const host = modules.caches.get(name)?.host ?? null;
    if (kind.targets.includes('level') || host !== null) return 'checked';
    const message = `${text} runs in the processes that use it: target those instead`;
    here.report('FL410', message);
    return 'checked';
  },
};
