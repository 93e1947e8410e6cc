import { InvalidArgumentError } from 'commander';
import { OptionError } from '../api/errors.js';
import { dishesOf, type Dish } from '../api/explore/menu.js';
import { parseDuration } from '../contracts/quantities/quantity-text.js';

/** `down,slow=3,errors=20%` as an option parser. */
export function menuOf(text: string): readonly Dish[] {
  try {
    return dishesOf(text.split(','));
  } catch (error) {
    throw error instanceof OptionError ? new InvalidArgumentError(error.message) : error;
  }
}

/** `90s` as an option parser. Unit: ns. */
export function instantOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('a duration is expected, such as 90s.');
  }
}
