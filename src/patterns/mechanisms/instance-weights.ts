import { z } from 'zod';
import { whole } from '../../contracts/quantities/quantities.js';

const LIST = z.array(whole({ min: 1, max: 65_535 })).min(1);

const RULE =
  'Weights of the instances called, whole numbers of at least 1; replica i gets entry i mod ' +
  'n, as with zones.';

/** Optional weights; `more` describes their effect. */
export function weightsField(more: string): z.ZodOptional<typeof LIST> {
  return LIST.optional().describe(`${RULE} ${more} Unit: count. Defaults to 1 each.`);
}

/** The same for a kind that requires weights. */
export function requiredWeights(): typeof LIST {
  return LIST.describe(`${RULE} Unit: count. Required.`);
}

/** The weight of each instance; 1 if no weights are written. */
export function weightsOf(written: readonly number[] | undefined, size: number): Float64Array {
  const weights = new Float64Array(size).fill(1);
  if (written === undefined) return weights;
  for (let k = 0; k < size; k++) weights[k] = written[k % written.length];
  return weights;
}
