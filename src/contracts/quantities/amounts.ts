import { quantity, type Quantity } from './quantities.js';
import { PERCENT_PATTERN, QuantityError, showNoNumber } from './quantity-text.js';

/** A percentage in the JSON Schema. */
export const PERCENT_FORM = { type: 'string', pattern: PERCENT_PATTERN } as const;

/**
 * Reads a whole number up to 100,000, or a percentage. Each function returns the value, or null if it is out of range;
 * `must` says what is expected, `forms` are those in the JSON Schema.
 */
export function countOrPercent<T extends object>(
  ofCount: (count: number) => T | null,
  ofPercent: (percent: number) => T | null,
  must: string,
  forms: readonly object[],
): Quantity<T> {
  return quantity(
    (input): T => {
      let found: T | null = null;
      if (typeof input === 'string' && new RegExp(PERCENT_PATTERN).test(input)) {
        found = ofPercent(Number(input.slice(0, -1)));
      } else if (typeof input === 'number' && Number.isInteger(input) && input <= 100_000) {
        found = ofCount(input);
      }
      if (found !== null) return found;
      throw new QuantityError(`${must}, got ${showNoNumber(input)}`);
    },
    { anyOf: forms },
  );
}
