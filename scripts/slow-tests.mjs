// `npm run slow-tests`: runs all tests, one file after the other, and prints the slowest tenth of the files as a table for
// docs/suites.md: seconds of CPU time, share of all, and how many tests they have. Arguments select files, as those of vitest
// do. CPU time includes that of threads and of programs that tests start; other work on the machine hardly changes it.
// `--write` replaces the table of docs/suites.md. `--from FILE` runs nothing: it reads what `npm test -- --reporter=json
// --outputFile=FILE` has written, which has the seconds of tests, not CPU time.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { ROOT } from './build-key.mjs';
import { longest, slowTable, tested, withTable } from './slow-tests/table.mjs';

/** Ticks of the clock in /proc/PID/stat. Unit: 1/s. */
const TICKS = 100;
const PAGE = join(ROOT, 'docs', 'suites.md');
const ORDER = join(ROOT, 'test', 'longest.json');

const { values: flags, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, from: { type: 'string' } },
});
const isPart = flags.from === undefined && paths.length > 0;
if (flags.write && isPart) throw new Error('--write needs all tests: name no files');
const files = flags.from === undefined ? await measured(paths) : read(flags.from);
const unit = flags.from === undefined ? 'CPU seconds' : 'seconds';
const table = slowTable(files, unit);
process.stdout.write(table);
if (flags.write) {
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), table));
  writeFileSync(ORDER, `${JSON.stringify(longest(files), null, 2)}\n`);
}

/** Runs the tests in these files, one after the other. */
async function measured(paths) {
  const found = [];
  let last = cpuSeconds();
  const costs = {
    onTestModuleEnd(module) {
      const now = cpuSeconds();
      const tests = [...module.children.allTests()].length;
      found.push({ path: fromRoot(module.moduleId), seconds: now - last, tests });
      last = now;
    },
  };
  const options = { root: ROOT, watch: false, maxWorkers: 1, reporters: ['dot', costs] };
  const vitest = await startVitest('test', paths, options);
  await vitest.close();
  return found;
}

/** The files of a report of vitest. */
function read(path) {
  return tested(JSON.parse(readFileSync(path, 'utf8')), fromRoot);
}

function fromRoot(path) {
  return relative(ROOT, path).replaceAll('\\', '/');
}

/** CPU time of this process, of those that it started and of those that they started; only of itself outside Linux. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  const processes = processesOf();
  if (processes === null) return (user + system) / 1e6;
  const tree = new Set([process.pid]);
  // A process has a greater id than its parent, unless the ids began again.
  for (const { id, parent } of processes) if (tree.has(parent)) tree.add(id);
  const own = processes.filter(({ id }) => tree.has(id));
  return own.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
}

/** All processes by id, with the ticks that they and their ended children have used; null outside Linux. */
function processesOf() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
      .flatMap((id) => processOf(id) ?? []);
  } catch {
    return null;
  }
}

/** A process; null if it has ended in the meantime. */
function processOf(id) {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name, in parentheses, may contain spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { id, parent: Number(fields[1]), ticks };
  } catch {
    return null;
  }
}
