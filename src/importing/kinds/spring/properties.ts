import type { Cell } from '../../cell.js';
import { from, type WrittenScalar } from '../../written.js';
import { below, plainName } from './layers.js';

/** The value of a property, however its path is split and spelt. */
export function property(cell: Cell | undefined, path: string): Cell | undefined {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return below(cell, words.split('.'));
}

/**
 * The text of a value with the defaults of its placeholders: `${DB_POOL:20}` is 20. Undefined if one has no default.
 */
export function valueOf(cell: Cell | undefined): string | undefined {
  let text = cell?.text()?.trim().slice(0, TEXT_MAX);
  for (let depth = 0; depth < NESTING_MAX && text?.includes('${') === true; depth++) {
    text = text.replace(/\$\{[^{}:]*:([^{}]*)\}/g, '$1');
  }
  if (text?.includes('${') !== true) return text;
  cell!.list('a placeholder without a default: its value is not in this file');
  return undefined;
}

const TEXT_MAX = 2048;
/** Placeholders within the defaults of placeholders. */
const NESTING_MAX = 8;

/** A duration as Spring Boot reads it: `5s`, `PT5S`, or a bare number of milliseconds. */
export function durationIn(cell: Cell | undefined): WrittenScalar | undefined {
  const text = valueOf(cell)?.toLowerCase();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return from(`${text}ms`, cell);
  if (/^\d+(ns|us|ms|s|m|h)$/.test(text)) return from(text, cell);
  const iso = /^pt(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d{1,3})?)s)?$/.exec(text);
  if (iso === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = iso;
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000 + Math.round(Number(seconds) * 1_000);
  return from(`${ms}ms`, cell);
}

/** A whole number from 1 on; undefined if the cell has none. */
export function countIn(cell: Cell | undefined): WrittenScalar | undefined {
  const value = numberIn(cell);
  return value === undefined || value < 1 || !Number.isInteger(value)
    ? undefined
    : from(value, cell);
}

/** A rate in percent, as a number. */
export function percentIn(cell: Cell | undefined): WrittenScalar | undefined {
  const value = numberIn(cell);
  return value === undefined || value <= 0 || value > 100 ? undefined : from(`${value}%`, cell);
}

/** A number, also one that is written as text; undefined if the cell has none. */
export function numberIn(cell: Cell | undefined): number | undefined {
  const text = valueOf(cell);
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? undefined : value;
}

/** A flag, also one that is written as text. */
export function flagIn(cell: Cell | undefined): WrittenScalar | undefined {
  const text = valueOf(cell)?.toLowerCase();
  return text === 'true' || text === 'false' ? from(text === 'true', cell) : undefined;
}

/** One of a few words in capitals; Spring Boot reads `count-based` as COUNT_BASED. */
export function wordIn(
  cell: Cell | undefined,
  words: readonly string[],
): WrittenScalar | undefined {
  const wanted = plainName(valueOf(cell) ?? '');
  const found = words.find((word) => plainName(word) === wanted);
  return found === undefined ? undefined : from(found, cell);
}
