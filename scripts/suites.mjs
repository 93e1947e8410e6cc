// `npm run suites`: runs the tests that `npm test` leaves out, by suite (test/suites.json), and prints a table of what
// passed. Arguments name suites. `--write` replaces the table of docs/suites.md, and needs all of them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './build-key.mjs';
import { countsOf } from './counts.mjs';
import { withMarked } from './marked.mjs';
import { namedSuites, suiteTable } from './suites/table.mjs';

const PAGE = join(ROOT, 'docs', 'suites.md');

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
if (flags.write && names.length > 0) throw new Error('--write needs all suites: name none');
const suites = JSON.parse(readFileSync(join(ROOT, 'test', 'suites.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'faultline-suites-'));
try {
  const ran = namedSuites(suites, names).map(run);
  const table = suiteTable(ran);
  process.stdout.write(table);
  if (flags.write) {
    writeFileSync(PAGE, withMarked(readFileSync(PAGE, 'utf8'), 'suites', table));
  }
  process.exitCode = ran.every(({ failed }) => failed === 0) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the tests of a suite. */
function run({ name, what, files }) {
  const output = join(folder, `${name}.json`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${output}`];
  const start = Date.now();
  const options = { cwd: ROOT, stdio: 'inherit' };
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...files], options);
  const seconds = (Date.now() - start) / 1000;
  const { passed, failed } = countsOf(output, status);
  return { name, what, passed, failed, seconds };
}
