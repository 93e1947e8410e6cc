import type { Cell } from '../../cell.js';
import { from, type WrittenScalar } from '../../written.js';

/** `maximum-pool-size`, `maximumPoolSize` and `MAXIMUM_POOL_SIZE` are one name. */
function plainName(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}

/** The value of a property, however its path is split and spelt. */
export function property(cell: Cell | undefined, path: string): Cell | undefined {
  return below(cell, path.split('.').map(plainName));
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

/** A duration; a bare number is in milliseconds. */
export function durationIn(cell: Cell | undefined): WrittenScalar | undefined {
  const text = cell?.text()?.trim();
  if (text === undefined) return undefined;
  if (/^[0-9.]+$/.test(text)) return from(`${text}ms`, cell);
  return /^[0-9.]+(ns|us|ms|s|m|h)$/.test(text) ? from(text, cell) : undefined;
}

export function countIn(cell: Cell | undefined): WrittenScalar | undefined {
  const value = cell?.number();
  return value === undefined || value < 1 ? undefined : from(value, cell);
}

/** A rate in percent, as a number. */
export function percentIn(cell: Cell | undefined): WrittenScalar | undefined {
  const value = cell?.number();
  return value === undefined || value <= 0 ? undefined : from(`${value}%`, cell);
}

/** A word or a flag that has the same spelling here. */
export function wordIn(cell: Cell | undefined): WrittenScalar | undefined {
  if (cell?.value === true || cell?.value === false) return from(cell.value, cell);
  const text = cell?.text();
  return text === undefined ? undefined : from(text, cell);
}
