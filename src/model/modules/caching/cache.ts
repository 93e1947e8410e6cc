import { fixedUnit, streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { PlanCache } from '../../../contracts/plan/caching.js';
import { Coalescer } from '../../resources/sharing/coalescer.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import { Content, type ContentRules } from './content.js';
import { WriteBehind } from './write-behind.js';

/** Metrics of a cache, or of one of its levels. */
export interface CacheMeters {
  readonly hits: Counter;
  readonly reads: Counter;
  readonly loads: Counter;
  readonly evictions: Counter;
  readonly staleReads: Counter;
}

/** One level of a cache, with its contents in each process. */
export interface CacheLevelState {
  readonly meters: CacheMeters;
  /** By instance id; a shared level has one content, on its server. */
  readonly contents: ReadonlyMap<number, Content>;
  readonly stream: StreamKey;
}

/** One cache of a run. */
export class Cache {
  readonly spec: PlanCache;
  readonly meters: CacheMeters;
  readonly levels: readonly CacheLevelState[];
  /** By value: its number of writes, and how many of those a load can see. */
  readonly versions: Int32Array;
  readonly visible: Int32Array;
  /** Write-behind buffers by instance; null without write-behind. */
  readonly behind: ReadonlyMap<number, WriteBehind> | null;
  private readonly world: Run;
  private readonly flights = new Map<number, Coalescer>();
  private readonly cluster: Coalescer | null;

  /** `callers`: all instances that use the cache. */
  constructor(world: Run, spec: PlanCache, callers: readonly number[]) {
    this.world = world;
    this.spec = spec;
    const { coalesce, population, writeBehind } = spec.spec;
    this.meters = metersOf(world, spec.component, -1);
    this.versions = new Int32Array(population);
    this.visible = writeBehind === null ? this.versions : new Int32Array(population);
    this.cluster = coalesce === 'cluster' ? new Coalescer(null, true) : null;
    this.levels = spec.levels.map((_, index) => this.levelOf(index, callers));
    this.behind = writeBehind === null ? null : this.gatherers(callers);
    this.warmUp();
  }

  /** The loads in flight that one instance can join. */
  flightsAt(instance: number): Coalescer {
    if (this.cluster !== null) return this.cluster;
    let own = this.flights.get(instance);
    if (own === undefined) this.flights.set(instance, (own = new Coalescer(null, true)));
    return own;
  }

  /** Number of loads that others may join; 0 if none is in flight. */
  held(): number {
    let held = this.cluster?.used ?? 0;
    for (const own of this.flights.values()) held += own.used;
    return held;
  }

  /** Empties a level in all its processes, or drops a share of its entries. */
  flush(level: number, share: number, round: number): void {
    const { contents, stream } = this.levels[level];
    for (const [instance, content] of contents) {
      content.clearShare(share, (key) => fixedUnit(stream.a, stream.b, key, instance, round));
    }
  }

  private gatherers(callers: readonly number[]): ReadonlyMap<number, WriteBehind> {
    const { world, spec } = this;
    const lost = world.meters.counter('lostWrites', { component: spec.component, part: -1 });
    return new Map(
      callers.map((id) => {
        const own = new WriteBehind(spec.spec.writeBehind!, this.versions, this.visible, (count) =>
          world.meters.count(lost, count),
        );
        world.instances[id].residents.push(own);
        return [id, own];
      }),
    );
  }

  private levelOf(index: number, callers: readonly number[]): CacheLevelState {
    const { world, spec } = this;
    const { component } = spec;
    const { part, local, spec: own } = spec.levels[index];
    const { plan, replication } = world;
    const { negativeTtlNs, staleWhileRevalidateNs, earlyExpiry, population } = spec.spec;
    const meters = metersOf(world, component, part);
    const rules: ContentRules = {
      ...own,
      population,
      negativeTtlNs,
      staleNs: staleWhileRevalidateNs ?? 0,
      beta: earlyExpiry ?? 0,
    };
    const homes = local ? callers : [plan.components[component].firstInstance];
    const evicted = (): void => {
      world.meters.count(meters.evictions);
      world.meters.count(this.meters.evictions);
    };
    const contents = new Map(homes.map((id) => [id, new Content(rules, evicted)]));
    for (const [id, content] of contents) {
      // A process that dies loses its entries and starts cold, unless its lifecycle keeps them.
      const { lifecycle } = world.instances[id];
      if (lifecycle?.coldCaches === false) continue;
      world.instances[id].residents.push({ died: () => content.clear(), started: () => {} });
    }
    const owner = `${plan.components[component].name}.${own.name}`;
    world.kept.set(`${owner}.entries`, () =>
      [...contents.values()].reduce((sum, { size }) => sum + size, 0),
    );
    const name = `cache/${owner}`;
    return { meters, contents, stream: streamKey(plan.seed, replication, name) };
  }

  /** Fills the cache with the most popular values; the most popular one is the newest. */
  private warmUp(): void {
    const { warm, population } = this.spec.spec;
    if (warm === 0) return;
    this.levels.forEach(({ contents, stream }, index) => {
      const { capacity } = this.spec.levels[index].spec;
      const count = Math.round(warm * Math.min(capacity, population));
      for (const [instance, content] of contents) {
        if (this.world.instances[instance].absent) continue;
        for (let key = count - 1; key >= 0; key--) {
          const u = fixedUnit(stream.a, stream.b, key, instance, -1);
          content.set(key, 0, 0, false, 0, -1, u, u);
        }
      }
    });
  }
}

function metersOf({ meters }: Run, component: number, part: number): CacheMeters {
  const counter = (name: string): Counter => meters.counter(name, { component, part });
  return {
    hits: counter('hits'),
    reads: counter('reads'),
    loads: counter('loads'),
    evictions: counter('evictions'),
    staleReads: counter('staleReads'),
  };
}
