import type { Element } from './element.js';
import type { LabelSet } from './labels.js';

interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** Quantile of each histogram in a vector of buckets. Source: prometheus/promql/quantile.go (BucketQuantile). */
export function quantilesOf(share: number, buckets: readonly Element[]): readonly Element[] {
  const groups = new Map<string, { readonly labels: LabelSet; readonly own: Bucket[] }>();
  for (const { labels, value } of buckets) {
    const le = labels.get('le');
    const bound = le === '+Inf' ? Infinity : Number(le);
    if (le === '' || Number.isNaN(bound)) continue;
    const rest = labels.without(['le']);
    let group = groups.get(rest.key);
    if (group === undefined) groups.set(rest.key, (group = { labels: rest, own: [] }));
    group.own.push({ bound, count: value });
  }
  return [...groups.values()].map(({ labels, own }) => ({ labels, value: quantile(share, own) }));
}

function quantile(share: number, written: readonly Bucket[]): number {
  if (Number.isNaN(share)) return NaN;
  if (share < 0) return -Infinity;
  if (share > 1) return Infinity;
  const buckets = rising([...written].sort((a, b) => a.bound - b.bound));
  const top = buckets.length - 1;
  if (top < 1 || buckets[top].bound !== Infinity) return NaN;
  const observations = buckets[top].count;
  if (observations === 0 || Number.isNaN(observations)) return NaN;
  let rank = share * observations;
  const index = buckets.findIndex(({ count }, k) => k === top || count >= rank);
  if (index === top) return buckets[top - 1].bound;
  const { bound, count } = buckets[index];
  if (index === 0 && bound <= 0) return bound;
  const below = index === 0 ? { bound: 0, count: 0 } : buckets[index - 1];
  const inside = count - below.count;
  rank -= below.count;
  return below.bound + (bound - below.bound) * (rank / inside);
}

/** Counts that never fall, with one bucket for each bound. */
function rising(sorted: readonly Bucket[]): readonly Bucket[] {
  const all: Bucket[] = [];
  for (const { bound, count } of sorted) {
    const before = all.at(-1);
    if (before?.bound === bound) all[all.length - 1] = { bound, count: before.count + count };
    else all.push({ bound, count });
  }
  let most = -Infinity;
  return all.map(({ bound, count }) => ({ bound, count: (most = Math.max(most, count)) }));
}
