/** A host pattern, split into the name and the port. */
export interface HostPattern {
  /** Which names match: exactly this one, names that end or start with it, or all. */
  readonly kind: 'exact' | 'suffix' | 'prefix' | 'any';
  /** The host name; of a wildcard, the text next to the star. */
  readonly name: string;
  readonly port: string | null;
  /** Characters of the name as written, star included. */
  readonly length: number;
}

/** Port of a request that names none. */
const DEFAULT_PORT = '80';

/** Parses `shop.example.com`, `*.example.com`, `shop.*` or `*`, each with an optional port. */
export function hostPattern(written: string): HostPattern {
  const { name, port } = split(written);
  const { length } = name;
  if (name === '*') return { kind: 'any', name: '', port, length };
  if (name.startsWith('*')) return { kind: 'suffix', name: name.slice(1), port, length };
  if (name.endsWith('*')) return { kind: 'prefix', name: name.slice(0, -1), port, length };
  return { kind: 'exact', name, port, length };
}

/** Whether a pattern matches a requested host. A star matches at least one character. */
export function takesHost(pattern: HostPattern, host: string | null): boolean {
  if (host === null) return pattern.kind === 'any' && pattern.port === null;
  const { name, port } = split(host);
  if (pattern.port !== null && pattern.port !== (port ?? DEFAULT_PORT)) return false;
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return name === pattern.name;
    case 'suffix':
      return name.length > pattern.name.length && name.endsWith(pattern.name);
    case 'prefix':
      return name.length > pattern.name.length && name.startsWith(pattern.name);
  }
}

/** Reason why a host pattern can match nothing; null if it can. */
export function hostProblem(written: string): string | null {
  const stars = written.split('*').length - 1;
  const { name } = split(written);
  if (stars === 0) return null;
  if (stars > 1 || !(name.startsWith('*') || name.endsWith('*'))) {
    return `a host may have one * at its start or its end: \`${written}\``;
  }
  return null;
}

/** Splits a host into name and port. Names are case-insensitive. */
function split(written: string): { readonly name: string; readonly port: string | null } {
  const found = /^(.*?)(?::(\d+))?$/.exec(written.toLowerCase())!;
  return { name: found[1]!, port: found[2] ?? null };
}
