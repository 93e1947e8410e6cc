import type { Cache, CacheLevel } from '../../../contracts/scenario/caching.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Pool } from '../../../contracts/scenario/pools.js';
import type { Host } from '../../../contracts/scenario/host.js';
import type { CacheOutput, LevelOutput } from '../../schema/caching.js';
import { described } from '../../resolve/described.js';
import type { Cursor } from '../../resolve/context.js';
import { FREE_CPU } from '../../../contracts/scenario/process.js';
import { resolveSerialCpu } from '../../sections/cpu.js';
import { entryOf } from '../../resolve/names.js';
import type { Entry } from '../kind.js';
import { resolvePlacement } from '../../resolve/placement.js';
import { resolvePool } from '../../sections/pools.js';
import { plainHost } from '../../resolve/plain-host.js';

/** Largest key population of a cache. */
const POPULATION_MAX = 10_000_000;

const UNLIMITED: Pool = {
  kind: 'simple',
  maxOpen: Infinity,
  maxIdle: Infinity,
  maxLifetimeNs: null,
  maxIdleTimeNs: null,
  acquireTimeoutNs: null,
  waiters: 'fifo',
  seesClosed: true,
};

/** Resolves a cache. */
export function resolveCache({ here, name, output }: Entry<'caches'>): Cache {
  const { pattern, coalesce, warm, hitRatio = null } = output;
  const ahead = pattern === 'refreshAhead';
  const behind = pattern === 'writeBehind';
  checkPattern(here, output);
  if (hitRatio !== null) checkRatio(here, output);
  const population = hitRatio === null ? populationOf(here, output) : 0;
  const shared = output.levels.findIndex(({ kind }) => kind !== 'local');
  const own = shared < 0 ? null : output.levels[shared];
  const at = here.in('levels', shared);
  checkLevels(here, output);
  return {
    ...described(name, output),
    levels: output.levels.map((level) => levelOf(level, output)),
    key: hitRatio === null ? (output.keys ?? null) : null,
    population,
    hitRatio,
    pattern,
    coalesce,
    staleWhileRevalidateNs: output.staleWhileRevalidate,
    earlyExpiry: output.earlyExpiry ?? null,
    negativeTtlNs: output.negativeTtl,
    onError: output.onError ?? (pattern === 'readThrough' ? 'fail' : 'bypass'),
    warm,
    refreshAheadFactor: ahead ? (output.refreshAheadFactor ?? 0.5) : null,
    writeBehind: behind
      ? { delayNs: output.writeDelay ?? NS_PER_SECOND, batchSize: output.batchSize ?? 100 }
      : null,
    host: own === null ? null : hostOf(at, name, output, own),
    pool: own?.pool === undefined ? UNLIMITED : resolvePool(at.in('pool'), own.pool),
    maxConnections: own?.maxConnections ?? Infinity,
  };
}

function levelOf(output: LevelOutput, cache: CacheOutput): CacheLevel {
  const { name, kind, capacity, ttl, sliding, latency, eviction } = output;
  return {
    name,
    kind,
    capacity,
    ttlNs: ttl,
    ttlJitter: output.ttlJitter ?? cache.ttlJitter ?? 0,
    sliding,
    latency,
    eviction,
    counts: output.counts ?? 'resident',
  };
}

/** The server of the shared level. */
function hostOf(here: Cursor, name: string, cache: CacheOutput, level: LevelOutput): Host {
  const cpu = resolveSerialCpu(here.in('cpu'), level.cpu ?? FREE_CPU, 'a level of a cache');
  const text = { ...cache, labels: level.labels };
  return plainHost(name, text, { ...resolvePlacement(here, 1, level.zone), cpu });
}

/** Size of the key population of a cache. Reports a key without a finite population. */
function populationOf(here: Cursor, output: CacheOutput): number {
  if (output.keys === undefined) {
    here.reportKey('FL203', 'a cache needs keys, the name of a key, or a fixed hitRatio');
    return 1;
  }
  const at = here.in('keys');
  const key = entryOf(here.output.keys, output.keys);
  if (key === undefined) {
    if (here.names.broken.has(output.keys)) return 1;
    const { keys: allowed } = here.names;
    const message = `there is no key ${output.keys} in keys`;
    at.report('FL404', message, { found: output.keys, allowed });
    return 1;
  }
  if (key.kind === 'unique') {
    const message =
      `every value of ${output.keys} is unique, so no lookup would ever hit: use a key with a ` +
      'count';
    at.conflict(message);
    return 1;
  }
  if (key.count > POPULATION_MAX) {
    const message = `${output.keys} has ${key.count} values; a cache supports at most ${POPULATION_MAX}`;
    at.conflict(message);
    return 1;
  }
  return key.count;
}

/** Reports fields that belong to another pattern. */
function checkPattern(here: Cursor, output: CacheOutput): void {
  const wrong = here.conflicts();
  const { pattern } = output;
  const only = (field: keyof CacheOutput, wanted: CacheOutput['pattern']): void => {
    if (output[field] === undefined || pattern === wanted) return;
    wrong(field, `${field} has no effect without pattern: ${wanted}`);
  };
  only('refreshAheadFactor', 'refreshAhead');
  only('writeDelay', 'writeBehind');
  only('batchSize', 'writeBehind');
  const timed = output.levels.some(({ ttl }) => ttl !== null);
  const needs: readonly (readonly [keyof CacheOutput, boolean])[] = [
    ['staleWhileRevalidate', output.staleWhileRevalidate !== null],
    ['earlyExpiry', output.earlyExpiry !== undefined],
    ['ttlJitter', (output.ttlJitter ?? 0) > 0],
  ];
  for (const [field, on] of needs) {
    if (!on || timed || output.hitRatio !== undefined) continue;
    wrong(field, `${field} has no effect because no entry expires: give a level a ttl`);
  }
  if (pattern === 'refreshAhead' && !timed && output.hitRatio === undefined) {
    wrong('pattern', 'refreshAhead has no effect because no entry expires: give a level a ttl');
  }
}

/** Reports fields about entries that have no effect with a fixed hit ratio. */
function checkRatio(here: Cursor, output: CacheOutput): void {
  const wrong = here.conflicts();
  const why = (field: string): string =>
    `with a fixed hitRatio there are no entries: leave ${field} or hitRatio out`;
  const cached = ['keys', 'coalesce', 'staleWhileRevalidate', 'earlyExpiry', 'negativeTtl'];
  here.refuse([...cached, 'ttlJitter', 'warm'], why);
  const entries = ['capacity', 'ttl', 'ttlJitter', 'sliding', 'eviction', 'counts'];
  here.in('levels', 0).refuse(entries, why);
  if (output.levels.length > 1) {
    const message =
      'a fixed hitRatio works with one level only: keep one level, or use keys instead of hitRatio';
    wrong('hitRatio', message);
  }
  if (output.pattern === 'writeBehind' || output.pattern === 'refreshAhead') {
    const message =
      `${output.pattern} needs entries, and with a fixed hitRatio there are none: remove one of ` +
      'them';
    wrong('pattern', message);
  }
}

function checkLevels(here: Cursor, output: CacheOutput): void {
  let shared = 0;
  output.levels.forEach((level, index) => {
    const at = here.in('levels', index);
    const problem = at.conflicts();
    if (level.counts !== undefined && level.eviction !== 'lfu') {
      problem('counts', 'counts has no effect without eviction: lfu');
    }
    if ((level.sliding || (level.ttlJitter ?? 0) > 0) && level.ttl === null) {
      const field = level.sliding ? 'sliding' : 'ttlJitter';
      problem(field, `${field} has no effect without ttl`);
    }
    if (level.kind === 'local') {
      const served = ['cpu', 'maxConnections', 'pool', 'zone', 'labels'] as const;
      for (const field of served) {
        if (level[field] === undefined) continue;
        const message =
          `a local level runs in the process of its caller, so it has no ${field} of its own: ` +
          `remove ${field}`;
        problem(field, message);
      }
      if (shared > 0)
        problem('kind', 'local levels come before the shared one: move this level up');
    } else if (++shared > 1) {
      const message =
        'a cache has at most one shared level: make the other one a separate cache, and read ' +
        'it on a miss: onMiss: [ cache: { get: OTHER, onMiss: [ ... ] } ]';
      problem('kind', message);
    }
  });
}
