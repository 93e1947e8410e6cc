import type { Cell } from '../../cell.js';
import { from, type WrittenScalar } from '../../written.js';

/** `maximum-pool-size`, `maximumPoolSize` and `MAXIMUM_POOL_SIZE` are one name. */
function plainName(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}

/** The value of a property, however its path is split and spelt; in a list of environment variables, that of its variable. */
export function property(cell: Cell | undefined, path: string): Cell | undefined {
  const variables = cell?.items() ?? [];
  return variables.length > 0
    ? variableOf(variables, path)
    : below(cell, path.split('.').map(plainName));
}

/** `SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE`, or with an underscore for each dash, is `spring.datasource.hikari.maximum-pool-size`. */
function variableOf(variables: readonly Cell[], path: string): Cell | undefined {
  const plain = (name = ''): string => plainName(name.replaceAll('.', '_'));
  const found = variables.find((variable) => plain(variable.get('name')?.text()) === plain(path));
  return found?.get('value');
}

function below(cell: Cell | undefined, parts: readonly string[]): Cell | undefined {
  if (cell === undefined || parts.length === 0) return cell;
  for (const [key, value] of cell.entries()) {
    const own = key.split('.').map(plainName);
    if (!own.every((part, index) => part === parts[index])) continue;
    const found = below(value, parts.slice(own.length));
    if (found !== undefined) return found;
  }
  return undefined;
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
