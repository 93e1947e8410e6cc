import type { PlanCacheAct } from '../../contracts/plan/caching.js';
import type { Plan, PlanKey } from '../../contracts/plan/plan.js';
import { pow } from '../../kernel/math.js';
import { sumOf } from '../../stats/sums.js';

/** Some values of a key, and the share of the requests that has each of them. */
interface Values {
  readonly count: number;
  readonly share: number;
}

/** The next values of a Zipf key counted as one group, as a part of those before: their shares are almost equal. */
const GROUP = 0.02;

/** Loads per second of a cache at a rate of reads. null = in proportion to it, NaN = not known. */
export type LoadsAt = (reads: number) => number;

const unknown: LoadsAt = () => NaN;

/**
 * Loads of a cache whose entries expire, by its place in a program. A value is loaded by the first read after its time to
 * live, and without coalescing by all reads until the first of them has loaded it: 1 + r·L loads in every T + L + 1/r, for
 * r reads per second. This is the renewal model of caches with a time to live (Jung, Berger and Balakrishnan, INFOCOM 2003).
 */
export function loadsOf(
  plan: Plan,
  act: PlanCacheAct,
  readers: number,
  loadSeconds: number,
): LoadsAt | null {
  if (act.key < 0) return null;
  const { spec } = plan.caches[act.cache];
  const key = plan.keys[act.key];
  const [level, ...more] = spec.levels;
  const values = valuesOf(key);
  const count = sumOf(values.map((own) => own.count));
  const ttlNs = act.ttlNs >= 0 ? act.ttlNs : (level!.ttlNs ?? Infinity);
  const isFull = level!.capacity !== null && level!.capacity < count;
  // Without a time to live the share of the values that are kept does not depend on the load.
  if (isFull && ttlNs === Infinity) return null;
  const isWritten = plan.acts.some(
    (own) => own.act === 'cache' && own.cache === act.cache && own.op === 'write',
  );
  const isEarly = spec.staleWhileRevalidateNs !== null || spec.earlyExpiry !== null;
  const isOther = isEarly || spec.refreshAheadFactor !== null || level!.sliding || more.length > 0;
  if (count === 0 || ttlNs === Infinity || isFull || isWritten || isOther) return unknown;
  const stores = level!.kind === 'local' ? readers : 1;
  const most = spec.coalesce === 'cluster' ? 1 : spec.coalesce === 'instance' ? readers : Infinity;
  const cycle = ttlNs / 1e9 + loadSeconds;
  return (reads) =>
    sumOf(
      values.map(({ count: own, share }) => {
        const rate = (reads * share) / stores;
        const together = Math.min(1 + rate * loadSeconds, Math.max(1, most / stores));
        return (own * stores * rate * together) / (1 + rate * cycle);
      }),
    );
}

/** The values of a key by their share; empty where they are not drawn for each request. */
function valuesOf({ population, pins }: PlanKey): readonly Values[] {
  if (pins !== null) return [];
  switch (population.kind) {
    case 'uniform':
      return [{ count: population.count, share: 1 / population.count }];
    case 'hot': {
      const { count, hotShare, hotKeys } = population;
      const share = (1 - hotShare) / count;
      return [
        { count: hotKeys, share: share + hotShare / hotKeys },
        { count: count - hotKeys, share },
      ];
    }
    case 'zipf':
      return zipf(population.count, population.exponent);
    case 'sequence':
    case 'unique':
    case 'workload':
    case 'caller':
    case 'client':
    case 'address':
      return [];
  }
}

function zipf(values: number, exponent: number): readonly Values[] {
  const groups: { count: number; weight: number }[] = [];
  for (let rank = 1; rank <= values;) {
    const count = Math.min(values - rank + 1, Math.max(1, Math.floor(rank * GROUP)));
    groups.push({ count, weight: pow(rank + (count - 1) / 2, -exponent) });
    rank += count;
  }
  const all = sumOf(groups.map(({ count, weight }) => count * weight));
  return groups.map(({ count, weight }) => ({ count, share: weight / all }));
}
