import { cumulantsOf, type Cumulants } from './cumulants.js';
import { fitted } from './fit.js';
import type { Links } from './links.js';
import type { Measured } from './model.js';
import type { Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

/** Pairs that are looked at. */
const KEPT = 200_000;

/** The network between services. */
export interface Network {
  readonly oneWay: Measured;
  /** Of the ways there and back together. */
  readonly both: Cumulants;
}

/**
 * Time of one way on the network. A caller's span is longer than its callee's by the ways there and back, which are taken to
 * be alike: the mean of one is half of the sum, and its variance half of that of the sum.
 */
export function networkOf(store: SpanStore, links: Links, roles: Roles): Network | null {
  const { start, end, kind, flags } = store;
  const both: number[] = [];
  for (let i = 0; i < store.count && both.length < KEPT; i++) {
    const parent = links.parent[i];
    if (parent < 0 || roles.calls[parent] < 0 || kind[i] !== KIND.server) continue;
    if (((flags[i] | flags[parent]) & (FLAG.error | FLAG.untimed)) !== 0) continue;
    const ways = end[parent] - start[parent] - (end[i] - start[i]);
    if (ways >= 0) both.push(ways);
  }
  if (both.length === 0) return null;
  const cumulants = cumulantsOf(both);
  const { mean } = cumulants;
  const single = both.map((ways) => Math.max(0, mean / 2 + (ways - mean) / Math.SQRT2));
  return { oneWay: fitted(single), both: cumulants };
}
