import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccount } from '../scenarios/accounts.js';
import { broken, expectNumbers } from '../scenarios/page-numbers.js';
import { ROOT, runFile } from '../scenarios/run-file.js';

const STUDY = 'scenarios/studies/pattern-table.yaml';

describe(STUDY, () => {
  it('holds its budgets, has its account and the decisive numbers of docs/studies.md', () => {
    const ran = runFile(STUDY);
    expect(broken(ran)).toEqual([]);
    expectAccount(STUDY, ran);
    expectNumbers(ran, readFileSync(join(ROOT, 'docs/studies.md'), 'utf8'), STUDY);
  });

  it('has the figures of docs/pattern-table.md and docs/choosing-patterns.md (npm run pattern-table writes them)', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/pattern-table.mjs', '--check'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });
});
