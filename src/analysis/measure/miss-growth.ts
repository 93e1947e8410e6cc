import type { PlanCacheAct } from '../../contracts/plan/caching.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { sumOf } from '../../stats/sums.js';
import { edgesFrom } from './component-edges.js';
import { meanOf } from './estimate.js';
import { loadsOf } from './expiring.js';
import { pickOf, type GaugePick } from './gauges.js';
import { loadingCalls } from './loading-calls.js';
import { levels } from './levels.js';
import { meterOf } from './meter-of.js';
import type { Asked } from './question.js';
import { sumCells } from './sums.js';
import type { Use } from './use.js';
import { instancesOf, partsOf, type ComponentEdge } from './variant-data.js';
import type { Visits } from './visits.js';

/** By which factor a use grows with a load that grows by another one; NaN = not known. */
type Growth = (load: number) => number;

/** The growth of a use that comes of the misses of some caches. */
export interface MissGrowth {
  readonly growth: Growth;
  readonly caches: readonly string[];
}

/** Loads that are measured differ from those of a warm cache by at most this factor, or it is not warm. */
const WARM = 1.5;
/** A use that grows with the load up to this difference is in proportion to it. */
const EXACT = 1e-9;
/** Resources that a request holds while it waits for another component. */
const HELD: ReadonlySet<Use['resource']> = new Set([
  ...(['workers', 'connections', 'consumers', 'concurrency', 'permits', 'memory'] as const),
]);
/** Resources whose `of` is a callee. */
const OF_CALLEE: ReadonlySet<Use['resource']> = new Set([
  ...(['connections', 'permits', 'rate', 'bandwidth'] as const),
]);

type Moment = Pick<Asked, 'data' | 'window'> & { readonly visits: Visits };

/**
 * How uses grow with the load where they come of reads that a cache does not answer: values with a time to live are
 * loaded once in that time, however many requests read them. null = in proportion, as without such a cache.
 */
export function missGrowth(asked: Moment): (use: Use, id: number) => MissGrowth | null {
  const loading = loadingCalls(asked.data.plan);
  if (loading.size === 0) return () => null;
  const loads = new GrowingLoads(asked, loading);
  return ({ resource, of }, id) => {
    const { plan } = asked.data;
    const isHeld = HELD.has(resource);
    const edge = OF_CALLEE.has(resource)
      ? edgesFrom(asked.data, id).find(({ to }) => plan.components[to].name === of)
      : undefined;
    const growth: Growth = (load) => {
      if (edge !== undefined) return loads.calls(edge, load, isHeld);
      return isHeld ? loads.held(id, load) : loads.arrivals(id, load);
    };
    loads.met.clear();
    return Math.abs(growth(2) - 2) < EXACT ? null : { growth, caches: [...loads.met] };
  };
}

/** The growth of requests, and of the time that they take, from the users downward. */
class GrowingLoads {
  /** Names of the caches on the way of what was asked. */
  readonly met = new Set<string>();
  private readonly curves = new Map<string, Growth>();
  private readonly users: ReadonlySet<number>;
  /** What calls itself through others grows with the load. */
  private readonly openParts = new Set<number>();
  private readonly openHolders = new Set<number>();

  constructor(
    private readonly asked: Moment,
    private readonly loading: ReadonlyMap<number, readonly (PlanCacheAct | null)[]>,
  ) {
    this.users = new Set(asked.data.requests);
  }

  /** Requests that arrive at a component, by the worker time that they take now. */
  arrivals(id: number, load: number): number {
    const { data, window, visits } = this.asked;
    const parts = partsOf(data.plan, id);
    const busyOf = (part: number): number =>
      sumOf(data.records.map((record) => sumCells(record.parts[part].busyNs, window.cells)));
    const weigh = parts.some((part) => busyOf(part) > 0) ? busyOf : visits.arrived;
    return meanBy(parts, weigh, (part) => this.ofPart(part, load), load);
  }

  /** Requests in service at a component: those that wait for loads are fewer, where more reads find their value. */
  held(id: number, load: number): number {
    const { data } = this.asked;
    const grown = this.arrivals(id, load);
    const all = this.level(pickOf('busy', instancesOf(data.plan, id)));
    if (all === 0 || this.openHolders.has(id)) return grown;
    this.openHolders.add(id);
    const below = edgesFrom(data, id)
      .map((edge) => ({ edge, share: Math.min(1, this.inFlight(edge) / all) }))
      .filter(({ share }) => share > 0)
      .map(({ edge, share }) => ({ share, grown: this.calls(edge, load, true) }));
    this.openHolders.delete(id);
    const shares = sumOf(below.map(({ share }) => share));
    const waits = sumOf(below.map((own) => own.share * own.grown));
    return Math.max(0, 1 - shares) * grown + waits / Math.max(1, shares);
  }

  /** The calls of an edge, or those in flight. */
  calls({ to, stats }: ComponentEdge, load: number, isHeld: boolean): number {
    const grown = this.ofStats(stats, load);
    return isHeld ? (grown * this.held(to, load)) / this.arrivals(to, load) : grown;
  }

  private ofPart(part: number, load: number): number {
    const into = wiringOf(this.asked.data.plan).statsInto[part];
    if (this.users.has(part) || into.length === 0 || this.openParts.has(part)) return load;
    this.openParts.add(part);
    const grown = this.ofStats(into, load);
    this.openParts.delete(part);
    return grown;
  }

  private ofStats(stats: readonly number[], load: number): number {
    const { visits } = this.asked;
    return meanBy(
      stats,
      (stat) => visits.calls([stat]),
      (stat) => this.ofStat(stat, load),
      load,
    );
  }

  private ofStat(stat: number, load: number): number {
    const { statEdges } = this.asked.data.plan;
    const acts = this.loading.get(stat) ?? [];
    return acts.reduce(
      (grown, act) => (act === null ? NaN : this.curveOf(act, stat)(grown)),
      this.ofPart(statEdges[stat].from, load),
    );
  }

  private curveOf(act: PlanCacheAct, stat: number): Growth {
    const { components, caches } = this.asked.data.plan;
    this.met.add(components[caches[act.cache].component].name);
    const name = `${act.cache} ${stat}`;
    const found = this.curves.get(name) ?? curveIn(this.asked, act, this.secondsOf(stat));
    this.curves.set(name, found);
    return found;
  }

  /** Mean time of a call on a measured edge, by the calls that are in flight. */
  private secondsOf(stat: number): number {
    const { data, visits } = this.asked;
    const { parts, statEdges } = data.plan;
    const { from, to } = statEdges[stat];
    const edges = edgesFrom(data, parts[from].component);
    const edge = edges.find((one) => one.to === parts[to].component);
    const calls = edge === undefined ? 0 : visits.calls(edge.stats);
    return edge !== undefined && calls > 0 ? this.inFlight(edge) / calls : 0;
  }

  private inFlight({ from, to }: ComponentEdge): number {
    const own = pickOf('inFlight', instancesOf(this.asked.data.plan, from));
    return this.level({ ...own, passes: (_, callee) => callee === to });
  }

  private level(pick: GaugePick): number {
    const { data, window } = this.asked;
    return meanOf(levels(data, window, pick).means).value ?? 0;
  }
}

/** No larger multiple of the load is of use. */
export const MOST = 100;
/** Halvings of the range of a load: to less than a millionth of it. */
const HALVINGS = 40;

/** The load at which a use has grown by a factor; Infinity = at none, NaN = not known. */
export function loadAt(growth: Growth, times: number): number {
  let [low, high] = [0, MOST];
  const last = growth(high);
  // What is full at this load is full, however its use grows.
  if (last !== last) return times <= 1 ? times : NaN;
  if (last < times) return Infinity;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (growth(middle) < times) low = middle;
    else high = middle;
  }
  return high;
}

function meanBy(
  items: readonly number[],
  weigh: (item: number) => number,
  valueOf: (item: number) => number,
  otherwise: number,
): number {
  const used = items.filter((item) => weigh(item) > 0);
  const all = sumOf(used.map(weigh));
  return all > 0 ? sumOf(used.map((item) => weigh(item) * valueOf(item))) / all : otherwise;
}

/** The growth of the loads of a cache with its reads. */
function curveIn({ data, window }: Moment, act: PlanCacheAct, loadSeconds: number): Growth {
  const { plan, records } = data;
  const cache = plan.caches[act.cache].component;
  const seconds = (window.lengthNs * records.length) / 1e9;
  const rateOf = (name: string): number => {
    const counts = records.map((record) => meterOf(record, 'counter', name, cache, -1)?.counts);
    return (
      sumOf(counts.map((own) => (own === undefined ? 0 : sumCells(own, window.cells)))) / seconds
    );
  };
  const readers = instancesOf(plan, plan.parts[act.from].component).length;
  const loads = loadsOf(plan, act, readers, loadSeconds);
  if (loads === null) return (grown) => grown;
  const [reads, measured] = [rateOf('reads'), rateOf('loads')];
  const now = loads(reads);
  const isWarm = measured < WARM * now && now < WARM * measured;
  return isWarm ? (grown) => loads(reads * grown) / now : () => NaN;
}
