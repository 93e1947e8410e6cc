import { HORIZON_MAX_NS, NS_PER_MS, NS_PER_SECOND, NS_PER_US, type Ns } from '../../kernel/time.js';

/** An invalid word and the valid ones, for a suggestion of the nearest. */
export interface Words {
  readonly found: string;
  readonly allowed: readonly string[];
}

/** A value cannot be read as the expected quantity; the message says what to write instead. */
export class QuantityError extends Error {
  readonly words: Words | null;

  constructor(message: string, words: Words | null = null) {
    super(message);
    this.name = 'QuantityError';
    this.words = words;
  }
}

/** Longest text that is parsed; longer values are rejected unread. */
export const QUANTITY_TEXT_MAX = 20_000;

/** JSON Schema patterns of the textual forms. */
export const DURATION_PATTERN = '^(\\d+(\\.\\d+)?)(ns|us|ms|s|m|h|d)$';
export const RATE_PATTERN = '^(\\d+(\\.\\d+)?)/(ms|s|min|h)$';
export const PERCENT_PATTERN = '^(\\d+(\\.\\d+)?)%$';

const NUMBER_UNIT = /^([+-]?)(\d+(?:\.\d+)?)([A-Za-zµ%/]*)$/;
const NUMBER_TEXT = /^[+-]?\d{1,20}(\.\d{1,20})?$/;
/** Units of durations in ns. */
export const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', NS_PER_US],
  ['ms', NS_PER_MS],
  ['s', NS_PER_SECOND],
  ['m', 60 * NS_PER_SECOND],
  ['h', 3600 * NS_PER_SECOND],
  ['d', 86_400 * NS_PER_SECOND],
]);
const RATE_UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1000],
  ['s', 1],
  ['min', 1 / 60],
  ['h', 1 / 3600],
]);
/** One arrival per nanosecond, the resolution of the clock. */
const RATE_MAX = 1e9;

/** Limits of a duration in ns. */
export interface DurationLimits {
  readonly min?: Ns;
  readonly max?: Ns;
  /** Whether 0 is valid; default true. */
  readonly allowZero?: boolean;
}

/** Parses `15ms`, `1.5s` or 0 to whole nanoseconds, rounded to the nearest. Throws QuantityError. */
export function parseDuration(input: unknown, limits: DurationLimits = {}): Ns {
  const ns = durationOf(input);
  if (ns === 0 && limits.allowZero === false) {
    throw new QuantityError(`${show(input)} is no time at all: write a duration above 0`);
  }
  if (limits.min !== undefined && ns < limits.min && (ns !== 0 || limits.allowZero !== true)) {
    throw new QuantityError(
      `${show(input)} is below the least possible, ${formatDuration(limits.min)}`,
    );
  }
  if (limits.max !== undefined && ns > limits.max) {
    throw new QuantityError(
      `${show(input)} is above the largest possible, ${formatDuration(limits.max)}`,
    );
  }
  return ns;
}

/** As parseDuration; a sign may precede the text, and the limits hold for the time without it. */
export function parseSignedDuration(input: unknown, limits: DurationLimits): Ns {
  const isNegative = typeof input === 'string' && input.startsWith('-');
  return isNegative ? -parseDuration(input.slice(1), limits) : parseDuration(input, limits);
}

/** As parseDuration, and null for the word `none`: no limit. */
export function parseDurationOrNone(input: unknown, limits: DurationLimits = {}): Ns | null {
  return input === 'none' ? null : parseDuration(input, limits);
}

/** Parses `400/s`, `100/min` or `10000/h` to events per second; above 0 unless `allowZero`. */
export function parseRate(input: unknown, allowZero = false): number {
  const text = textOf(input, 'a rate such as 400/s');
  if (typeof input === 'number' || isNumberText(text)) {
    throw new QuantityError(`${text} what? write ${text}/s`);
  }
  const match = /^(-?\d+(?:\.\d+)?) ?\/ ?([a-z]+)$/.exec(text);
  const unit = match === null ? undefined : RATE_UNITS.get(match[2]);
  if (match === null || unit === undefined) {
    if (match?.[2] === 'm') throw new QuantityError(`${show(input)}: a minute is written min`);
    throw new QuantityError(`${show(input)} is no rate: write 400/s, 100/min or 10000/h`);
  }
  const rate = Number(match[1]) * unit;
  if (rate < 0) throw new QuantityError(`${show(input)} is negative`);
  if (rate === 0 && !allowZero)
    throw new QuantityError(`${show(input)} never happens: write a rate above 0`);
  if (rate > RATE_MAX) {
    throw new QuantityError(
      `${show(input)} is absurd: more than one per nanosecond (1000000000/s)`,
    );
  }
  return rate;
}

/** Parses `2.5%` or 0.025 to a share from 0 to 1. */
export function parseShare(input: unknown): number {
  if (typeof input === 'string' && input.endsWith('%')) {
    const percent = percentOf(input);
    if (percent > 100) throw new QuantityError(`${show(input)} is above 100%`);
    return percent / 100;
  }
  if (typeof input !== 'number') {
    textOf(input, 'a share such as 2.5% or 0.025');
    throw new QuantityError(noNumber(input, 'is no share: write 2.5% or 0.025'));
  }
  if (!Number.isFinite(input))
    throw new QuantityError(`${show(input)} is no share: write 2.5% or 0.025`);
  if (input < 0)
    throw new QuantityError(`${show(input)} is negative: a share lies between 0 and 1`);
  if (input > 1)
    throw new QuantityError(
      `${show(input)} is above 1: a share is written ${input}% or lies between 0 and 1`,
    );
  return input;
}

/** Parses a factor above 0: a number (`2`) or a percentage (`150%`); at most a million. */
export function parseFactor(input: unknown): number {
  let factor: number;
  if (typeof input === 'string' && input.endsWith('%')) factor = percentOf(input) / 100;
  else if (typeof input === 'number') factor = input;
  else {
    const times = /^(\d+(?:\.\d+)?)x$/.exec(textOf(input, 'a factor such as 2 or 150%'));
    if (times !== null) throw new QuantityError(`${show(input)} is no factor: write ${times[1]}`);
    throw new QuantityError(noNumber(input, 'is no factor: write 2 or 150%'));
  }
  if (!Number.isFinite(factor))
    throw new QuantityError(`${show(input)} is no factor: write 2 or 150%`);
  if (factor <= 0) throw new QuantityError(`${show(input)} is no factor: it must be above 0`);
  if (factor > 1e6)
    throw new QuantityError(`${show(input)} is absurd: a factor is at most 1000000`);
  return factor;
}

/** Largest count: products that have no word for `unlimited` take this 32-bit number instead. */
export const COUNT_MAX = 2_147_483_647;

/** Parses a whole number of at least `min` (0 by default); Infinity for `unlimited` and `unbounded`. */
export function parseCount(input: unknown, min = 0): number {
  if (input === 'unlimited' || input === 'unbounded') return Infinity;
  if (typeof input === 'number' && input > COUNT_MAX) {
    throw new QuantityError(
      `${show(input)} is absurd: a count is at most ${COUNT_MAX}; write unlimited for no limit`,
    );
  }
  return parseWhole(input, { min, or: ' or unlimited' });
}

/** Parses a whole number from `min` (0) to `max` (2^53 - 1). */
export function parseWhole(
  input: unknown,
  limits: { readonly min?: number; readonly max?: number; readonly or?: string } = {},
): number {
  const { min = 0, max = HORIZON_MAX_NS, or = '' } = limits;
  const wanted =
    max === HORIZON_MAX_NS
      ? `a whole number >= ${min}${or}`
      : `a whole number from ${min} to ${max}`;
  if (typeof input !== 'number') {
    textOf(input, wanted);
    throw new QuantityError(`must be ${wanted}, got ${showNoNumber(input)}`);
  }
  if (!Number.isInteger(input) || input < min || input > max) {
    throw new QuantityError(`must be ${wanted}, got ${show(input)}`);
  }
  return input;
}

/** Formats a value for a message: short, quoted only if it is empty or contains spaces or quotes. */
export function show(input: unknown): string {
  if (typeof input === 'string') {
    const text = input.length > 60 ? `${input.slice(0, 57)}...` : input;
    return text === '' || /^\s|\s$|[\s"]/.test(text) ? JSON.stringify(text) : text;
  }
  if (typeof input === 'number' || typeof input === 'boolean') return String(input);
  if (input === null) return 'null';
  if (input === undefined) return 'nothing';
  return Array.isArray(input) ? 'a list' : 'a map';
}

/** As `show`, for a place where a number is expected: for a number in quotes it says to remove the quotes. */
export function showNoNumber(input: unknown): string {
  return isNumberText(input) ? `the text "${input}": remove the quotes` : show(input);
}

function noNumber(input: unknown, otherwise: string): string {
  return isNumberText(input)
    ? `"${input}" is a text: remove the quotes`
    : `${show(input)} ${otherwise}`;
}

function isNumberText(input: unknown): input is string {
  return typeof input === 'string' && NUMBER_TEXT.test(input);
}

/** Formats a duration exactly, in the largest unit that needs at most three decimals. */
export function formatDuration(ns: Ns): string {
  if (ns === 0) return '0s';
  let best = `${ns}ns`;
  for (const [unit, size] of DURATION_UNITS) {
    if (unit === 'd' || ns < size) continue;
    const value = ns / size;
    if (Math.round(value * 1000) / 1000 === value && `${value}${unit}`.length <= best.length) {
      best = `${value}${unit}`;
    }
  }
  return best;
}

/** Percentage of a text that ends in `%`. */
export function percentOf(text: string): number {
  const match = /^(-?)(\d+(?:\.\d+)?)%$/.exec(text);
  if (match === null) throw new QuantityError(`${show(text)} is no percentage: write 2.5%`);
  if (match[1] === '-') throw new QuantityError(`${show(text)} is negative`);
  return Number(match[2]);
}

function durationOf(input: unknown): Ns {
  if (input === 0) return 0;
  const text = textOf(input, 'a duration such as 15ms');
  if (typeof input === 'number') {
    if (!Number.isFinite(input))
      throw new QuantityError(`${show(input)} is no duration: write 15ms`);
    if (input < 0) throw new QuantityError(`${show(input)} is negative: a duration is 0 or more`);
    throw new QuantityError(noUnit(input));
  }
  const match = NUMBER_UNIT.exec(text);
  if (match === null)
    throw new QuantityError(`${show(input)} is no duration: write 15ms, 1.5s or 2m`);
  if (match[1] === '-')
    throw new QuantityError(`${show(input)} is negative: a duration is 0 or more`);
  if (match[3] === '') {
    if (Number(match[2]) === 0) return 0;
    throw new QuantityError(noUnit(match[2]));
  }
  const unit = DURATION_UNITS.get(match[3]);
  if (unit === undefined || match[1] !== '') {
    const hint =
      match[3] === 'min'
        ? `: a minute is written m, as in ${match[2]}m`
        : ': units are ns us ms s m h';
    throw new QuantityError(`${show(input)} is no duration${hint}`);
  }
  const ns = Math.round(Number(match[2]) * unit);
  if (ns > HORIZON_MAX_NS)
    throw new QuantityError(`${show(input)} is absurd: the longest time is 104 days`);
  if (ns === 0 && Number(match[2]) > 0) {
    throw new QuantityError(`${show(input)} is below the resolution of the clock, 1ns`);
  }
  return ns;
}

/** The unit is unknown: seconds are usual for a run, milliseconds for a step. */
function noUnit(number: number | string): string {
  return `${number} what? write ${number}s or ${number}ms`;
}

function textOf(input: unknown, wanted: string): string {
  if (input === undefined) throw new QuantityError(`is required: ${wanted}`);
  if (typeof input === 'number') return String(input);
  if (typeof input !== 'string') throw new QuantityError(`must be ${wanted}, got ${show(input)}`);
  if (input.length > QUANTITY_TEXT_MAX) {
    throw new QuantityError(`must be ${wanted}, got a text of ${input.length} characters`);
  }
  return input.trim();
}
