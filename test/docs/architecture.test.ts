import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COLUMNS = 100;

it('docs/architecture.md is readable in a terminal: at most 100 columns, apart from tables', () => {
  const lines = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').split('\n');
  const long = lines.filter((line) => line.length > COLUMNS && !line.startsWith('|'));
  expect(long).toEqual([]);
});
