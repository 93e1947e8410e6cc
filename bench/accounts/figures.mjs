// Reads printed figures back. It does not use the functions that print them, so that it finds an error of these too.

const DURATIONS = { ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };

/** Patterns of figures, to be parts of those of sentences. */
export const COUNT = String.raw`\d[\d,]*`;
export const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`;
export const SHARE = String.raw`[<>]?\d+(?:\.\d+)? %`;
export const TIME = String.raw`${NUMBER} (?:ns|µs|ms|s|min|h)`;
/** A time from which something lasts; that of the run is not printed as 0 s. */
export const SINCE = String.raw`(?:the start|${TIME})`;
export const RATE = String.raw`${NUMBER}/s`;

/** Whether a printed figure stands for a value: `1,234`, `33.5 %`, `2.83 s`, `>99.99 %`, `450/s`. Unit of durations: seconds. */
export function isPrinted(text, value) {
  if (value === null || value === undefined || Number.isNaN(value)) return false;
  if (text === 'the start') return value === 0;
  const read = /^([<>]?)(\d[\d,]*(?:\.\d+)?)(?: ?(%|ns|µs|ms|s|min|h|x|\/s))?$/u.exec(text);
  if (read === null) return false;
  const [, bound, digits, unit = ''] = read;
  const factor = unit === '%' ? 0.01 : (DURATIONS[unit] ?? 1);
  const own = Number(digits.replaceAll(',', '')) * factor;
  if (bound === '<') return value > 0 && value < own;
  if (bound === '>') return value > own && value < 1;
  const decimals = /\.(\d+)$/u.exec(digits)?.[1].length ?? 0;
  // Zeros at the end are not printed, so a figure has at least the precision of its last digit.
  const half = 0.5 * 10 ** -decimals * factor;
  return Math.abs(own - value) <= half * (1 + 1e-6) + 1e-12;
}

/** A count that was printed, such as `1,234`. */
export function countIn(text) {
  return Number(text.replaceAll(',', ''));
}
