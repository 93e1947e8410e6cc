// `npm run slow-tests`: runs all tests, one file after the other, and prints the slowest tenth of the files as a table for
// docs/speed.md: seconds of CPU time, share of all, and how many tests they have. Arguments select files, as those of vitest
// do. CPU time includes that of threads and of programs that tests start; other work on the machine hardly changes it.
import { readFileSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { startVitest } from 'vitest/node';
import { ROOT } from './build-key.mjs';

/** Ticks of the clock in /proc/PID/stat. Unit: 1/s. */
const TICKS = 100;

const files = [];
let last = cpuSeconds();
const costs = {
  onTestModuleEnd(module) {
    const now = cpuSeconds();
    const path = relative(ROOT, module.moduleId).replaceAll('\\', '/');
    files.push({ path, seconds: now - last, tests: [...module.children.allTests()].length });
    last = now; process.stderr.write('\nCPU ' + path + ' ' + files.at(-1).seconds.toFixed(2) + '\n');
  },
};
const options = { root: ROOT, watch: false, maxWorkers: 1, reporters: ['dot', costs] };
const vitest = await startVitest('test', process.argv.slice(2), options);
await vitest.close();
process.stdout.write(tableOf(files));

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

function tableOf(results) {
  const sorted = results.toSorted((a, b) => b.seconds - a.seconds);
  const total = sorted.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = sorted.slice(0, Math.ceil(sorted.length / 10)).map(({ path, seconds, tests }) => {
    const share = `${((100 * seconds) / total).toFixed(1)} %`;
    return `| \`${path}\` | ${seconds.toFixed(1)} | ${share} | ${tests} |`;
  });
  const head = ['| file | CPU seconds | share | tests |', '|---|--:|--:|--:|'];
  return `${sorted.length} files, ${total.toFixed(0)} s of CPU time\n\n${[...head, ...rows].join('\n')}\n`;
}
