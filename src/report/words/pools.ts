import type { VariantResult } from '../../contracts/result/result.js';
import type { PoolResult } from '../../contracts/result/components.js';
import { formatCount, formatNumber, formatSeconds } from '../../text/figures.js';

/** A pool is used up from this mean share of its connections in use. */
const USED_UP = 0.9;
/** Most pools that are named, those with the longest waits first. */
const NAMED = 3;

interface Found {
  readonly variant: string;
  readonly name: string;
  readonly pool: PoolResult;
  readonly size: number;
}

/** Connection pools that were used up, longest waits first: one sentence each. */
export function usedUpPools(variants: readonly VariantResult[]): readonly string[] {
  const found = variants.flatMap(({ name: variant, components }) =>
    Object.entries(components).flatMap(([callee, { pools }]): Found[] =>
      Object.entries(pools ?? {}).flatMap(([caller, pool]) => {
        const { size, used } = pool;
        if (size === null || used.mean < USED_UP * size) return [];
        return [{ variant, name: `${caller}->${callee}`, pool, size }];
      }),
    ),
  );
  const wait = ({ pool }: Found): number => pool.wait.mean ?? 0;
  const ranked = [...found].sort((a, b) => wait(b) - wait(a));
  return ranked.slice(0, NAMED).map(({ variant, name, pool, size }) => {
    const whose = variants.length > 1 ? `${variant}: ` : '';
    const of = `${formatNumber(pool.used.mean)} of ${formatCount(size)} connections in use`;
    const { mean } = pool.wait;
    const waits = mean === null ? '' : `, a wait of ${formatSeconds(mean)} for one`;
    return `${whose}${name} has ${of}${waits}, on average`;
  });
}
