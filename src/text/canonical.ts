/**
 * JSON that is the same for two values exactly when they are deeply equal: keys sorted by code unit, no
 * spaces. Maps count as objects; infinity, which JSON lacks, is the word `unlimited`.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    if (value === Infinity) return '"unlimited"';
    return Object.is(value, -0) ? '0' : JSON.stringify(value);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
    .join(',')}}`;
}
