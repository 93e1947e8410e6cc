import type { LeftOut } from './left-out.js';
import type { SpanStore } from './store.js';

/** Shares that differ by less are the same. */
const SAME = 1e-6;
/** Fewest traces that are left. */
const TRACES_MIN = 100;

const LESS =
  'traces that their sampler kept with a larger chance than others: as many are left as with the smallest one';
const FEW =
  'traces with a larger chance to be kept than others, which count as one each: too few have the smallest one';

/**
 * A tail sampler keeps traces with an error more often than others. Where spans say the chance of their trace, each trace is kept
 * with the smallest chance over its own, so that all that is left was chosen with one chance: shares, times and rates of it are
 * those of all requests. The trace itself decides by its id. Returns the traces that are left.
 */
export function evenly(store: SpanStore, isIgnored: Uint8Array, leftOut: LeftOut): number {
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
  if (!(least > 0) || most - least <= SAME * most) return chances.size;
  const isKept = (trace: number): boolean => drawOf(trace) * chances.get(trace)! < least;
  let kept = 0;
  for (const trace of chances.keys()) if (isKept(trace)) kept++;
  if (kept < TRACES_MIN) {
    let larger = 0;
    for (const chance of chances.values()) if (chance - least > SAME * most) larger++;
    leftOut.add(FEW, larger);
    return chances.size;
  }
  for (let i = 0; i < count; i++) {
    if (isKept(traceHash[i])) sampled[i] = least;
    else isIgnored[i] = 1;
  }
  leftOut.add(LESS, chances.size - kept);
  return kept;
}

/** A number in [0, 1) from the hash of a trace, by other bits than a sampler that looks at the id itself. */
function drawOf(trace: number): number {
  const low = Math.imul(((trace % 4_294_967_296) >>> 0) ^ 0x9e3779b9, 0x85ebca6b);
  const high = Math.imul(Math.floor(trace / 4_294_967_296) ^ (low >>> 15), 0xc2b2ae35);
  return ((high ^ (high >>> 16) ^ low) >>> 0) / 4_294_967_296;
}
