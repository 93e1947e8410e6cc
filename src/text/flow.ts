/** A value of YAML on one line, in flow style. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(flow).join(', ')} ]`;
  // Text that flow style would read as something else.
  if (typeof value === 'string' && !/^[\w./][^,:#{}[\]]*$/.test(value))
    return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, own]) => `${key}: ${flow(own)}`).join(', ')} }`;
}
