import type { Cell } from '../../cell.js';
import { from, type Written } from '../../written.js';
import { valueOf } from '../spring/properties.js';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Milliseconds in the largest unit that gives a whole number. */
export function msText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms > 0 && ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/** A size in bytes, or as Spring writes it: `16KB` has 1024 bytes each. */
export function sizeIn(cell: Cell | undefined): Written | undefined {
  const text = valueOf(cell)?.toUpperCase();
  const [, digits, unit = 'B'] = /^(\d+)(B|KB|MB|GB)?$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits);
  if (unit !== 'B') return from(`${digits}${unit[0]}iB`, cell);
  return from(bytes % 1024 === 0 ? `${bytes / 1024}KiB` : `${bytes}B`, cell);
}
