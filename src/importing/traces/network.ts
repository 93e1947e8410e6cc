import { fitted } from './fit.js';
import type { Links } from './links.js';
import type { Measured } from './model.js';
import type { Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { FLAG } from './store.js';
import type { SpanStore } from './store.js';

/** Pairs that are looked at. */
const KEPT = 200_000;

/**
 * Time of one way on the network. A caller's span is longer than its callee's by the ways there and back, which are taken to
 * be alike: the mean of one is half of the sum, and its variance half of that of the sum.
 */
export function networkOf(store: SpanStore, links: Links, roles: Roles): Measured | null {
  const { start, end, kind, flags } = store;
  const ways: number[] = [];
  for (let i = 0; i < store.count && ways.length < KEPT; i++) {
    const parent = links.parent[i];
    if (parent < 0 || roles.calls[parent] < 0 || kind[i] !== KIND.server) continue;
    if (((flags[i] | flags[parent]) & (FLAG.error | FLAG.untimed)) !== 0) continue;
    const both = end[parent] - start[parent] - (end[i] - start[i]);
    if (both >= 0) ways.push(both);
  }
  if (ways.length === 0) return null;
  let mean = 0;
  for (const both of ways) mean += both / ways.length;
  // With x = m + (x - m), a deviation of the sum is sqrt(2) times that of a way, not twice.
  const single = ways.map((both) => Math.max(0, mean / 2 + (both - mean) / Math.SQRT2));
  return fitted(single);
}
