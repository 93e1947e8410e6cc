import { formatCount } from './figures.js';

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** `1 fault`, `2 faults`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** All of some things: `the budget`, `both budgets`, `all 3 budgets`. With another word for one: `its budget`. */
export function allOf(count: number, noun: string, one = 'the'): string {
  if (count === 1) return `${one} ${noun}`;
  return count === 2 ? `both ${noun}s` : `all ${plural(count, noun)}`;
}

/** The verb that agrees with a count: `1 call waits`, `2 calls wait`. */
export function verb(count: number, many: string, one = `${many}s`): string {
  return count === 1 ? one : many;
}

/** The text with its first letter in upper case. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
