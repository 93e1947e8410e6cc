import type { MeteredResult } from '../../contracts/result/meters.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { PoolResult } from '../../contracts/result/components.js';
import { sortedKeys } from '../../text/order.js';

/** Share of a pool's connections that are in use, as the meter of that name; none if the pool has no limit. */
export const POOL_SHARE = 'poolShare';

/** Meters of the connection pools of a variant, by subject: `orders->orders-db`. */
export function poolMeters(variant: VariantResult): Readonly<Record<string, MeteredResult>> {
  const known = KNOWN.get(variant);
  if (known !== undefined) return known;
  const found: Record<string, MeteredResult> = {};
  for (const callee of sortedKeys(variant.components)) {
    const { pools } = variant.components[callee]!;
    for (const caller of sortedKeys(pools ?? {})) {
      const meters = metersOf(pools![caller]!, variant.cascade.verdicts.length);
      found[`${caller}->${callee}`] = { kind: 'service', meters };
    }
  }
  KNOWN.set(variant, found);
  return found;
}

const KNOWN = new WeakMap<VariantResult, Readonly<Record<string, MeteredResult>>>();

/** Whether a call waits for a connection during a whole step of the timeline, or gives up. */
export function isShort({ meters }: MeteredResult): boolean {
  const { poolWaiting, poolTimeouts } = meters;
  const waits = poolWaiting?.form === 'gauge' && poolWaiting.steps.some((count) => count >= 1);
  return waits || (poolTimeouts?.form === 'counter' && poolTimeouts.total > 0);
}

function metersOf(pool: PoolResult, runs: number): MeteredResult['meters'] {
  const { size, used, waiting, steps, opened, timeouts } = pool;
  const share = (count: number): number => count / (size ?? 1);
  // The result has sums over all runs; a counter has the mean per run.
  const counter = (sum: number) =>
    ({ form: 'counter', total: sum / runs, each: [], steps: [] }) as const;
  return {
    ...(size !== null && {
      [POOL_SHARE]: {
        form: 'gauge',
        mean: share(used.mean),
        max: share(used.max),
        each: [],
        steps: steps.used.map(share),
      },
      poolSize: { form: 'counter', total: size, each: [], steps: [] },
    }),
    poolUsed: { form: 'gauge', ...used, each: [], steps: steps.used },
    poolWaiting: { form: 'gauge', ...waiting, each: [], steps: steps.waiting },
    poolWait: { form: 'durations', ...pool.wait },
    poolOpened: counter(opened),
    poolTimeouts: counter(timeouts),
  };
}
