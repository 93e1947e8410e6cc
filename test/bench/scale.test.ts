import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../../bench/scale.mjs', import.meta.url));

it('costs of commands grow in proportion to the size of a scenario', { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BENCH, '--quick'], {
    encoding: 'utf8',
  });
  expect([status, stderr], stdout).toEqual([0, '']);
});
