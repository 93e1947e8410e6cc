import type { Cell } from '../../cell.js';
import { from, type WrittenScalar } from '../../written.js';

/** Cores of a quantity such as `500m` or `1`. */
export function coresOf(cell: Cell | undefined): number | undefined {
  const text = cell?.text()?.trim();
  if (text === undefined) return undefined;
  const [, number, milli] = /^([0-9.]+)(m?)$/.exec(text) ?? [];
  const read = Number(number);
  if (number === undefined || !Number.isFinite(read) || read <= 0) return undefined;
  return milli === 'm' ? read / 1000 : read;
}

const SIZE_UNITS: Readonly<Record<string, string>> = {
  '': 'B',
  k: 'kB',
  M: 'MB',
  G: 'GB',
  T: 'TB',
  Ki: 'KiB',
  Mi: 'MiB',
  Gi: 'GiB',
  Ti: 'TiB',
};

/** A size as the language writes it, from a quantity such as `768Mi`. */
export function sizeOf(cell: Cell | undefined): WrittenScalar | undefined {
  const text = cell?.text()?.trim();
  const [, number, unit] = /^([0-9.]+)([kMGT]i?|)$/.exec(text ?? '') ?? [];
  const name = unit === undefined ? undefined : SIZE_UNITS[unit];
  return name === undefined || Number(number) <= 0 ? undefined : from(`${number}${name}`, cell);
}

/** A duration as the language writes it, from a number of seconds. */
export function secondsOf(cell: Cell | undefined): WrittenScalar | undefined {
  const seconds = cell?.number();
  return seconds === undefined || seconds < 0 ? undefined : from(`${seconds}s`, cell);
}

/** The time a process has to end. With none it is killed at once, which the language writes as a very short one. */
export function graceOf(time: WrittenScalar | undefined): WrittenScalar | undefined {
  return time === undefined || /[1-9]/.test(String(time.value)) ? time : { ...time, value: '1ms' };
}

/** A number of pods, or a share such as `25%`. */
export function amountOf(cell: Cell | undefined): WrittenScalar | undefined {
  const text = cell?.text()?.trim() ?? '';
  if (/^\d+$/.test(text)) return from(Number(text), cell);
  return /^\d{1,3}%$/.test(text) && Number(text.slice(0, -1)) <= 100 ? from(text, cell) : undefined;
}

/** A number that Kubernetes takes: 1 or more. */
export function countOf(cell: Cell | undefined): WrittenScalar | undefined {
  const value = cell?.number();
  return value === undefined || value < 1 ? undefined : from(value, cell);
}
