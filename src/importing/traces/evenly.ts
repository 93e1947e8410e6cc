import type { LeftOut } from './left-out.js';
import type { SpanStore } from './store.js';

/** Shares that differ by less are the same. */
const SAME = 1e-6;
/** Fewest traces that are left. */
const TRACES_MIN = 100;

const LESS =
  'traces that their sampler kept with a larger chance than others: as many are left as with the smallest one, and the others count for failures alone';
const FEW =
  'traces with a larger chance to be kept than others, which count as one each: too few have the smallest one';

/** Traces that a sampler kept with different chances. */
export interface Evened {
  /** Traces that are left. */
  readonly traces: number;
  /** Spans of the others, which count for failures alone. */
  readonly isExtra: Uint8Array;
  /** What each span counts for in all that were kept; null = all alike. */
  readonly weight: Float32Array | null;
}

/**
 * A tail sampler keeps traces with an error more often than others. Where spans say the chance of their trace, each trace is left
 * with the smallest chance over its own, so that all that is left was chosen with one chance: shares, times and rates of it are
 * those of all requests. The trace itself decides by its id. Failures are rare, so that their share is that of all that was kept, each
 * with this weight.
 */
export function evenly(store: SpanStore, leftOut: LeftOut): Evened {
  const { count, traceHash, sampled } = store;
  const chances = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const known = chances.get(traceHash[i]);
    // A sampler that keeps a trace for one of its spans raises the chance of those that come after it.
    const own = sampled[i] > (known ?? 0) ? sampled[i] : (known ?? 0);
    if (own !== known) chances.set(traceHash[i], own);
  }
  let least = Infinity;
  let most = 0;
  for (const chance of chances.values()) {
    least = Math.min(least, chance);
    most = Math.max(most, chance);
  }
  const isExtra = new Uint8Array(count);
  const all: Evened = { traces: chances.size, isExtra, weight: null };
  if (!(least > 0) || most - least <= SAME * most) return all;
  const isKept = (trace: number): boolean => drawOf(trace) * chances.get(trace)! < least;
  let kept = 0;
  for (const trace of chances.keys()) if (isKept(trace)) kept++;
  if (kept < TRACES_MIN) {
    let larger = 0;
    for (const chance of chances.values()) if (chance - least > SAME * most) larger++;
    leftOut.add(FEW, larger);
    return all;
  }
  const weight = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    weight[i] = least / chances.get(traceHash[i])!;
    sampled[i] = least;
    if (!isKept(traceHash[i])) isExtra[i] = 1;
  }
  leftOut.add(LESS, chances.size - kept);
  return { traces: kept, isExtra, weight };
}

/** A number in [0, 1) from the hash of a trace, by other bits than a sampler that looks at the id itself. */
function drawOf(trace: number): number {
  const low = Math.imul(((trace % 4_294_967_296) >>> 0) ^ 0x9e3779b9, 0x85ebca6b);
  const high = Math.imul(Math.floor(trace / 4_294_967_296) ^ (low >>> 15), 0xc2b2ae35);
  return ((high ^ (high >>> 16) ^ low) >>> 0) / 4_294_967_296;
}
