import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differencesPage } from '../../scripts/field-table/table.mjs';
import { ROOT, scenarioFiles } from '../scenarios/run-file.js';

describe('docs/differences.md', () => {
  const page = readFileSync(join(ROOT, 'docs/differences.md'), 'utf8');

  it('has the table of the cases (npm run field-table writes it)', () => {
    expect(page).toBe(differencesPage(ROOT));
  });

  it('lists every case', () => {
    const missing = scenarioFiles('test/field').filter((path) => !page.includes(`](../${path})`));
    expect(missing).toEqual([]);
  });
});
