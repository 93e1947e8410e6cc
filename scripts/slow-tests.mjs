// `npm run slow-tests`: runs all tests, and prints the slowest tenth of their files as a table for docs/speed.md: seconds,
// share of all, and how many tests they have. With a file, the JSON report of vitest, it prints the table of those tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from './build-key.mjs';

const [, , given] = process.argv;
if (given === undefined) runAll();
else process.stdout.write(tableOf(JSON.parse(readFileSync(given, 'utf8')).testResults));

function runAll() {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-slow-tests-'));
  try {
    const file = join(folder, 'tests.json');
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [vitest, 'run', '--reporter=json', `--outputFile=${file}`];
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    process.stdout.write(tableOf(JSON.parse(readFileSync(file, 'utf8')).testResults));
    process.exitCode = status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tableOf(results) {
  const files = results
    .map(({ name, startTime, endTime, assertionResults }) => ({
      path: relative(ROOT, name).replaceAll('\\', '/'),
      seconds: (endTime - startTime) / 1000,
      tests: assertionResults.length,
    }))
    .sort((a, b) => b.seconds - a.seconds);
  const total = files.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = files.slice(0, Math.ceil(files.length / 10)).map(({ path, seconds, tests }) => {
    const share = `${((100 * seconds) / total).toFixed(1)} %`;
    return `| \`${path}\` | ${seconds.toFixed(1)} | ${share} | ${tests} |`;
  });
  const head = ['| file | seconds | share | tests |', '|---|--:|--:|--:|'];
  return `${files.length} files, ${total.toFixed(0)} s on all cores\n\n${[...head, ...rows].join('\n')}\n`;
}
