import type { Guess } from '../../contracts/result/guess.js';
import { formatCount } from '../../text/figures.js';

/** Guesses that a sentence names. */
const NAMED = 3;

/** `3 values are guesses`. */
export function guessCount({ length }: readonly Guess[]): string {
  return length === 1 ? '1 value is a guess' : `${formatCount(length)} values are guesses`;
}

/** The first guesses: `services.shop.cpu 2 (shop.yaml:12), ..., and 4 more`. */
export function guessWords(guesses: readonly Guess[]): string {
  const named = guesses.slice(0, NAMED).map(guessText);
  const others = guesses.length - named.length;
  return `${named.join(', ')}${others === 0 ? '' : `, and ${formatCount(others)} more`}`;
}

/** A guess with its value and its place. */
export function guessText({ path, value, at }: Guess): string {
  return `${path} ${value} (${at})`;
}
