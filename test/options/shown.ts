import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Options that were shown to act, to be refused or to be reported by lint. The list may only become longer. */
export function shownOptions(): ReadonlySet<string> {
  const file = fileURLToPath(new URL('shown.txt', import.meta.url));
  return new Set(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}
