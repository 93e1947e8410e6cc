import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MARKS, longest, slowTable, tested, withTable } from '../../scripts/slow-tests/table.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(resolve(ROOT, 'docs/suites.md'), 'utf8');

/** Twelve files of 1 to 12 s, as vitest reports them. */
const report = {
  testResults: Array.from({ length: 12 }, (_, k) => ({
    name: `/root/test/f${k + 1}.test.ts`,
    assertionResults: [{ duration: 400 * (k + 1) }, { duration: 600 * (k + 1) }, {}],
  })),
};
const files = tested(report, (path) => path.slice('/root/'.length));

describe('the table of slow tests', () => {
  it('has the slowest tenth of the files with their share, and the sum of all', () => {
    expect(slowTable(files, 'seconds').split('\n')).toEqual([
      '12 files with 36 tests: 78 seconds. These 2 have 29.5 %:',
      '',
      '| file | seconds | share | tests |',
      '|---|--:|--:|--:|',
      '| `test/f12.test.ts` | 12.0 | 15.4 % | 3 |',
      '| `test/f11.test.ts` | 11.0 | 14.1 % | 3 |',
      '',
    ]);
    expect(longest(files).slice(0, 2)).toEqual(['test/f12.test.ts', 'test/f11.test.ts']);
  });

  it('replaces what is between the marks of a page, and refuses a page without them', () => {
    const page = `before\n${MARKS.join('\nold\n')}\nafter\n`;
    expect(withTable(page, 'new\n')).toBe(`before\n${MARKS.join('\nnew\n')}\nafter\n`);
    expect(() => withTable('before', 'new\n')).toThrow('the page has no lines');
  });

  it('is on its page, with files that exist', () => {
    const [, table = ''] = new RegExp(`${MARKS[0]}\n(.*?)${MARKS[1]}`, 's').exec(PAGE) ?? [];
    const paths = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });
});
