/** Units of the figures in a result. */
export type Unit = 'seconds' | 'perSecond' | 'share' | 'number';

/** Narrow no-break space: between a number and its unit. */
export const NARROW = '\u202f';
/** Real minus sign. */
export const MINUS = '\u2212';

/** A figure with its unit, three significant digits; an en dash where nothing was measured. */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null || Number.isNaN(value)) return '–';
  switch (unit) {
    case 'seconds':
      return formatSeconds(value);
    case 'share':
      return formatShare(value);
    case 'perSecond':
      return formatRate(value);
    case 'number':
      return formatNumber(value);
  }
}

/** A duration in the unit that reads best: `229 ms`, `3.27 s`, `2.50 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds === Infinity) return 'never';
  const scale = scaleOfSeconds(seconds);
  return join(significant(seconds / scale.factor), scale.unit);
}

/** The same without trailing zeros: `2 s`, `1.5 s`; for axes and running text. */
export function briefSeconds(seconds: number): string {
  return brief(formatSeconds(seconds));
}

/** A share without trailing zeros, exact also below 0.1 %; for axes. */
export function axisShare(share: number): string {
  return join(brief(String(Number((share * 100).toPrecision(6)))), '%');
}

/** Text from elsewhere, with a narrow no-break space between each number and its unit. */
export function tidy(text: string): string {
  return text.replace(/(\d) (?=(?:ns|us|µs|ms|s|min|h|%|pt)(?![\p{L}\d]))/gu, `$1${NARROW}`);
}

/** A share as per cent; `0 %` and `100 %` only where they are exact. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size === 0) return join('0', '%');
  if (percent === 100) return join('100', '%');
  if (size < 0.1) return percent < 0 ? join(`${MINUS}<0.1`, '%') : join('<0.1', '%');
  if (size >= 99.995 && size < 100) return join('>99.99', '%');
  if (size > 99.9 && size < 100) return join(signed(percent, fixed(size, 2)), '%');
  if (size < 1) return join(signed(percent, fixed(size, 2)), '%');
  return join(signed(percent, size < 100 ? digits(size, 3) : grouped(size)), '%');
}

/** A rate: `503/s`, `1,870/s`. */
export function formatRate(rate: number): string {
  return `${significant(rate)}/s`;
}

/** The same without trailing zeros: `6/s`; for axes. */
export function briefRate(rate: number): string {
  return `${brief(significant(rate))}/s`;
}

/** A plain number with three significant digits, thousands grouped. */
export function formatNumber(value: number): string {
  if (value === Infinity) return '∞';
  return significant(value);
}

/** A whole number, every digit, thousands grouped: `41,099`. */
export function formatCount(value: number): string {
  return signed(value, group(String(Math.abs(Math.round(value)))));
}

/** A mean of counts, with every digit where it is whole or large, so that sums in a table add up: `12,445`, `8.25`. */
export function meanCount(value: number): string {
  return Number.isInteger(value) || value >= 100 ? formatCount(value) : formatNumber(value);
}

/** An instant of the run, with one decimal below ten minutes: `60.2 s`; below 0.1 s as a duration: `40 ms`. */
export function formatInstant(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 0.1) return briefSeconds(seconds);
  return join(signed(seconds, size < 600 ? fixed(size, 1) : group(fixed(size, 0))), 's');
}

/**
 * A difference with its sign; shares differ in points: `+11.2 pt`, `−45.0 ms`. Next to its interval it has the unit
 * that fits both, so that 0 has the unit of the ends.
 */
export function formatDifference(
  difference: number,
  unit: Unit,
  interval: readonly [number, number] | null = null,
): string {
  const { factor, label, decimals } = scaleOf(widest(difference, interval), unit);
  const size = Math.abs(difference) / factor;
  if (difference !== 0 && size < 0.05 && unit === 'share') {
    return `${difference < 0 ? MINUS : '+'}<0.1${label}`;
  }
  return `${difference < 0 ? MINUS : difference > 0 ? '+' : ''}${group(fixed(size, decimals))}${label}`;
}

/** Half the width of an interval as `± 3`, in the unit and with the digits of the value it belongs to. */
export function formatPlusMinus(
  value: number,
  interval: readonly [number, number] | null,
  unit: Unit,
): string {
  if (interval === null) return '';
  const { factor, decimals } = scaleOf(value, unit);
  const half = (interval[1] - interval[0]) / 2 / factor;
  if (!Number.isFinite(half) || !/[1-9]/.test(fixed(half, decimals))) return '';
  return `±${NARROW}${group(fixed(half, decimals))}`;
}

/** A difference, followed by `± 3` if it has an interval; both in one unit. */
export function formatDifferenceWithin(
  difference: number,
  interval: readonly [number, number] | null,
  unit: Unit,
): { readonly difference: string; readonly half: string } {
  return {
    difference: formatDifference(difference, unit, interval),
    half: formatPlusMinus(widest(difference, interval), interval, unit),
  };
}

/** Both ends of the interval of a difference, in its unit: `[−48.1, −42.0] ms`. */
export function formatInterval(
  difference: number,
  interval: readonly [number, number],
  unit: Unit,
): string {
  const size = widest(difference, interval);
  return `${ends(size, interval, unit, true)}${scaleOf(size, unit).label}`;
}

/** A value and its interval in one unit: `528 ms [523, 533]`; the value alone where the interval has no width. */
export function formatWithInterval(
  value: number,
  interval: readonly [number, number] | null,
  unit: Unit,
): string {
  const text = formatValue(value, unit);
  if (interval === null || interval[0] === interval[1]) return text;
  return `${text} ${ends(value, interval, unit, false)}`;
}

function ends(
  value: number,
  interval: readonly [number, number],
  unit: Unit,
  difference: boolean,
): string {
  const { factor, decimals: ofValue } = scaleOf(value, unit, difference);
  // An interval from few runs may extend below 0, or above 1 for a share.
  const isFigure = !difference && value >= 0;
  const low = isFigure ? Math.max(0, interval[0]) : interval[0];
  const isShare = isFigure && unit === 'share' && value <= 1;
  const high = isShare ? Math.min(1, interval[1]) : interval[1];
  const width = (high - low) / factor;
  // A narrow interval needs enough digits to distinguish its ends.
  const decimals = width > 0 && ofValue < 2 && width < 0.1 ? 2 : ofValue;
  const end = (x: number): string =>
    `${difference && x > 0 ? '+' : ''}${signed(x, group(fixed(Math.abs(x) / factor, decimals)))}`;
  return `[${end(low)}, ${end(high)}]`;
}

/** The decimal text of a coordinate, two decimals at most, no trailing zeros, no negative zero. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 ? '0' : String(rounded);
}

/** Largest backlog: `Up to 1 row waits`, `Up to 2,000 rows wait`; `noun` is the singular, followed by `whose`. */
export function upTo(count: string, noun: string, whose = ''): string {
  return count === '1' ? `Up to 1 ${noun}${whose} waits` : `Up to ${count} ${noun}s${whose} wait`;
}

/** `1 variant`, `5 variants`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Most names that a list shows in full. */
const LISTED = 12;

/** `a`, `a and b`, `a, b and c`; of many names the first ones: `a, b, c and 187 more`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  if (names.length > LISTED) {
    const left = names.length - LISTED / 2;
    return `${names.slice(0, LISTED / 2).join(', ')} and ${formatCount(left)} more`;
  }
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]!}`;
}

/** The largest of a difference and the ends of its interval, for the unit: a difference of 0 has none of its own. */
function widest(difference: number, interval: readonly [number, number] | null): number {
  const sizes = [difference, ...(interval ?? [])].filter(Number.isFinite).map(Math.abs);
  return Math.max(0, ...sizes);
}

interface Scale {
  readonly factor: number;
  readonly label: string;
  readonly decimals: number;
}

function scaleOf(value: number, unit: Unit, difference = true): Scale {
  const size = Math.abs(value);
  if (unit === 'seconds') {
    const { factor, unit: name } = scaleOfSeconds(size);
    return { factor, label: NARROW + name, decimals: decimalsOf(size / factor) };
  }
  if (unit === 'share') {
    const decimals = difference ? 1 : size > 0.999 ? 2 : Math.min(2, decimalsOf(size * 100));
    return { factor: 0.01, label: NARROW + (difference ? 'pt' : '%'), decimals };
  }
  const label = unit === 'perSecond' ? '/s' : '';
  return { factor: 1, label, decimals: decimalsOf(size) };
}

function scaleOfSeconds(seconds: number): { readonly factor: number; readonly unit: string } {
  const size = Number(Math.abs(seconds).toPrecision(3));
  if (size === 0 || (size >= 1 && size < 600)) return { factor: 1, unit: 's' };
  if (size < 1e-6) return { factor: 1e-9, unit: 'ns' };
  if (size < 1e-3) return { factor: 1e-6, unit: 'µs' };
  if (size < 1) return { factor: 1e-3, unit: 'ms' };
  return size < 36_000 ? { factor: 60, unit: 'min' } : { factor: 3600, unit: 'h' };
}

/** Drops a decimal part of zeros, and zeros after its last digit. */
function brief(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

function significant(value: number): string {
  if (value === 0) return '0';
  return signed(value, digits(Math.abs(value), 3));
}

/** `size` to `count` significant digits, never in exponent form below 1e21. */
function digits(size: number, count: number): string {
  const rounded = Number(size.toPrecision(count));
  if (rounded !== 0 && rounded < 0.001) return '<0.001';
  return rounded >= 1000 ? group(String(rounded)) : fixed(rounded, decimalsOf(rounded));
}

function decimalsOf(size: number): number {
  const rounded = Number(size.toPrecision(3));
  if (rounded >= 100 || rounded === 0) return 0;
  if (rounded >= 10) return 1;
  return rounded >= 0.1 ? 2 : 3;
}

function grouped(size: number): string {
  return group(String(Number(size.toPrecision(3))));
}

function fixed(value: number, decimals: number): string {
  return value === 0 ? '0' : value.toFixed(decimals);
}

function group(text: string): string {
  return text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','));
}

function signed(value: number, text: string): string {
  return value < 0 ? MINUS + text : text;
}

function join(number: string, unit: string): string {
  return number + NARROW + unit;
}
