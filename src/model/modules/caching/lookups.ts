import { engine } from '../../../kernel/engine.js';
import { unit } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanCacheAct } from '../../../contracts/plan/caching.js';
import { OUTCOME, withStatus, type Outcome } from '../../../contracts/outcome.js';
import { Draws } from '../../path/draws.js';
import type { Run } from '../../data/run.js';
import type { Cache, CacheLevelState } from './cache.js';
import type { CacheColumns } from './columns.js';
import { FOUND, type Content } from './content.js';
import { strands } from '../../data/strands/strands.js';

/** Result of a miss, which sends the program to its other branch. */
const MISS = OUTCOME.clientError;
/** The value does not exist. */
export const NOT_FOUND = withStatus(OUTCOME.clientError, 404);

/** Lookups in cache levels, and copies of found values to the levels in the process. */
export class Lookups {
  readonly draws = new Draws(this.world);

  constructor(
    readonly world: Run,
    readonly columns: CacheColumns,
    private readonly caches: readonly Cache[],
  ) {}

  /** Looks a value up in a level in the process. */
  lookup(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    const { world, columns } = this;
    const cache = this.caches[spec.cache];
    columns.drop(strand);
    if (spec.key < 0) return this.byRatio(strand, pc, spec);
    const level = cache.levels[spec.level];
    const content = level.contents.get(strands.instance[strand])!;
    const key = world.keys.value(spec.key, strand);
    const found = content.get(key, engine.now, this.draws.unit(strand, pc));
    world.meters.count(level.meters.reads);
    if (found === FOUND.nothing) return MISS;
    world.meters.count(level.meters.hits);
    take(columns, strand, cache, content, found, engine.now);
    return this.hit(strand, spec, cache, key);
  }

  /** The shared level has responded. */
  answered(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    if (spec.key < 0) return this.byRatio(strand, pc, spec);
    if (this.columns.found[strand] === FOUND.nothing) return MISS;
    const key = this.columns.key[strand];
    return this.hit(strand, spec, this.caches[spec.cache], key);
  }

  /** Copies a value from a later level to one in the process. */
  fill(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    // A stale value is not copied.
    if (this.columns.found[strand] !== FOUND.stale) this.store(strand, pc, spec);
    return OUTCOME.ok;
  }

  /** Stores a value that another request has loaded, unless it is in this process already. */
  share(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    const { world } = this;
    const content = this.contentOf(strand, spec);
    const key = world.keys.value(spec.key, strand);
    if (!content.has(key, engine.now)) this.store(strand, pc, spec);
    return OUTCOME.ok;
  }

  /** Stores the current value in a level in the process. */
  store(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    const level = this.caches[spec.cache].levels[spec.level];
    put(this, level, strand, pc, this.world.keys.value(spec.key, strand), engine.now, spec.ttlNs);
    return OUTCOME.ok;
  }

  /** No level has the value, and there is no loader. */
  absent(_strand: number, spec: PlanCacheAct): Outcome {
    this.world.meters.count(this.caches[spec.cache].meters.reads);
    return NOT_FOUND;
  }

  /** The result for the current value: success, or that the value does not exist. */
  verdict(strand: number): Outcome {
    return this.columns.found[strand] === FOUND.negative ? NOT_FOUND : OUTCOME.ok;
  }

  private hit(strand: number, spec: PlanCacheAct, cache: Cache, key: number): Outcome {
    const { meters } = this.world;
    meters.count(cache.meters.reads);
    meters.count(cache.meters.hits);
    if (this.columns.version[strand] < cache.versions[key]) {
      meters.count(cache.meters.staleReads);
      meters.count(cache.levels[spec.level].meters.staleReads);
    }
    return OUTCOME.ok;
  }

  private byRatio(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    const { meters } = this.world;
    const cache = this.caches[spec.cache];
    const level = cache.levels[spec.level];
    const hit = this.draws.unit(strand, pc) < cache.spec.spec.hitRatio!;
    meters.count(level.meters.reads);
    this.columns.hold(strand, hit ? FOUND.value : FOUND.nothing, 0, 0);
    if (!hit) return MISS;
    meters.count(level.meters.hits);
    meters.count(cache.meters.reads);
    meters.count(cache.meters.hits);
    return OUTCOME.ok;
  }

  private contentOf(strand: number, spec: PlanCacheAct): Content {
    const level = this.caches[spec.cache].levels[spec.level];
    return level.contents.get(strands.instance[strand])!;
  }
}

/** Makes a found value the current one of a strand, and decides if it must be reloaded. */
export function take(
  columns: CacheColumns,
  strand: number,
  cache: Cache,
  content: Content,
  found: number,
  now: number,
): void {
  columns.hold(strand, found, content.version, content.delta);
  const factor = cache.spec.spec.refreshAheadFactor;
  const ahead =
    factor !== null && found === FOUND.value && now >= content.expires - (1 - factor) * content.ttl;
  columns.refresh[strand] = ahead || found === FOUND.stale ? 1 : 0;
}

/** Stores the current value of a strand in a level. */
export function put(
  { world, columns, draws }: Pick<Lookups, 'world' | 'columns' | 'draws'>,
  level: CacheLevelState,
  strand: number,
  pc: number,
  key: number,
  now: Ns,
  ttlNs: Ns,
): void {
  const { version, found, delta } = columns;
  const { a, b } = level.stream;
  const u = draws.unit(strand, pc);
  const chance = unit(a, b, strands.lineageA[strand], strands.lineageB[strand], pc);
  const isNegative = found[strand] === FOUND.negative;
  world.meters.count(level.meters.loads);
  level.contents
    .get(strands.instance[strand])!
    .set(key, now, version[strand], isNegative, delta[strand], ttlNs, u, chance);
}
