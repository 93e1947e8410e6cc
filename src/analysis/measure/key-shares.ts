import type { PlanKey } from '../../contracts/plan/plan.js';
import { hottestShare } from '../../contracts/scenario/hottest-share.js';
import { log, pow } from '../../kernel/math.js';
import { shardOf } from '../../model/resources/replication/shards.js';

/** Values after these are spread evenly over the partitions: each is rare, and there are many. */
const COUNTED = 20_000;

/** A partition, or a member, with less than this many times the load of the others has it by chance. */
export const UNEVEN = 1.1;

/** The partition of a value among `partitions`. */
type PlaceOf = (value: number, partitions: number) => number;

/** The share of the requests at each partition, where the value of a key selects it; without a key all are equal. */
export function partitionShares(
  key: PlanKey | null,
  partitions: number,
  placeOf: PlaceOf = shardOf,
): readonly number[] {
  const even = new Array<number>(partitions).fill(1 / partitions);
  if (key === null) return even;
  const { population } = key;
  switch (population.kind) {
    case 'unique':
    case 'workload':
    case 'caller':
    case 'client':
    case 'address':
      return even;
    case 'uniform':
    case 'sequence':
      return spread(placeOf, partitions, population.count, 0);
    case 'hot': {
      const { count, hotShare, hotKeys } = population;
      const others = spread(placeOf, partitions, count, 0);
      return spread(placeOf, partitions, hotKeys, 0).map(
        (share, at) => hotShare * share + (1 - hotShare) * others[at],
      );
    }
    case 'zipf':
      return spread(placeOf, partitions, population.count, population.exponent);
  }
}

/** The shares of `count` values from 0, of which value i has the weight (i + 1)^-exponent. */
function spread(placeOf: PlaceOf, partitions: number, count: number, exponent: number): number[] {
  const shares = new Array<number>(partitions).fill(0);
  let all = 0;
  for (let value = 0; value < Math.min(count, COUNTED); value++) {
    const weight = pow(value + 1, -exponent);
    shares[placeOf(value, partitions)] += weight;
    all += weight;
  }
  const rest = count > COUNTED ? weightBetween(COUNTED, count, exponent) : 0;
  return shares.map((share) => (share + rest / partitions) / (all + rest));
}

/** The weights of the values from one number to another, by their integral. */
function weightBetween(from: number, until: number, exponent: number): number {
  if (exponent === 1) return log(until / from);
  const power = 1 - exponent;
  return (pow(until, power) - pow(from, power)) / power;
}

/** Share of the most frequent value; 0 for keys whose values are callers or workloads. */
export function busiestShare({ population }: PlanKey): number {
  switch (population.kind) {
    case 'workload':
    case 'caller':
    case 'client':
    case 'address':
      return 0;
    case 'unique':
    case 'uniform':
    case 'zipf':
    case 'hot':
    case 'sequence':
      return hottestShare(population);
  }
}
