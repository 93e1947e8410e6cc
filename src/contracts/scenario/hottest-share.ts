import { pow } from '../../kernel/math.js';
import type { KeyPopulation } from './keys.js';

/** Share of the requests that have the most frequent value of a key. */
export function hottestShare(population: KeyPopulation): number {
  switch (population.kind) {
    case 'unique':
      return 0;
    case 'uniform':
    case 'sequence':
      return 1 / population.count;
    case 'hot':
      return population.hotShare / population.hotKeys;
    case 'zipf': {
      let sum = 0;
      for (let rank = 1; rank <= population.count; rank++) sum += pow(rank, -population.exponent);
      return 1 / sum;
    }
  }
}
