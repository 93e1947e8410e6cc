import { field, required } from '../fields/field.js';
import { z } from 'zod';
import { share, whole } from '../quantities/quantities.js';
import { freeText, withShort } from '../fields/common.js';

const keyCount = field.whole(required, 'How many values there are.', { min: 1 });
const keyText = {
  title: freeText().optional().describe('Shown instead of the name where there is room.'),
  description: freeText().optional().describe('Text for readers.'),
};

/** One entry of `keys`: a population of values. */
export const keySchema = withShort(
  z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('unique').describe('Every request has its own value.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('uniform').describe('All values are equally likely.'),
        count: keyCount,
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('zipf').describe('Value i has weight i^-exponent.'),
        count: keyCount,
        exponent: field.of(z.number().min(0).max(10), 0.99, 'Skew.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('hot').describe('A share of the requests falls on the first few values.'),
        count: keyCount,
        hotShare: field.of(share(), required, 'Share of requests on the hot values.'),
        hotKeys: field.of(whole({ min: 1 }), 1, 'How many values are hot.'),
        ...keyText,
      }),
      z.strictObject({
        kind: z.literal('sequence').describe('0, 1, 2 ... in order of arrival.'),
        count: keyCount,
        ...keyText,
      }),
    ])
    .describe('A population of values; a request keeps its draw through its whole call tree.'),
  { type: 'string', pattern: '^(unique|(uniform|zipf|hot|sequence)\\(.*\\))$' },
);

type Population<Key> = Key extends unknown ? Omit<Key, keyof typeof keyText> : never;

/** The values of a key. */
export type KeyPopulation = Population<z.output<typeof keySchema>>;
