import { byCodeUnit } from '../text/order.js';
/** The entries of a map with user-defined names, in code-unit order. */
export function sortedEntries<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => byCodeUnit(a, b));
}

/** Canonical text: equal for two values exactly if they are deeply equal, regardless of the order of keys. */
export function canonical(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const texts = entries
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${texts.sort(byCodeUnit).join(',')}}`;
}

/** Numbers values from 0 in the order of their first use; equal values get one number. */
export class Interner<T> {
  readonly values: T[] = [];
  private readonly ids = new Map<string, number>();

  id(value: T): number {
    const key = canonical(value);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}
