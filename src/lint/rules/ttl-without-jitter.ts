import type { Cache } from '../../contracts/scenario/caching.js';
import type { Finding, Rule } from '../rule.js';
import { timeText, yamlAt } from '../words.js';

/** Entries that are stored at the same time and expire at the same time. */
export const ttlWithoutJitter: Rule = {
  name: 'ttl-without-jitter',
  severity: 'warning',
  reason:
    'Entries that a warm-up stores at the same moment expire at the same moment, and every request that arrives then loads them again.',
  remedy:
    'Add jitter to the times to live, or let one request load while the others use the old value.',
  check: ({ scenario }) => [...scenario.caches.values()].flatMap(findingsOf),
};

function findingsOf(cache: Cache): readonly Finding[] {
  const { name, warm, levels, population, coalesce } = cache;
  const softened =
    coalesce !== 'none' ||
    cache.staleWhileRevalidateNs !== null ||
    cache.earlyExpiry !== null ||
    cache.refreshAheadFactor !== null;
  if (warm === 0 || softened) return [];
  return levels.flatMap(({ name: level, ttlNs, ttlJitter, capacity }, index) => {
    if (ttlNs === null || ttlJitter > 0) return [];
    const path = ['caches', name, 'levels', index];
    return {
      path: [...path, 'ttl'],
      entities: [`${name}.${level}`],
      message: `all that ${name}.${level} holds at the beginning expires after ${timeText(ttlNs)}`,
      measured: `${Math.round(warm * Math.min(capacity, population))} entries at once`,
      limit: 'spread by ttlJitter',
      fix: yamlAt(['caches', name], 'ttlJitter: 10%'),
    };
  });
}
