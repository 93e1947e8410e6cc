import type { PlanConsume } from '../../contracts/plan/capacity.js';
import { PARTITION_MAX } from '../../contracts/scenario/capacity.js';
import { sumOf } from '../../stats/sums.js';
import { partitionShares } from './key-shares.js';
import type { Asked } from './question.js';
import type { Use } from './use.js';
import type { Visits } from './visits.js';
import { FULL } from './waits-below.js';

/** Units per second that there are at most, and those that some rates of requests take. */
interface Ceiling {
  readonly limit: number;
  /** The key whose most frequent values fill the partition whose ceiling this is; null = of all partitions. */
  readonly of: string | null;
  taken(rate: (part: number) => number): number;
}

/**
 * Units per second of a table, for reads and for writes: of all its partitions, or of the busiest one, whichever has less
 * room. Burst capacity is left out: it lasts minutes.
 */
export function unitsOf(
  asked: Asked & { readonly visits: Visits },
  component: string,
): readonly Use[] {
  const { plan } = asked.data;
  const acts = plan.acts.flatMap((act) =>
    act.act === 'consume' && asked.selection.parts.includes(act.part) ? [act] : [],
  );
  return (['read', 'write'] as const).flatMap((does): readonly Use[] => {
    const own = acts.filter((act) => act.does === does);
    const [first] = own;
    if (first === undefined) return [];
    const { arrived, due } = asked.visits;
    const ceilings = ceilingsOf(asked, own, first);
    const use = (one: Ceiling): number => one.taken(arrived) / one.limit;
    const tightest = ceilings.reduce((most, one) => (use(one) > use(most) ? one : most));
    const { limit, of, taken } = tightest;
    // Retries of what was throttled take no more than the requests that are due.
    const rate = use(tightest) >= FULL ? due : arrived;
    const used = Math.min(taken(arrived), limit);
    const need = taken(rate);
    const all = sumOf(own.map(({ part }) => rate(part)));
    const resource = `${does}Units` as const;
    return [
      { component, resource, of, used, limit, fixed: 0, share: used / limit, need, rate: all },
    ];
  });
}

/** The limits of the table and, for writes, of its indexes: of all partitions together, and of the busiest one. */
function ceilingsOf(
  { data: { plan } }: Asked,
  acts: readonly PlanConsume[],
  { capacity, does }: PlanConsume,
): readonly Ceiling[] {
  const { isAdaptive, indexes } = capacity;
  const most = PARTITION_MAX[does];
  const ceilings = (
    provisioned: number,
    partitions: number,
    keyOf: (act: PlanConsume) => number,
  ): readonly Ceiling[] => {
    const whole: Ceiling = {
      limit: Math.min(provisioned, partitions * most),
      of: null,
      taken: (rate) => sumOf(acts.map(({ part, units }) => rate(part) * units)),
    };
    const keyed = acts.find((act) => keyOf(act) >= 0);
    if (keyed === undefined || partitions === 1) return [whole];
    const shares = acts.map((act) => partitionShares(plan.keys[keyOf(act)] ?? null, partitions));
    const busiest: Ceiling = {
      limit: isAdaptive ? most : Math.min(most, provisioned / partitions),
      of: plan.keys[keyOf(keyed)].name,
      taken: (rate) =>
        Math.max(
          ...shares[0].map((_, at) =>
            sumOf(acts.map(({ part, units }, i) => rate(part) * units * shares[i][at])),
          ),
        ),
    };
    return [whole, busiest];
  };
  return [
    ...ceilings(capacity[does], capacity.partitions, ({ key }) => key),
    // A write takes units of each index, too.
    ...(does === 'write' ? indexes : []).flatMap(({ write, partitions }, k) =>
      ceilings(write, partitions, ({ indexKeys }) => indexKeys[k]),
    ),
  ];
}
