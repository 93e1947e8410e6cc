import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { fixedUnit } from '../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import { balanceFactorField, BoundedLoad } from '../mechanisms/bounded-load.js';
import { hashedKey, keyField } from '../mechanisms/hashing.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';

const schema = z.strictObject({
  key: keyField,
  tableSize: field
    .whole(65537, 'Size of the lookup table, a prime well above the number of instances.', {
      min: 2,
      max: 5_000_011,
    })
    .refine(isPrime, { error: 'must be a prime number, such as 65537 or 251' }),
  weights: weightsField('Table entries are allotted by weight.'),
  hashBalanceFactor: balanceFactorField(),
});

type Config = z.output<typeof schema>;

/** A lookup table with the instances it was filled for. */
interface Table {
  readonly entries: Int32Array;
  readonly filledFor: Int32Array;
}

/** A table shared by all callers, because most of them see the same instances up. */
interface Common {
  readonly weights: Float64Array;
  latest: Table;
}

/**
 * A lookup table in which every instance fills the same number of entries, each by its own permutation. It is rebuilt
 * when the set of instances that are up changes.
 */
class Maglev implements BalancerState {
  private readonly setup: BalancerSetup;
  private readonly common: Common;
  private readonly size: number;
  private table: Table;
  private readonly bound: BoundedLoad | null;

  constructor(setup: BalancerSetup, config: Config) {
    this.setup = setup;
    this.size = config.tableSize;
    this.common = setup.shared(() => ({
      weights: weightsOf(config.weights, setup.size),
      latest: { entries: new Int32Array(0), filledFor: new Int32Array(0) },
    }));
    this.table = this.common.latest;
    const { hashBalanceFactor: factor } = config;
    this.bound = factor === undefined ? null : new BoundedLoad(setup, factor, this.common.weights);
  }

  pick(candidates: Int32Array, count: number, _a: number, _b: number, strand: number): number {
    if (!isFilledFor(this.table, candidates, count)) this.turn(candidates, count);
    const { entries } = this.table;
    const hashed = entries[Math.floor(hashedKey(this.setup, strand) * entries.length)];
    return this.bound?.bounded(hashed, candidates, count, strand) ?? hashed;
  }

  /** Switches to the table for these instances; reuses the shared one if it fits. */
  private turn(candidates: Int32Array, count: number): void {
    const { common } = this;
    if (!isFilledFor(common.latest, candidates, count)) {
      common.latest = this.filled(candidates.slice(0, count));
    }
    this.table = common.latest;
  }

  private filled(filledFor: Int32Array): Table {
    const { setup, size } = this;
    const { weights } = this.common;
    const count = filledFor.length;
    const { a, b } = setup.places;
    const at = new Float64Array(count);
    const skip = new Float64Array(count);
    const reached = new Float64Array(count);
    let heaviest = 0;
    for (let k = 0; k < count; k++) {
      at[k] = Math.floor(fixedUnit(a, b, filledFor[k], 0, 1) * size);
      skip[k] = Math.floor(fixedUnit(a, b, filledFor[k], 0, 2) * (size - 1)) + 1;
      heaviest = Math.max(heaviest, weights[filledFor[k]]);
    }
    const entries = new Int32Array(size).fill(-1);
    // The heaviest instance fills an entry in each round; one with a third of its weight, in every third.
    for (let placed = 0, round = 1; placed < size; round++) {
      for (let k = 0; k < count && placed < size; k++) {
        if (round * weights[filledFor[k]] < reached[k]) continue;
        reached[k] += heaviest;
        while (entries[at[k]] >= 0) at[k] = (at[k] + skip[k]) % size;
        entries[at[k]] = filledFor[k];
        placed++;
      }
    }
    return { entries, filledFor };
  }
}

function isFilledFor({ filledFor }: Table, candidates: Int32Array, count: number): boolean {
  if (count !== filledFor.length) return false;
  for (let k = 0; k < count; k++) if (candidates[k] !== filledFor[k]) return false;
  return true;
}

export const maglev: BalancerKind<typeof schema> = {
  balancer: 'maglev',
  summary:
    'Maps each key to the same instance through a lookup table with even shares; when ' +
    'instances change, a few more keys move than with a ring.',
  sources: ['Eisenbud et al. 2016, section 3.4', 'Envoy maglev_lb.cc, thread_aware_lb_impl.cc'],
  schema,
  wholeList: true,
  create: (config, setup) => new Maglev(setup, config),
};

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}
