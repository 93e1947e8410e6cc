import type { Ns } from '../../kernel/time.js';
import { quantity, type Quantity } from '../../contracts/quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  parseShare,
  parseWhole,
  PERCENT_PATTERN,
} from '../../contracts/quantities/quantity-text.js';

/** Size of a breaker's window as written: `100` calls, or a duration such as `10s`. */
type WindowSize = { readonly calls: number } | { readonly lengthNs: Ns };

/** Maximum number of calls, or of slices of a time window: they are kept in memory. */
export const WINDOW_MAX = 1_000_000;

/** `100` or `10s`, above 0. */
export function windowSize(): Quantity<WindowSize> {
  return quantity<WindowSize>(
    (input) =>
      typeof input === 'number'
        ? { calls: parseWhole(input, { min: 1, max: WINDOW_MAX }) }
        : { lengthNs: parseDuration(input, { allowZero: false }) },
    {
      anyOf: [
        { type: 'integer', minimum: 1, maximum: WINDOW_MAX },
        { type: 'string', pattern: DURATION_PATTERN },
      ],
    },
  );
}

/** Threshold of a breaker as written: `5` consecutive failures, or a share such as `50%`. */
type Threshold = { readonly calls: number } | { readonly share: number };

/** `5` or `50%`, above 0. */
export function threshold(): Quantity<Threshold> {
  return quantity<Threshold>(
    (input) =>
      typeof input === 'number' && input >= 1
        ? { calls: parseWhole(input, { min: 1, max: WINDOW_MAX }) }
        : { share: parseShare(input) },
    {
      anyOf: [
        { type: 'integer', minimum: 1, maximum: WINDOW_MAX },
        { type: 'string', pattern: PERCENT_PATTERN },
        { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      ],
    },
  );
}
