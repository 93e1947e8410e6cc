/**
 * A number in at most 3 significant digits, with a comma between thousands: `0.00123`, `1.23`, `123`,
 * `12,300`. Never exponential.
 */
export function number(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'never' : String(value);
  if (value < 0) return `-${number(-value)}`;
  if (value === 0) return '0';
  if (value >= 100) {
    if (value >= 1000 && Number.isInteger(value) && value < 10_000) return grouped(String(value));
    return grouped(String(threeDigits(value)));
  }
  return trimmed(String(value < 1e-6 ? 0 : Number(value.toPrecision(3))));
}

/** A whole number as it is, with commas: `12,345`. */
export function count(value: number): string {
  return grouped(String(Math.round(value)));
}

/** A duration in the largest unit that keeps it at least 1: `1.23 ms`, `5 s`, `2.5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'never';
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.9995e-6) return `${number(seconds * 1e9)} ns`;
  if (size < 0.9995e-3) return `${number(seconds * 1e6)} us`;
  if (size < 0.9995) return `${number(seconds * 1e3)} ms`;
  if (size < 120) return `${number(seconds)} s`;
  return size < 7200 ? `${number(seconds / 60)} min` : `${number(seconds / 3600)} h`;
}

/** A size in the largest binary unit that keeps it at least 1: `512 B`, `10 MiB`. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = size;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${number(value)} ${units[unit]}`;
}

/** A moment of the run, to a tenth of a second: `60.2 s`; one below that as a duration: `40 ms`. */
export function moment(seconds: number): string {
  if (Math.abs(seconds) < 0.1) return duration(seconds);
  return `${String(Math.round(seconds * 10) / 10)} s`;
}

/** A share as a percentage: `0 %` and `100 %` only where exact, else `<0.1 %`, `99.97 %`. */
export function share(value: number): string {
  if (value === 0 || value === 1) return `${value * 100} %`;
  const percent = value * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  if (percent > 99.9 && percent < 100) {
    const floor = Math.floor(percent * 100) / 100;
    return percent > 99.99 ? '>99.99 %' : `${floor} %`;
  }
  return `${number(percent)} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** `1 fault`, `2 faults`. */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function threeDigits(value: number): number {
  let scale = 1;
  while (value / scale >= 1000) scale *= 10;
  return Math.round(value / scale) * scale;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** toPrecision keeps zeros behind the point; Number drops them, except in very small ones. */
function trimmed(text: string): string {
  return text.includes('e') ? Number(text).toFixed(9).replace(/0+$/, '') : text;
}
