import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedSuites, suiteTable, type Suites } from '../../scripts/suites/table.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const SUITES = JSON.parse(readFileSync(join(ROOT, 'test/suites.json'), 'utf8')) as Suites;
const PAGE = readFileSync(join(ROOT, 'docs/suites.md'), 'utf8');

describe('the suites of tests that take long', () => {
  it('have files that exist, each in one suite, and are at most a tenth of all files', () => {
    const paths = Object.values(SUITES).flatMap(({ files }) => files);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);
    const all = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => `test/${path}`);
    const left = all.filter((file) => paths.some((path) => file.startsWith(path)));
    expect(left.length).toBeGreaterThan(paths.length);
    expect(left.length).toBeLessThan(all.length / 10);
  });

  it('have a table of what passed in docs/suites.md', () => {
    for (const { name, what } of namedSuites(SUITES, [])) {
      expect(PAGE).toMatch(
        new RegExp(`^\\| ${name} \\| ${what} \\| [1-9]\\d* \\| 0 \\| \\d+ \\|$`, 'm'),
      );
    }
    expect(suiteTable([{ name: 'a', what: 'b', passed: 3, failed: 0, seconds: 1.6 }])).toContain(
      '| a | b | 3 | 0 | 2 |',
    );
  });

  it('are named by their names only', () => {
    expect(namedSuites(SUITES, ['swarms']).map(({ name }) => name)).toEqual(['swarms']);
    expect(() => namedSuites(SUITES, ['swarm'])).toThrow(
      'no suite is named swarm: use statistics,',
    );
  });
});
