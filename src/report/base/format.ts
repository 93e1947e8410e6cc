import { formatCount } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** The decimal text of a coordinate, one decimal at most, no trailing zeros, no negative zero. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded === 0 ? '0' : String(rounded);
}

/** A mean of counts as a whole number; `–` where it is not known. */
export function wholeCount(value: number | null): string {
  return value === null ? '–' : formatCount(Math.round(value));
}

/** Largest backlog: `Up to 1 row waits`, `Up to 2,000 rows wait`; `noun` is the singular, followed by `whose`. */
export function upTo(count: string, noun: string, whose = ''): string {
  return count === '1' ? `Up to 1 ${noun}${whose} waits` : `Up to ${count} ${noun}s${whose} wait`;
}

/** Most names that a list shows in full. */
const LISTED = 12;

/** `a`, `a and b`, `a, b and c`; of many names the first ones: `a, b, c and 187 more`. */
export function listed(names: readonly string[]): string {
  if (names.length > LISTED) {
    const left = names.length - LISTED / 2;
    return `${names.slice(0, LISTED / 2).join(', ')} and ${formatCount(left)} more`;
  }
  return list(names);
}
