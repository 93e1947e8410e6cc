import { z } from 'zod';
import { unit } from '../../kernel/rng.js';
import type { BalancerKind, BalancerSetup, BalancerState } from '../../spec/balancer.js';
import { whole } from '../../spec/quantities.js';
import { balanceFactorField, BoundedLoad } from '../mechanisms/bounded-load.js';
import { hashedKey, keyField } from '../mechanisms/hashing.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';

const schema = z.strictObject({
  key: keyField,
  tableSize: whole({ min: 2, max: 5_000_011 })
    .refine(isPrime, { error: 'must be a prime number, such as 65537 or 251' })
    .prefault(65_537)
    .describe(
      'Entries of the look-up table, a prime far above the number of instances. Unit: count. ' +
        'Defaults to 65537.',
    ),
  weights: weightsField('Entries of the table are dealt by weight.'),
  hashBalanceFactor: balanceFactorField(),
});

type Config = z.output<typeof schema>;

/**
 * A table of which every instance fills as many entries as the others, each by its own permutation; it
 * is filled anew when other instances are up than before.
 */
class Maglev implements BalancerState {
  private readonly setup: BalancerSetup;
  private readonly table: Int32Array;
  /** The instances the table was filled for. */
  private readonly filledFor: Int32Array;
  private filled = 0;
  private readonly weights: Float64Array;
  private readonly bound: BoundedLoad | null;

  constructor(setup: BalancerSetup, config: Config) {
    this.setup = setup;
    this.table = new Int32Array(config.tableSize);
    this.weights = weightsOf(config.weights, setup.size);
    const { hashBalanceFactor: factor } = config;
    this.bound = factor === undefined ? null : new BoundedLoad(setup, factor, this.weights);
    this.filledFor = new Int32Array(setup.size);
  }

  pick(candidates: Int32Array, count: number, _a: number, _b: number, strand: number): number {
    if (!this.isFilledFor(candidates, count)) this.fill(candidates, count);
    const { table } = this;
    const hashed = table[Math.floor(hashedKey(this.setup, strand) * table.length)];
    return this.bound?.bounded(hashed, candidates, count, strand) ?? hashed;
  }

  private isFilledFor(candidates: Int32Array, count: number): boolean {
    if (count !== this.filled) return false;
    for (let k = 0; k < count; k++) if (candidates[k] !== this.filledFor[k]) return false;
    return true;
  }

  private fill(candidates: Int32Array, count: number): void {
    const { table, setup, weights } = this;
    const size = table.length;
    const { a, b } = setup.places;
    const at = new Float64Array(count);
    const skip = new Float64Array(count);
    const reached = new Float64Array(count);
    let heaviest = 0;
    for (let k = 0; k < count; k++) {
      at[k] = Math.floor(unit(a, b, candidates[k], 0, 1) * size);
      skip[k] = Math.floor(unit(a, b, candidates[k], 0, 2) * (size - 1)) + 1;
      this.filledFor[k] = candidates[k];
      heaviest = Math.max(heaviest, weights[candidates[k]]);
    }
    this.filled = count;
    table.fill(-1);
    // The heaviest fills an entry in each round, one of a third of its weight in every third.
    for (let placed = 0, round = 1; placed < size; round++) {
      for (let k = 0; k < count && placed < size; k++) {
        if (round * weights[candidates[k]] < reached[k]) continue;
        reached[k] += heaviest;
        while (table[at[k]] >= 0) at[k] = (at[k] + skip[k]) % size;
        table[at[k]] = candidates[k];
        placed++;
      }
    }
  }
}

/** `loadBalancing` of kind `maglev`. */
export const maglev: BalancerKind<typeof schema> = {
  balancer: 'maglev',
  summary:
    'The same instance for the same key, by a table with even shares; a change moves a few more keys.',
  sources: ['Eisenbud et al. 2016, section 3.4', 'Envoy maglev_lb.cc, thread_aware_lb_impl.cc'],
  schema,
  wholeList: true,
  create: (config, setup) => new Maglev(setup, config),
};

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}
