import type { Cache, CacheLevel } from '../../spec/scenario/caching.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Step } from '../../spec/scenario/steps.js';
import { eachStep } from '../../language/each-step.js';
import { plainText } from './values.js';

/** Every cache with its rules, its levels, and the steps that use it. */
export function cacheLines({ caches, services, gateways }: Scenario): readonly string[] {
  const lines = [...caches.values()].flatMap((cache) => [
    `${cache.name}: ${rulesText(cache)}`,
    ...cache.levels.map((level) => `${cache.name}.${level.name}: ${levelText(cache, level)}`),
  ]);
  const add = (part: string, steps: readonly Step[]): void =>
    eachStep(steps, (step) => {
      if (step.verb === 'cache') lines.push(`${part}: ${stepText(step)}`);
    });
  for (const [name, { endpoints }] of services) {
    for (const [endpoint, { steps }] of endpoints) add(`${name}.${endpoint}`, steps);
  }
  for (const [name, { routes }] of gateways) {
    for (const route of routes) add(`${name}.${route.name}`, route.steps ?? []);
  }
  return lines;
}

function rulesText(cache: Cache): string {
  const { key, population, hitRatio, pattern, coalesce, onError, warm } = cache;
  const entries = hitRatio === null ? `${key} (${population} values)` : `hitRatio ${hitRatio}`;
  const words = [entries, `pattern ${pattern}`, `coalesce ${coalesce}`];
  if (cache.host !== null) words.push(`onError ${onError}`);
  if (warm > 0) words.push(`warm ${warm}`);
  const timed = {
    staleWhileRevalidateNs: cache.staleWhileRevalidateNs,
    earlyExpiry: cache.earlyExpiry,
    negativeTtlNs: cache.negativeTtlNs,
    refreshAheadFactor: cache.refreshAheadFactor,
    writeBehind: cache.writeBehind,
  };
  const set = Object.entries(timed).filter(([, value]) => value !== null);
  if (set.length > 0) words.push(plainText(Object.fromEntries(set)).replace(/^\{ | \}$/g, ''));
  return words.join(', ');
}

function levelText({ hitRatio, pool, host, maxConnections }: Cache, level: CacheLevel): string {
  const { kind, capacity, ttlNs, ttlJitter, sliding, eviction, counts, latency } = level;
  const words: string[] = [kind];
  if (hitRatio === null) {
    const by = eviction === 'lfu' ? `lfu (counts ${counts})` : eviction;
    words.push(`capacity ${plainText(capacity)} ${by}`, `ttl ${plainText(ttlNs, 'ttlNs')}`);
    if (ttlJitter > 0) words.push(`ttlJitter ${ttlJitter}`);
    if (sliding) words.push('sliding');
  }
  words.push(`latency ${plainText(latency)}`);
  if (kind !== 'local' && host !== null) {
    words.push(`cpu ${plainText(host.cpu.cores)}`, `maxConnections ${plainText(maxConnections)}`);
    words.push(`pool ${plainText(pool)}`);
  }
  return words.join(', ');
}

function stepText(step: Extract<Step, { readonly verb: 'cache' }>): string {
  const { op, cache, key, onMiss, write, store } = step;
  const words = [`${op} ${cache}`];
  if (key !== null) words.push(`key ${key}`);
  if (onMiss !== null) words.push(`onMiss ${onMiss.map(({ verb }) => verb).join(', ')}`);
  if (!store) words.push('not stored');
  if (write !== null) words.push(`write ${write.map(({ verb }) => verb).join(', ')}`);
  return words.join('; ');
}
