// Makes the N-th file operation of every command fail, for N = 1, 2, 3 ..., with each error code: `npm run
// faults:files`. No file may be half-written, left behind or lost, and the message names the file, the cause and the
// remedy.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const report = join('.cache', 'file-faults.jsonl');
rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/cli/file-faults.test.ts'],
  { stdio: 'inherit', env: { ...process.env, FAULTLINE_FILE_FAULTS: report } },
);
const lines = readFileSync(report, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const counts = new Map();
for (const { command, tried } of lines.map((line) => JSON.parse(line))) {
  counts.set(command, (counts.get(command) ?? 0) + tried);
}
for (const [command, tried] of counts) console.log(`${command}: ${tried} operations failed`);
process.exit(status ?? 1);
