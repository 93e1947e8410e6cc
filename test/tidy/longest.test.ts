import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

it('starts test files first that exist, each once', () => {
  const root = resolve(import.meta.dirname, '../..');
  const paths = JSON.parse(readFileSync(resolve(root, 'test/longest.json'), 'utf8')) as string[];
  expect(paths.filter((path) => !existsSync(resolve(root, path)))).toEqual([]);
  expect(new Set(paths).size).toBe(paths.length);
});
