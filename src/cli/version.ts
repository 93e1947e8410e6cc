import { readFileSync } from 'node:fs';

let known: string | null = null;

/** The version of this package, as its package.json says. Read once: a result must not fail for it. */
export function packageVersion(): string {
  known ??= readVersion();
  return known;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
