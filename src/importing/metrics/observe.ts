import { demandOf, type Demand } from './demand.js';
import { FAMILIES, nameIn, workloadOf, type Fact, type Family } from './families.js';
import type { ReadSeries, Series } from './read.js';
import { gridOf, Growth, type Gaps, type Grid } from './windows.js';

/** What metrics say about one service. Rates are per second, times in seconds. */
export interface ServiceFacts {
  /** As the labels name it; another name by which the same pods are known. */
  readonly name: string;
  readonly workload: string | null;
  /** Requests that it serves. */
  readonly rate: number | null;
  readonly counted: number;
  /** Share of them with a status of 500 or more. */
  readonly failed: number | null;
  /** Cores in use, of all its instances. */
  readonly cores: number | null;
  readonly demand: Demand | null;
  /** Share of the periods in which a quota stopped it. */
  readonly throttled: number | null;
  /** From buckets, as histogram_quantile has them. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly pool: { readonly max: number; readonly active: number; readonly pending: number } | null;
  readonly lag: { readonly topic: string; readonly most: number } | null;
}

/** Calls between two services. */
export interface CallFacts {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly counted: number;
}

/** What a range of metrics says. */
export interface MetricFacts {
  readonly services: readonly ServiceFacts[];
  readonly calls: readonly CallFacts[];
  readonly series: number;
  /** Unit: seconds. */
  readonly seconds: number;
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
}

/** Paths of health checks and of metrics themselves. */
const PROBES = /^\/(actuator|health|healthz|livez|readyz|metrics)(\/|$)/;

/** Reads what series with usual names say; all others are counted. */
export function observeMetrics({ series, leftOut }: ReadSeries): MetricFacts {
  const known = series.filter(({ name }) => FAMILIES.has(name));
  const left = new Map(leftOut.map(({ reason, count }) => [reason, count]));
  const leave = (reason: string, count: number): void => {
    if (count > 0) left.set(reason, (left.get(reason) ?? 0) + count);
  };
  for (const { name } of series) {
    if (!FAMILIES.has(name)) leave(`series of ${name}: no importer reads this metric`, 1);
  }
  const grid = gridOf(known);
  const observed = grid === null ? null : new Observed(grid, leave);
  for (const one of known) observed?.add(one, FAMILIES.get(one.name)!);
  const facts = observed?.facts() ?? { services: [], calls: [] };
  const seconds = grid === null ? 0 : grid.length * grid.count;
  const all = [...left].map(([reason, count]) => ({ reason, count }));
  return { ...facts, series: known.length, seconds, leftOut: all };
}

/** What is collected about one service. */
interface Collected {
  workload: string | null;
  /** By rank of the family. */
  readonly requests: Map<number, Map<string, Growth>>;
  readonly failed: Map<number, Growth>;
  readonly cpu: Map<number, Growth>;
  readonly sums: Map<Fact, Growth>;
  /** By upper bound. Unit: seconds. */
  readonly buckets: Map<number, Growth>;
  readonly most: Map<Fact, number>;
  topic: string;
}

class Observed {
  private readonly services = new Map<string, Collected>();
  private readonly calls = new Map<string, CallFacts & { readonly growth: Growth }>();
  private readonly gaps: Gaps = { count: 0, longest: 0, resets: 0 };
  /** Callees that report their requests themselves: those of their callers are the same ones. */
  private readonly reporting = new Set<string>();
  private readonly waiting: (readonly [Series, Family, string])[] = [];

  constructor(
    private readonly grid: Grid,
    private readonly leave: (reason: string, count: number) => void,
  ) {}

  add(series: Series, family: Family): void {
    const name = nameIn(series, family.service);
    if (name === null) {
      this.leave(`series of ${series.name}: its labels name no service, or a sidecar`, 1);
      return;
    }
    if (series.times.length < 2) {
      this.leave(`series of ${series.name} with fewer than two samples`, 1);
      return;
    }
    if (series.labels.get('reporter') === 'source') this.waiting.push([series, family, name]);
    else this.take(series, family, name);
  }

  facts(): Pick<MetricFacts, 'services' | 'calls'> {
    for (const [series, family, name] of this.waiting) {
      if (!this.reporting.has(name)) this.take(series, family, name);
    }
    const { count, longest, resets } = this.gaps;
    const minutes = `${Number((longest / 60).toPrecision(2))} min`;
    this.leave(
      `gaps between samples, the longest of ${minutes}: counters grow evenly in one`,
      count,
    );
    this.leave('restarts of counters', resets);
    const calls = [...this.calls.values()].map(({ growth, ...call }) => ({
      ...call,
      rate: growth.rate() || 0,
      counted: Math.round(growth.total),
    }));
    return { services: [...this.services].map(([name, own]) => factsOf(name, own)), calls };
  }

  private take(series: Series, family: Family, name: string): void {
    const { fact, rank = 0, unit = 1 } = family;
    const { labels, values } = series;
    const from = family.caller === undefined ? null : nameIn(series, family.caller);
    if (from !== null) this.call(from, name, series);
    if (fact === 'calls') return;
    const own = this.of(name);
    const pod = labels.get('pod');
    if (pod !== undefined && family.service.includes('pod')) own.workload = workloadOf(pod);
    if (labels.get('reporter') === 'destination') this.reporting.add(name);
    switch (fact) {
      case 'requests': {
        const part = (family.part === undefined ? '' : labels.get(family.part)) ?? '';
        if (PROBES.test(part)) return this.leave('series of health checks', 1);
        const byPart = got(own.requests, rank, () => new Map<string, Growth>());
        this.grow(
          got(byPart, part, () => new Growth(this.grid)),
          series,
        );
        const status = labels.get('http_response_status_code') ?? labels.get('status');
        if (/^5\d\d$/.test(status ?? labels.get('response_code') ?? '')) {
          got(own.failed, rank, () => new Growth(this.grid)).add(series, uncounted());
        }
        return;
      }
      case 'times': {
        const bound = Number(labels.get('le') === '+Inf' ? 'Infinity' : labels.get('le')) * unit;
        return this.grow(
          got(own.buckets, bound, () => new Growth(this.grid)),
          series,
        );
      }
      case 'cpu':
        return this.grow(
          got(own.cpu, rank, () => new Growth(this.grid)),
          series,
        );
      case 'periods':
      case 'throttled':
        return this.grow(
          got(own.sums, fact, () => new Growth(this.grid)),
          series,
        );
      case 'poolMax':
      case 'poolActive':
      case 'poolPending':
      case 'lag': {
        const most = values.reduce((a, b) => Math.max(a, b), 0);
        if (most > (own.most.get(fact) ?? -1) && fact === 'lag')
          own.topic = labels.get('topic') ?? '';
        own.most.set(fact, Math.max(own.most.get(fact) ?? 0, most));
      }
    }
  }

  private grow(growth: Growth, series: Series): void {
    growth.add(series, this.gaps);
  }

  private call(from: string, to: string, series: Series): void {
    const key = `${from}\n${to}`;
    const known = got(this.calls, key, () => ({
      from,
      to,
      rate: 0,
      counted: 0,
      growth: new Growth(this.grid),
    }));
    known.growth.add(series, uncounted());
  }

  private of(name: string): Collected {
    return got(this.services, name, () => ({
      workload: null,
      requests: new Map(),
      failed: new Map(),
      cpu: new Map(),
      sums: new Map(),
      buckets: new Map(),
      most: new Map(),
      topic: '',
    }));
  }
}

/** For series whose gaps are counted elsewhere. */
function uncounted(): Gaps {
  return { count: 0, longest: 0, resets: 0 };
}

function got<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** The entry with the lowest rank. */
function first<V>(byRank: ReadonlyMap<number, V>): V | null {
  const [rank] = [...byRank.keys()].sort((a, b) => a - b);
  return rank === undefined ? null : byRank.get(rank)!;
}

function factsOf(name: string, own: Collected): ServiceFacts {
  const byPart = first(own.requests);
  const all = byPart === null ? [] : [...byPart.values()];
  const rates = sumOf(all.map((growth) => growth.rates()));
  const counted = all.reduce((sum, growth) => sum + growth.total, 0);
  const rate = all.length === 0 ? null : meanOf(rates);
  const cpu = first(own.cpu);
  const failed = first(own.failed);
  const [periods, stopped] = [own.sums.get('periods'), own.sums.get('throttled')];
  const pool = own.most.get('poolMax');
  const lag = own.most.get('lag');
  return {
    name,
    workload: own.workload,
    rate,
    counted: Math.round(counted),
    failed: counted > 0 ? (failed?.total ?? 0) / counted : null,
    cores: cpu === null ? null : meanOf(cpu.rates()),
    demand: cpu === null || rate === null ? null : demandOf(cpu.rates(), rates),
    throttled:
      periods === undefined || !(periods.total > 0) ? null : (stopped?.total ?? 0) / periods.total,
    p50: quantileOf(own.buckets, 0.5),
    p99: quantileOf(own.buckets, 0.99),
    pool:
      pool === undefined
        ? null
        : {
            max: pool,
            active: own.most.get('poolActive') ?? 0,
            pending: own.most.get('poolPending') ?? 0,
          },
    lag: lag === undefined ? null : { topic: own.topic, most: lag },
  };
}

/** The sum in each piece. A path that is not called in one has no series there. */
function sumOf(rows: readonly (readonly number[])[]): readonly number[] {
  const [some] = rows;
  return (some ?? []).map((_, piece) => {
    const known = rows.flatMap((row) => (Number.isNaN(row[piece]!) ? [] : [row[piece]!]));
    return known.length === 0 ? NaN : known.reduce((sum, one) => sum + one, 0);
  });
}

function meanOf(values: readonly number[]): number | null {
  const known = values.filter((one) => !Number.isNaN(one));
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}

/** The quantile of cumulative buckets, evenly spread within one. */
export function quantileOf(
  buckets: ReadonlyMap<number, { readonly total: number }>,
  share: number,
): number | null {
  const sorted = [...buckets].map(([le, growth]) => [le, growth.total] as const);
  sorted.sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  if (!(all > 0)) return null;
  let [lower, below] = [0, 0];
  for (const [le, total] of sorted) {
    if (total >= share * all) {
      if (le === Infinity) return lower;
      return total > below ? lower + ((le - lower) * (share * all - below)) / (total - below) : le;
    }
    [lower, below] = [le, total];
  }
  return lower;
}
