import type { Cache, WrittenCache, WrittenLevel } from '../../../contracts/scenario/caching.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import { UNLIMITED_POOL } from '../../../contracts/scenario/pools.js';
import type { Host } from '../../../contracts/scenario/host.js';
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

/** Resolves a cache. */
export function resolveCache({ here, name, output }: Entry<'caches'>): Cache {
  const { extends: _from, keys, ttlJitter: _jitter, writeDelayNs, batchSize, ...own } = output;
  const { pattern, hitRatio } = own;
  checkPattern(here, output);
  if (hitRatio !== null) checkRatio(here, output);
  const population = hitRatio === null ? populationOf(here, keys) : 0;
  const at = own.levels.findIndex(({ kind }) => kind !== 'local');
  const shared = own.levels[at] ?? null;
  checkLevels(here, output);
  const isAhead = pattern === 'refreshAhead';
  return {
    ...described(name, output),
    key: hitRatio === null ? keys : null,
    population,
    ...own,
    levels: own.levels.map((level) => levelOf(level, output)),
    onError: own.onError ?? (pattern === 'readThrough' ? 'fail' : 'bypass'),
    refreshAheadFactor: isAhead ? (own.refreshAheadFactor ?? 0.5) : null,
    writeBehind:
      pattern === 'writeBehind'
        ? { delayNs: writeDelayNs ?? NS_PER_SECOND, batchSize: batchSize ?? 100 }
        : null,
    host: shared === null ? null : hostOf(here.in('levels', at), name, output, shared),
    pool: shared?.pool ? resolvePool(here.in('levels', at, 'pool'), shared.pool) : UNLIMITED_POOL,
    maxConnections: shared?.maxConnections ?? Infinity,
  };
}

function levelOf(written: WrittenLevel, cache: WrittenCache): Cache['levels'][number] {
  const {
    cpu: _cores,
    maxConnections: _most,
    pool: _pool,
    zone: _zone,
    labels: _labels,
    ...own
  } = written;
  return {
    ...own,
    ttlJitter: own.ttlJitter ?? cache.ttlJitter ?? 0,
    counts: own.counts ?? 'resident',
  };
}

/** The server of the shared level. */
function hostOf(here: Cursor, name: string, cache: WrittenCache, level: WrittenLevel): Host {
  const cpu = resolveSerialCpu(here.in('cpu'), level.cpu ?? FREE_CPU, 'a level of a cache');
  const text = { ...cache, labels: level.labels };
  return plainHost(name, text, { ...resolvePlacement(here, 1, level.zone), cpu });
}

/** Size of the key population of a cache. Reports a key without a finite population. */
function populationOf(here: Cursor, keys: string | null): number {
  if (keys === null) {
    const [known = 'page'] = here.names.keys;
    const example = `as keys: ${known}`;
    here.reportKey(
      'FL203',
      `a cache needs keys, the name of a key, ${example}, or a fixed hitRatio`,
    );
    return 1;
  }
  const at = here.in('keys');
  const key = entryOf(here.output.keys, keys);
  if (key === undefined) {
    if (here.names.broken.has(keys)) return 1;
    const { keys: allowed } = here.names;
    at.report('FL404', `there is no key ${keys} in keys`, { found: keys, allowed });
    return 1;
  }
  if (key.kind === 'unique') {
    const message =
      `every value of ${keys} is unique, so no lookup would ever hit: use a key with a ` + 'count';
    at.conflict(message);
    return 1;
  }
  if (key.count > POPULATION_MAX) {
    const message = `${keys} has ${key.count} values; a cache supports at most ${POPULATION_MAX}`;
    at.conflict(message);
    return 1;
  }
  return key.count;
}

/** Reports fields that belong to another pattern. */
function checkPattern(here: Cursor, output: WrittenCache): void {
  const wrong = here.conflicts();
  const { pattern } = output;
  const only = (wanted: WrittenCache['pattern'], ...fields: readonly string[]): void => {
    if (pattern === wanted) return;
    here.refuse(fields, (field) => `${field} has no effect without pattern: ${wanted}`);
  };
  only('refreshAhead', 'refreshAheadFactor');
  only('writeBehind', 'writeDelay', 'batchSize');
  const expires = output.levels.some(({ ttlNs }) => ttlNs !== null);
  if (expires || output.hitRatio !== null) return;
  const needs = [
    ['staleWhileRevalidate', output.staleWhileRevalidateNs !== null],
    ['earlyExpiry', output.earlyExpiry !== null],
    ['ttlJitter', (output.ttlJitter ?? 0) > 0],
  ] as const;
  for (const [field, on] of needs) {
    if (on) wrong(field, `${field} has no effect because no entry expires: give a level a ttl`);
  }
  if (pattern === 'refreshAhead') {
    wrong('pattern', 'refreshAhead has no effect because no entry expires: give a level a ttl');
  }
}

/** Reports fields about entries that have no effect with a fixed hit ratio. */
function checkRatio(here: Cursor, output: WrittenCache): void {
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

function checkLevels(here: Cursor, output: WrittenCache): void {
  let shared = 0;
  output.levels.forEach((level, index) => {
    const at = here.in('levels', index);
    const problem = at.conflicts();
    if (level.counts !== null && level.eviction !== 'lfu') {
      problem('counts', 'counts has no effect without eviction: lfu');
    }
    if ((level.sliding || (level.ttlJitter ?? 0) > 0) && level.ttlNs === null) {
      const field = level.sliding ? 'sliding' : 'ttlJitter';
      problem(field, `${field} has no effect without ttl`);
    }
    if (level.kind === 'local') {
      const why = (field: string): string =>
        `a local level runs in the process of its caller, so it has no ${field} of its own: remove ${field}`;
      at.refuse(['cpu', 'maxConnections', 'pool', 'zone', 'labels'], why);
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
