import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demandOf } from '../../src/importing/metrics/demand.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/measured-against-predicted.md'), 'utf8');

/** The rows of a published table, without its head. */
function rowsOf(name: string): readonly (readonly string[])[] {
  const text = readFileSync(join(ROOT, 'test/fixtures/measured', name), 'utf8').trim();
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe('docs/measured-against-predicted.md', () => {
  it('has the calibrations that the rule gives for the published rows', () => {
    const rows = rowsOf('wso2-apim.csv');
    const shown = [...PAGE.matchAll(/^\| (\w+), (\d+) B +\| (\d+) +\| ([\d.]+) ms/gm)];
    expect(shown).toHaveLength(6);
    for (const [, api, bytes, count, cpu] of shown) {
      const busy = (row: readonly string[]): number => 1 - Number(row[14]) / 100;
      const calm = rows.filter(
        (row) => row[0] === api && row[1] === '4G' && row[3] === bytes && busy(row) <= 0.45,
      );
      expect(calm).toHaveLength(Number(count));
      const demand = demandOf(
        calm.map((row) => 2 * busy(row)),
        calm.map((row) => Number(row[6])),
      )!;
      expect((demand.perRequest * 1e3).toFixed(3)).toBe(cpu);
      expect(demand.interval).not.toBeNull();
    }
  });

  it('shows every row with a quota, once for each rule', () => {
    const rows = rowsOf('wso2-choreo-connect.csv').filter(([users]) => users !== '10');
    for (const [users, size, , , , , , , p90] of rows) {
      const line = new RegExp(
        `^\\| ${size} +\\| ${users} +\\| \\d+ ms +\\| ${Number.parseFloat(p90!)} ms`,
        'gm',
      );
      expect(PAGE.match(line), `${size} ${users}`).toHaveLength(2);
    }
  });
});
