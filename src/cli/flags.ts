import { InvalidArgumentError } from 'commander';
import type { Shard } from '../api/sweeps/runner.js';

/** Formats that `run` can write into its output directory. */
export const FORMATS = ['html', 'svg', 'md', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** How `fix` prints its answer. */
export const FIX_FORMATS = ['text', 'md', 'json'] as const;

/** A whole number from `min` to `max`, as an option parser. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`a whole number from ${min} to ${max} is expected.`);
    }
    return value;
  };
}

/** `2x` or `2`: a multiple, as an option parser. */
export function multiple(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (!(value >= 0.01 && value <= 1000)) {
    throw new InvalidArgumentError('a multiple from 0.01x to 1000x is expected, such as 2x.');
  }
  return value;
}

/** A share between two others, such as `30%`, as an option parser. */
export function shareBetween(
  least: number,
  most: number,
  example = '30%',
): (text: string) => number {
  return (text) => {
    const value = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]) / 100;
    if (value >= least && value <= most) return value;
    const ends = [least, most].map((one) => `${Number((100 * one).toPrecision(6))}%`);
    const message = `a share from ${ends[0]} to ${ends[1]} is expected, such as ${example}.`;
    throw new InvalidArgumentError(message);
  };
}

/** `html,svg` as a list without repetitions, in the order of FORMATS. */
export function formatList(text: string): readonly Format[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(FORMATS as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`'${unknown.join(',')}' is none of ${FORMATS.join(', ')}.`);
  }
  return FORMATS.filter((format) => names.includes(format));
}

/** A file or directory name. An option in its place means that the name was forgotten. */
export function pathName(text: string): string {
  if (/^-./.test(text)) {
    throw new InvalidArgumentError(
      `a name is expected, and this looks like an option (./${text} if it is one).`,
    );
  }
  return text;
}

/** Collects a repeatable option whose values are comma-separated lists. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0 || text.startsWith('--')) {
    throw new InvalidArgumentError('a name is expected.');
  }
  return [...before, ...names];
}

/** `2/8`: the second of eight. */
export function shardOf(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > of) {
    throw new InvalidArgumentError('a part of the whole is expected, such as 2/8.');
  }
  return { index, of };
}

/** Collects a repeatable option whose values are kept unchanged. */
export function textList(text: string, before: readonly string[] = []): readonly string[] {
  if (text.trim() === '') throw new InvalidArgumentError('a text is expected.');
  return [...before, text];
}
