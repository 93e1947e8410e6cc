/**
 * Every figure that a person reads is written here, so that one value has one text in a sentence, a table, a chart
 * and a terminal. All functions follow the same rules: three significant digits, no digit before the decimal point is
 * rounded away, no zeros at the end, a comma between thousands, never an exponent.
 */

/** Units of the figures in a result. */
export type Unit = 'seconds' | 'perSecond' | 'share' | 'number';

/** The ends of an interval, the lower one first. */
type Interval = readonly [number, number];

/** Real minus sign. */
const MINUS = '\u2212';
/** A figure has at most this many decimals: smaller numbers say nothing. */
const DECIMALS_MAX = 6;

/** A figure with its unit; an en dash where nothing was measured. */
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

/** A number: `0.00123`, `1.23`, `1.5`, `123`, `12,345`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === Infinity) return signed(value, '∞');
  if (size > 0 && size < 5e-7) return signed(value, '<0.000001');
  return signed(value, digits(size, decimalsOf(size)));
}

/** A number of things, in whole ones: `41,099`. */
export function formatCount(value: number): string {
  return signed(value, digits(Math.abs(value), 0));
}

/** A rate: `0.5/s`, `503/s`, `1,866/s`. */
export function formatRate(perSecond: number): string {
  return `${formatNumber(perSecond)}/s`;
}

/** A duration: `50 µs`, `229 ms`, `3.27 s`, `150 s`, `12.5 min`. A unit is used up to 600 of a minute or second. */
export function formatSeconds(seconds: number): string {
  if (seconds === Infinity) return 'never';
  const { factor, label } = scaleOfSeconds(seconds);
  return `${formatNumber(seconds / factor)}${label}`;
}

/** An instant of the run: `60.2 s`, from ten minutes on `1,234 s`; below 0.1 s as a duration: `40 ms`. */
export function formatInstant(seconds: number, decimals = decimalsOfInstant(seconds)): string {
  const size = Math.abs(seconds);
  return size < 0.1 ? formatSeconds(seconds) : `${signed(seconds, digits(size, decimals))} s`;
}

/** A span of the run: `60 to 100 s`, `40 to 70 ms`; with enough decimals to distinguish its ends. */
export function formatSpan(from: number, until: number): string {
  let decimals = decimalsOfInstant(until);
  while (decimals < 9 && until > from && from.toFixed(decimals) === until.toFixed(decimals)) {
    decimals++;
  }
  const [start, end] = [formatInstant(from, decimals), formatInstant(until, decimals)];
  const [number, unit] = start.split(' ');
  return `${from === 0 || unit === end.split(' ')[1] ? number! : start} to ${end}`;
}

/** A share as a percentage: `0.05 %`, `90.6 %`, `99.97 %`; `0 %` and `100 %` only where they are exact. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 0.005) return signed(share, '<0.01 %');
  if (size >= 99.995 && size < 100) return signed(share, '>99.99 %');
  return `${signed(share, digits(size, decimalsOfPercent(size)))} %`;
}

/** A size in the largest binary unit of which there is one: `512 B`, `10 MiB`. */
export function formatBytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = size;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatNumber(value)} ${units[unit]!}`;
}

/** A number that was chosen, not measured, such as a mark on an axis: it needs all of its digits, six at most. */
export function exactNumber(value: number): string {
  const size = Number(Math.abs(value).toPrecision(6));
  return size < 1e-6 ? formatNumber(value) : signed(value, digits(size, DECIMALS_MAX));
}

/** A share that was chosen, not measured: `99.995 %`. */
export function exactShare(share: number): string {
  return `${exactNumber(share * 100)} %`;
}

/**
 * A difference with its sign; shares differ in points: `+11.2 pt`, `−45 ms`. Next to its interval it has the unit
 * that fits both, so that 0 has the unit of the ends.
 */
export function formatDifference(
  difference: number,
  unit: Unit,
  interval: Interval | null = null,
): string {
  const { factor, label, decimals } = scaleOf(widest(difference, interval), unit, true);
  const size = Math.abs(difference) / factor;
  const isTiny = unit === 'share' && size > 0 && size < 0.005;
  const text = isTiny ? '<0.01' : digits(size, decimals);
  return `${withSign(difference, text)}${label}`;
}

/** Half the width of an interval as `± 3`, in the unit and with the decimals of the value it belongs to. */
export function formatPlusMinus(value: number, interval: Interval | null, unit: Unit): string {
  if (interval === null) return '';
  const { factor, decimals } = scaleOf(value, unit, true);
  const half = (interval[1] - interval[0]) / 2 / factor;
  const text = Number.isFinite(half) ? digits(half, decimals) : '0';
  return text === '0' ? '' : `± ${text}`;
}

/** A difference, followed by `± 3` if it has an interval; both in one unit. */
export function formatDifferenceWithin(
  difference: number,
  interval: Interval | null,
  unit: Unit,
): { readonly difference: string; readonly half: string } {
  return {
    difference: formatDifference(difference, unit, interval),
    half: formatPlusMinus(widest(difference, interval), interval, unit),
  };
}

/** Both ends of the interval of a difference, in its unit: `[−48.1, −42.0] ms`. */
export function formatInterval(difference: number, interval: Interval, unit: Unit): string {
  const size = widest(difference, interval);
  return `${ends(size, interval, unit, true)}${scaleOf(size, unit, true).label}`;
}

/**
 * A value and its interval in one unit: `528 ms [523, 533]`; the value alone where the interval has no width. A share of 0
 * or 100 % has its interval only where that leaves a verdict open: requests fail together, so it is too narrow.
 */
export function formatWithInterval(
  value: number,
  interval: Interval | null,
  unit: Unit,
  isOpen = false,
): string {
  const text = formatValue(value, unit);
  if (interval === null || interval[0] === interval[1]) return text;
  if (isAllOrNone(value, unit) && !isOpen) return text;
  return `${text} ${ends(value, interval, unit, false)}`;
}

/** Whether a value is a share of 0 or 100 %. */
export function isAllOrNone(value: number | null, unit: Unit): boolean {
  return unit === 'share' && (value === 0 || value === 1);
}

function ends(value: number, interval: Interval, unit: Unit, isDifference: boolean): string {
  const { factor, decimals: ofValue } = scaleOf(value, unit, isDifference);
  // An interval from few runs may extend below 0, or above 1 for a share.
  const isFigure = !isDifference && value >= 0;
  const low = isFigure ? Math.max(0, interval[0]) : interval[0];
  const isShare = isFigure && unit === 'share' && value <= 1;
  const high = isShare ? Math.min(1, interval[1]) : interval[1];
  const width = (high - low) / factor;
  // A narrow interval needs enough digits to distinguish its ends.
  const ofWidth = width === 0 || width >= 1 ? 0 : width < 0.1 ? 2 : 1;
  const decimals = Math.max(ofValue, ofWidth);
  const [from, to] = alike([low, high].map((x) => (Math.abs(x) / factor).toFixed(decimals)));
  const sign = isDifference ? withSign : signed;
  return `[${sign(low, from!)}, ${sign(high, to!)}]`;
}

/** Two sizes with as many decimals as one of them needs: `1.00`, `1.04`, but `48`, `42`. */
function alike(texts: readonly string[]): readonly string[] {
  if (!texts[0]!.includes('.')) return texts.map(group);
  if (texts.every((text) => text.endsWith('0')))
    return alike(texts.map((text) => text.slice(0, -1)));
  if (texts.every((text) => text.endsWith('.')))
    return texts.map((text) => group(text.slice(0, -1)));
  return texts.map((text) => (Number(text) === 0 ? '0' : group(text)));
}

/** The largest of a difference and the ends of its interval, for the unit: a difference of 0 has none of its own. */
function widest(difference: number, interval: Interval | null): number {
  const sizes = [difference, ...(interval ?? [])].filter(Number.isFinite).map(Math.abs);
  return Math.max(0, ...sizes);
}

interface Scale {
  readonly factor: number;
  readonly label: string;
}

function scaleOf(
  value: number,
  unit: Unit,
  isDifference: boolean,
): Scale & { readonly decimals: number } {
  const size = Math.abs(value);
  if (unit === 'seconds') {
    const scale = scaleOfSeconds(size);
    return { ...scale, decimals: decimalsOf(size / scale.factor) };
  }
  if (unit === 'share') {
    const label = isDifference ? ' pt' : ' %';
    return { factor: 0.01, label, decimals: decimalsOfPercent(size * 100) };
  }
  return { factor: 1, label: unit === 'perSecond' ? '/s' : '', decimals: decimalsOf(size) };
}

function scaleOfSeconds(seconds: number): Scale {
  const size = Number(Math.abs(seconds).toPrecision(3));
  if (size === 0 || (size >= 1 && size < 600)) return { factor: 1, label: ' s' };
  if (size < 1e-6) return { factor: 1e-9, label: ' ns' };
  if (size < 1e-3) return { factor: 1e-6, label: ' µs' };
  if (size < 1) return { factor: 1e-3, label: ' ms' };
  return size < 36_000 ? { factor: 60, label: ' min' } : { factor: 3600, label: ' h' };
}

function decimalsOfInstant(seconds: number): number {
  return Math.abs(seconds) < 600 ? 1 : 0;
}

/** Decimals with which a size has three significant digits. */
function decimalsOf(size: number): number {
  if (size === 0 || size >= 100) return 0;
  const [, exponent] = size.toExponential(2).split('e');
  return Math.min(DECIMALS_MAX, Math.max(0, 2 - Number(exponent)));
}

/** Percentages near 100 have two decimals, because the rest is what matters: `99.97 %`. */
function decimalsOfPercent(size: number): number {
  return size > 99.9 && size < 100 ? 2 : Math.min(2, decimalsOf(size));
}

/** A size without the zeros at its end, thousands grouped. */
function digits(size: number, decimals: number): string {
  const text = String(Number(size.toFixed(decimals)));
  return size < 999 ? text : group(text);
}

function group(text: string): string {
  return text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','));
}

function signed(value: number, text: string): string {
  return value < 0 && text !== '0' ? MINUS + text : text;
}

function withSign(value: number, text: string): string {
  return value > 0 && text !== '0' ? `+${text}` : signed(value, text);
}
