import { readFileSync } from 'node:fs';

let known: string | null = null;

/** The version in the package.json of this package. It is read only once, so that no result fails because of it. */
export function packageVersion(): string {
  known ??= readVersion();
  return known;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
