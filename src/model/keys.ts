import { exp, log } from '../kernel/math.js';
import type { StreamKey } from '../kernel/rng.js';
import { streamKey, unit } from '../kernel/rng.js';
import type { Plan } from '../spec/plan.js';
import type { KeyPopulation } from '../spec/scenario.js';
import type { Strands } from './strands.js';

/**
 * Values of named keys. A value is a draw by the lineage of the user request, so a request keeps it
 * through its whole call tree, and every variant meets the same one. Values of a sequence follow the
 * arrivals of a workload instead.
 */
export class Keys {
  /** Whether strands have to know the arrival number of their request. */
  readonly inSequence: boolean;
  private readonly strands: Strands;
  private readonly populations: readonly KeyPopulation[];
  private readonly streams: readonly StreamKey[];

  constructor(plan: Plan, replication: number, strands: Strands) {
    this.strands = strands;
    this.populations = plan.keys.map((key) => key.population);
    this.inSequence = this.populations.some(({ kind }) => kind === 'sequence');
    this.streams = plan.keys.map((key) => streamKey(plan.seed, replication, `key/${key.name}`));
  }

  /** Value of a key for the request a strand belongs to: a whole number from 0. */
  value(key: number, strand: number): number {
    const rootA = this.strands.rootA[strand];
    const rootB = this.strands.rootB[strand];
    const population = this.populations[key];
    const stream = this.streams[key];
    const u = unit(stream.a, stream.b, rootA, rootB, 0);
    switch (population.kind) {
      case 'unique':
        return (rootA & 0x1fffff) * 4294967296 + (rootB >>> 0);
      case 'uniform':
        return Math.floor(u * population.count);
      case 'sequence':
        return this.strands.arrival[strand] % population.count;
      case 'hot': {
        const { count, hotShare, hotKeys } = population;
        if (u < hotShare) return Math.floor((u / hotShare) * hotKeys);
        return Math.floor(((u - hotShare) / (1 - hotShare)) * count);
      }
      case 'zipf':
        return zipf(population.count, population.exponent, u);
    }
  }
}

/**
 * Value i from 0 with weight (i + 1)^-exponent, by inverting the integral of x^-exponent: exact in the
 * tail, within a few percent for the first values of a small population.
 */
function zipf(count: number, exponent: number, u: number): number {
  const power = 1 - exponent;
  const top = count + 0.5;
  let x: number;
  if (Math.abs(power) < 1e-9) {
    x = 0.5 * exp(u * log(top / 0.5));
  } else {
    const low = exp(power * log(0.5));
    const high = exp(power * log(top));
    x = exp(log(low + u * (high - low)) / power);
  }
  const value = Math.floor(x + 0.5) - 1;
  return value < 0 ? 0 : value >= count ? count - 1 : value;
}
