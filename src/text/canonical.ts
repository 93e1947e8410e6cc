import { byCodeUnit } from './order.js';

/**
 * JSON that is the same for two values exactly when they are deeply equal: keys sorted by code unit, no
 * spaces. Maps count as objects; infinity, which JSON lacks, is the word `unlimited`.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') return numberJson(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return listJson(value);
  if (value instanceof Map) return fieldsJson([...value.keys()], (key) => value.get(key));
  return fieldsJson(Object.keys(value), (key) => (value as Record<string, unknown>)[key]);
}

function numberJson(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value === Infinity ? '"unlimited"' : 'null';
}

function listJson(list: readonly unknown[]): string {
  // Most of a result: series of numbers, which JSON writes in the same way.
  if (list.every(Number.isFinite)) return JSON.stringify(list);
  let text = '';
  for (let i = 0; i < list.length; i++) text += `${i === 0 ? '' : ','}${canonicalJson(list[i])}`;
  return `[${text}]`;
}

function fieldsJson(keys: string[], of: (key: string) => unknown): string {
  let text = '';
  for (const key of keys.sort(byCodeUnit)) {
    const inner = of(key);
    if (inner === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner)}`;
  }
  return `{${text}}`;
}
