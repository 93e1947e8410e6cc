import { cumulantsOf, type Cumulants } from './cumulants.js';
import { fitted } from './fit.js';
import { halfOfSums } from './half.js';
import type { Links } from './links.js';
import { durationInterval, FEW } from './measured.js';
import type { Measured, TracedLink } from './model.js';
import type { Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

/** Calls that are looked at. */
const KEPT = 200_000;
/** Distance (Kolmogorov-Smirnov) from which the network of a pair is another one, and its factor for few calls. */
const DISTANCE = 0.2;
const DISTANCE_FEW = 1.95;
/** Times that differ by less are the same: a share, and the step of a clock. */
const NEAR = 0.1;
const NEAR_NS = 1000;

/** The network between services. */
export interface Network {
  readonly oneWay: Measured;
  /** Pairs of services with another one. */
  readonly links: readonly TracedLink[];
  /** Of the ways there and back together. */
  readonly both: Cumulants;
}

/** The ways there and back of all calls between two services. */
interface Pair {
  readonly caller: number;
  readonly callee: number;
  readonly ways: number[];
}

/**
 * Time of one way on the network. A caller's span is longer than its callee's by the ways there and back, which are taken to
 * be alike. A queue in front of the callee's code and a caller that gets no CPU are in this time too, so pairs of services
 * may differ: the pair whose times are the farthest from those of all is taken out, as long as one is far.
 */
export function networkOf(store: SpanStore, links: Links, roles: Roles): Network | null {
  const pairs = pairsOf(store, links, roles);
  if (pairs.length === 0) return null;
  const common = [...pairs];
  const own: Pair[] = [];
  for (;;) {
    const far = farthest(common);
    if (far === null) break;
    own.push(far);
    common.splice(common.indexOf(far), 1);
  }
  const { texts } = store.names;
  const all = common.flatMap(({ ways }) => ways);
  return {
    oneWay: oneWayOf(all),
    links: own.map(({ caller, callee, ways }) => ({
      from: texts[caller],
      to: texts[callee],
      oneWay: oneWayOf(ways),
    })),
    both: cumulantsOf(all),
  };
}

/** The pair whose times are the farthest from those of all; null if none is far. The last pair stays. */
function farthest(pairs: readonly Pair[]): Pair | null {
  if (pairs.length < 2) return null;
  const all = Float64Array.from(pairs.flatMap(({ ways }) => ways)).sort();
  let most = 1;
  let found: Pair | null = null;
  for (const pair of pairs) {
    if (pair.caller === pair.callee || pair.ways.length < FEW) continue;
    const times = distance(pair.ways, all) / leastDistance(pair.ways.length, all.length);
    if (times <= most) continue;
    most = times;
    found = pair;
  }
  return found;
}

/** The distance of two samples that is more than chance, and enough to matter. */
function leastDistance(n: number, m: number): number {
  return Math.max(DISTANCE, DISTANCE_FEW * Math.sqrt((n + m) / (n * m)));
}

function pairsOf(store: SpanStore, links: Links, roles: Roles): readonly Pair[] {
  const { start, end, kind, flags, service } = store;
  const pairs = new Map<string, Pair>();
  let kept = 0;
  for (let i = 0; i < store.count && kept < KEPT; i++) {
    const parent = links.parent[i];
    if (parent < 0 || roles.calls[parent] < 0 || kind[i] !== KIND.server) continue;
    // The time of other tries is in the span of the caller too.
    if (links.first[parent + 1] - links.first[parent] > 1) continue;
    if (((flags[i] | flags[parent]) & (FLAG.error | FLAG.untimed)) !== 0) continue;
    const ways = end[parent] - start[parent] - (end[i] - start[i]);
    if (ways < 0) continue;
    kept++;
    const key = `${service[parent]} ${service[i]}`;
    const known = pairs.get(key);
    if (known === undefined) {
      pairs.set(key, { caller: service[parent], callee: service[i], ways: [ways] });
    } else known.ways.push(ways);
  }
  return [...pairs.values()];
}

function oneWayOf(ways: readonly number[]): Measured {
  const { text } = fitted(halfOfSums(ways));
  return { text, n: ways.length, interval: durationInterval(ways.map((ns) => ns / 2)) };
}

/**
 * Largest difference between the shares of two samples below a time, by which times that are nearly the same are the same:
 * two constants that a clock rounds differently are no two laws. `all` is sorted.
 */
function distance(ways: readonly number[], all: Float64Array): number {
  const own = Float64Array.from(ways).sort();
  return Math.max(ahead(own, all), ahead(all, own));
}

/** By how much the share of `early` below a time exceeds that of `late` below a little more. Both are sorted. */
function ahead(early: Float64Array, late: Float64Array): number {
  let k = 0;
  let most = 0;
  early.forEach((ns, i) => {
    while (k < late.length && late[k] <= ns * (1 + NEAR) + NEAR_NS) k++;
    most = Math.max(most, (i + 1) / early.length - k / late.length);
  });
  return most;
}
