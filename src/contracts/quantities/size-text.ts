import { QuantityError, show } from './quantity-text.js';

export const SIZE_PATTERN = '^(\\d+(\\.\\d+)?)(B|KB|MB|GB|KiB|MiB|GiB)$';
export const BANDWIDTH_PATTERN = '^(\\d+(\\.\\d+)?)(B|KB|MB|GB|KiB|MiB|GiB)/s$';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['KiB', 1024],
  ['MiB', 1_048_576],
  ['GiB', 1_073_741_824],
]);
/** A thousand terabytes, more than a message or link carries. */
const SIZE_MAX = 1e15;

/** Parses `512B`, `4KiB`, `2MB` or 0 to whole bytes. */
export function parseSize(input: unknown): number {
  if (input === 0) return 0;
  const bytes = typeof input === 'string' ? bytesOf(input) : null;
  if (bytes === null) {
    const hint = typeof input === 'number' ? `${input}B or ${input}KiB` : '512B, 4KiB or 2MB';
    throw new QuantityError(`${show(input)} is no size: write ${hint}`);
  }
  return Math.round(bytes);
}

/** Parses `10MiB/s` to bytes per second; Infinity for `unlimited` and `unbounded`. */
export function parseBandwidth(input: unknown): number {
  if (input === 'unlimited' || input === 'unbounded') return Infinity;
  const match = typeof input === 'string' ? /^(.*?) ?\/ ?s$/.exec(input) : null;
  const bytes = match === null ? null : bytesOf(match[1]!);
  if (bytes === null) {
    throw new QuantityError(
      `${show(input)} is no bandwidth: write 10MiB/s, in bytes, or unlimited`,
    );
  }
  if (bytes === 0) {
    throw new QuantityError(`${show(input)} lets nothing through: write a partition instead`);
  }
  return bytes;
}

/** Formats bytes in the largest unit with a whole number: `4KiB`, `2MB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'GB', 'MiB', 'MB', 'KiB', 'KB']) {
    const size = UNITS.get(unit)!;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

function bytesOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text);
  const unit = match === null ? undefined : UNITS.get(match[2]!);
  if (match === null || unit === undefined) return null;
  const bytes = Number(match[1]) * unit;
  if (bytes > SIZE_MAX) throw new QuantityError(`${show(text)} is absurd: above 1000 TB`);
  return bytes;
}
