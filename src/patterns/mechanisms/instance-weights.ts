import { z } from 'zod';
import { whole } from '../../spec/quantities.js';

const LIST = z.array(whole({ min: 1, max: 65_535 })).min(1);

const RULE =
  'Replica i has entry i mod n, as with zones; whole numbers from 1 on, so that no instance is ever ' +
  'without its share. Unit: count.';

/** Weights of the instances called; `more` says what they do, or what they are by default. */
export function weightsField(more: string): z.ZodOptional<typeof LIST> {
  return LIST.optional().describe(`Weights of the instances called. ${RULE} ${more}`);
}

/** The same where the kind is nothing without them. */
export function requiredWeights(): typeof LIST {
  return LIST.describe(`Weights of the instances called. ${RULE} Required.`);
}

/** The weight of each of so many instances; 1 where none are written. */
export function weightsOf(written: readonly number[] | undefined, size: number): Float64Array {
  const weights = new Float64Array(size).fill(1);
  if (written === undefined) return weights;
  for (let k = 0; k < size; k++) weights[k] = written[k % written.length];
  return weights;
}
