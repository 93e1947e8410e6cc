import { PLAIN_BALANCING } from '../../spec/patterns/balancer.js';
import type { Cache, CacheLevel, ResponseCache } from '../../spec/scenario/caching.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { LoadBalancing } from '../../spec/scenario/policies.js';
import type { Host } from '../../spec/scenario/host.js';
import type { Pool, Queue } from '../../spec/scenario/resources.js';
import type { Step, StepModifiers, CacheStep } from '../../spec/scenario/steps.js';
import type { CacheStepOutput } from '../schema/cache-step.js';
import type { CacheOutput, LevelOutput } from '../schema/caching.js';
import type { ScenarioOutput } from '../schema/scenario.js';
import type { StepOutput } from '../schema/steps.js';
import type { Context, Path } from './context.js';
import { report, reportKey, writtenAt } from './context.js';
import { resolveSerialCpu } from './cpu.js';
import { sorted } from './names.js';
import { resolvePlacement } from './placement.js';
import { resolvePool } from './pools.js';
import { unknown } from './targets.js';
import { OFF_PLATFORM } from './off-platform.js';

/** Values of a key that a cache can have entries for. */
const POPULATION_MAX = 10_000_000;

const IN_TURN: LoadBalancing = { kind: 'roundRobin', config: {}, common: PLAIN_BALANCING };
const UNBOUNDED: Queue = { capacity: Infinity, discipline: 'fifo', maxWaitNs: null };
const UNLIMITED: Pool = {
  kind: 'simple',
  maxOpen: Infinity,
  maxIdle: Infinity,
  maxLifetimeNs: null,
  maxIdleTimeNs: null,
  acquireTimeoutNs: null,
  waiters: 'fifo',
};

/** One cache in its final form. */
export function resolveCache(
  context: Context,
  name: string,
  output: CacheOutput,
  keys: ScenarioOutput['keys'],
): Cache {
  const path = ['caches', name];
  const { pattern, coalesce, warm, hitRatio = null } = output;
  const ahead = pattern === 'refreshAhead';
  const behind = pattern === 'writeBehind';
  checkPattern(context, output, path);
  if (hitRatio !== null) checkRatio(context, output, path);
  const population = hitRatio === null ? populationOf(context, output, keys, path) : 0;
  const shared = output.levels.findIndex(({ kind }) => kind !== 'local');
  const own = shared < 0 ? null : output.levels[shared];
  const at = [...path, 'levels', shared];
  checkLevels(context, output, path);
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
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
    host: own === null ? null : hostOf(context, name, output, own, at),
    pool: own?.pool === undefined ? UNLIMITED : resolvePool(context, own.pool, [...at, 'pool']),
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
function hostOf(
  context: Context,
  name: string,
  cache: CacheOutput,
  level: LevelOutput,
  path: Path,
): Host {
  return {
    name,
    title: cache.title ?? null,
    description: cache.description ?? null,
    critical: cache.critical,
    ...resolvePlacement(context, 1, level.zone, path),
    runtime: 'threads',
    concurrency: Infinity,
    queue: UNBOUNDED,
    cpu: resolveSerialCpu(context, level.cpu ?? FREE_CPU, 'a level of a cache', [...path, 'cpu']),
    cancellation: 'ignore',
    rejectWork: { kind: 'constant', valueNs: 0 },
    admission: null,
    gc: null,
    memory: null,
    lifecycle: null,
    ...OFF_PLATFORM,
    loadBalancing: IN_TURN,
    outlierDetection: null,
    protocol: null,
    external: false,
    labels: new Map(sorted(level.labels)),
  };
}

const FREE_CPU: NonNullable<LevelOutput['cpu']> = {
  cores: Infinity,
  discipline: 'fcfs',
  contextSwitchTax: 0,
} as NonNullable<LevelOutput['cpu']>;

/** How many values the key of a cache has; the reason is noted where that is not known. */
function populationOf(
  context: Context,
  output: CacheOutput,
  keys: ScenarioOutput['keys'],
  path: Path,
): number {
  if (output.keys === undefined) {
    reportKey(context, 'FL203', path, 'a cache needs keys, the name of a key, or a fixed hitRatio');
    return 1;
  }
  const at = [...path, 'keys'];
  const key = keys?.[output.keys];
  if (key === undefined) {
    if (context.names.broken.has(output.keys)) return 1;
    const { keys: allowed } = context.names;
    const message = `there is no key ${output.keys} in keys`;
    report(context, 'FL404', at, message, { found: output.keys, allowed });
    return 1;
  }
  if (key.kind === 'unique') {
    const message =
      `every value of ${output.keys} is unique, so no lookup would ever hit: use a key with a ` +
      'count';
    report(context, 'FL208', at, message);
    return 1;
  }
  if (key.count > POPULATION_MAX) {
    const message = `${output.keys} has ${key.count} values; a cache supports at most ${POPULATION_MAX}`;
    report(context, 'FL208', at, message);
    return 1;
  }
  return key.count;
}

/** Fields that belong to one pattern. */
function checkPattern(context: Context, output: CacheOutput, path: Path): void {
  const { pattern } = output;
  const only = (field: keyof CacheOutput, wanted: CacheOutput['pattern']): void => {
    if (output[field] === undefined || pattern === wanted) return;
    report(context, 'FL208', [...path, field], `${field} has no effect without pattern: ${wanted}`);
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
    const message = `${field} has no effect because no entry expires: give a level a ttl`;
    report(context, 'FL208', [...path, field], message);
  }
  if (pattern === 'refreshAhead' && !timed && output.hitRatio === undefined) {
    const message = 'refreshAhead has no effect because no entry expires: give a level a ttl';
    report(context, 'FL208', [...path, 'pattern'], message);
  }
}

/** A fixed ratio leaves nothing for the fields that speak of entries. */
function checkRatio(context: Context, output: CacheOutput, path: Path): void {
  const needless = (field: string): void => {
    if (writtenAt(context, [...path, field]) === undefined) return;
    const message = `with a fixed hitRatio there are no entries: leave ${field} or hitRatio out`;
    report(context, 'FL208', [...path, field], message);
  };
  const cached = ['keys', 'coalesce', 'staleWhileRevalidate', 'earlyExpiry', 'negativeTtl'];
  for (const field of [...cached, 'ttlJitter', 'warm']) needless(field);
  const entries = ['capacity', 'ttl', 'ttlJitter', 'sliding', 'eviction', 'counts'];
  for (const field of entries) {
    if (writtenAt(context, [...path, 'levels', 0, field]) === undefined) continue;
    const message = `with a fixed hitRatio there are no entries: leave ${field} or hitRatio out`;
    report(context, 'FL208', [...path, 'levels', 0, field], message);
  }
  if (output.levels.length > 1) {
    const message =
      'a fixed hitRatio works with one level only: keep one level, or use keys instead of hitRatio';
    report(context, 'FL208', [...path, 'hitRatio'], message);
  }
  if (output.pattern === 'writeBehind' || output.pattern === 'refreshAhead') {
    const message =
      `${output.pattern} needs entries, and with a fixed hitRatio there are none: remove one of ` +
      'them';
    report(context, 'FL208', [...path, 'pattern'], message);
  }
}

function checkLevels(context: Context, output: CacheOutput, path: Path): void {
  let shared = 0;
  output.levels.forEach((level, index) => {
    const at = [...path, 'levels', index];
    const problem = (field: string, message: string): void =>
      report(context, 'FL208', [...at, field], message);
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
        problem(
          field,
          `a local level runs in the process of its caller, so it has no ${field} of its own: ` +
            `remove ${field}`,
        );
      }
      if (shared > 0)
        problem('kind', 'local levels come before the shared one: move this level up');
    } else if (++shared > 1) {
      problem(
        'kind',
        'a cache has at most one shared level: make the other one a separate cache, and read ' +
          'it on a miss: onMiss: [ cache: { get: OTHER, onMiss: [ ... ] } ]',
      );
    }
  });
}

/** A `cache` step. */
export function resolveCacheStep(
  context: Context,
  output: CacheStepOutput<StepOutput>,
  modifiers: StepModifiers,
  owner: string,
  inner: (steps: readonly StepOutput[], path: Path) => Step[],
  path: Path,
): Step | null {
  const ops = (['get', 'set', 'delete', 'refresh'] as const).filter(
    (op) => output[op] !== undefined,
  );
  if (ops.length !== 1) {
    const message =
      'a cache step needs exactly one of get, set, delete, refresh; found ' +
      `${ops.length === 0 ? 'none' : ops.join(' and ')}`;
    report(context, 'FL208', path, message);
    return null;
  }
  const op = ops[0];
  const onMiss = output.onMiss === undefined ? null : inner(output.onMiss, [...path, 'onMiss']);
  const write = output.write === undefined ? null : inner(output.write, [...path, 'write']);
  const cache = cacheNamed(context, output[op]!, [...path, op]);
  if (cache === null) return null;
  const kind = context.names.things.get(owner)?.kind;
  if (kind === 'workload') {
    report(
      context,
      'FL405',
      path,
      `${owner} is a workload; only a service or a gateway can use a cache`,
    );
    return null;
  }
  checkStep(context, output, op, cache, path);
  checkKeyed(context, output.key, cache, path);
  const { key = null, store } = output;
  const step: CacheStep = { cache, op, key, onMiss, write, store };
  return { verb: 'cache', ...step, ...modifiers };
}

function checkStep(
  context: Context,
  output: CacheStepOutput<StepOutput>,
  op: CacheStep['op'],
  cache: string,
  path: Path,
): void {
  const problem = (field: string, message: string): void =>
    report(context, 'FL208', [...path, field], message);
  const loads = op === 'get' || op === 'refresh';
  if (output.onMiss !== undefined && !loads) {
    problem('onMiss', `${op} does not load the value: remove onMiss`);
  }
  if (op === 'refresh' && output.onMiss === undefined) {
    problem('refresh', 'refresh loads the value: write the steps in onMiss');
  }
  if (!output.store && output.onMiss === undefined) {
    problem(
      'store',
      'store applies to the value that onMiss loads, and there is no onMiss: write onMiss, or ' +
        'remove store',
    );
  }
  const pattern = patternOf(context, cache);
  const writes = pattern === 'writeThrough' || pattern === 'writeBehind';
  if (output.write !== undefined && (op !== 'set' || !writes)) {
    problem('write', 'write applies only to set with the pattern writeThrough or writeBehind');
  }
  if (op === 'set' && writes && output.write === undefined) {
    problem(
      'set',
      `with ${pattern} a set also writes to the data source: write the steps in write`,
    );
  }
}

function patternOf(context: Context, cache: string): string {
  return textAt(context, ['caches', cache, 'pattern']) ?? 'aside';
}

/** The entry of a response cache in a middleware chain. */
export interface ResponseFields {
  readonly cache: string;
  readonly methods: readonly string[];
  readonly key?: string;
  readonly ttl?: number;
}

/** The cache of a middleware chain, in which answers are kept. */
export function resolveResponse(
  context: Context,
  fields: ResponseFields,
  path: Path,
): ResponseCache | null {
  const cache = cacheNamed(context, fields.cache, [...path, 'cache']);
  if (cache === null) return null;
  checkKeyed(context, fields.key, cache, path);
  const methods = fields.methods.map((method) => method.toUpperCase());
  return { cache, methods, key: fields.key ?? null, ttlNs: fields.ttl ?? null };
}

/** The values of a key in the place of the cache's own are among those that it has entries for. */
function checkKeyed(context: Context, key: string | undefined, cache: string, path: Path): void {
  const { keys: allowed, broken } = context.names;
  if (key === undefined || broken.has(key)) return;
  const at = [...path, 'key'];
  if (!allowed.includes(key)) {
    report(context, 'FL404', at, `there is no key ${key} in keys`, { found: key, allowed });
    return;
  }
  const own = textAt(context, ['caches', cache, 'keys']);
  if (own === undefined || own === key) return;
  const values = Number(textAt(context, ['keys', key, 'count']) ?? Infinity);
  const entries = Number(textAt(context, ['keys', own, 'count']) ?? 0);
  if (values <= entries) return;
  const message = `${key} has values outside the keys of ${cache}: its keys are those of ${own}, ${entries}`;
  report(context, 'FL208', at, message);
}

function textAt(context: Context, path: Path): string | undefined {
  const node = writtenAt(context, path);
  return node?.type === 'scalar' ? String(node.value) : undefined;
}

function cacheNamed(context: Context, name: string, path: Path): string | null {
  const thing = context.names.things.get(name);
  if (thing === undefined) return unknown(context, name, path, ['cache']);
  if (thing.kind === 'cache') return name;
  report(context, 'FL405', path, `${name} is a ${thing.kind}, not a cache`);
  return null;
}
