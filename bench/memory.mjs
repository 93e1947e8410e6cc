// Prints the peak resident memory of the program on memory-intensive scenarios next to its budget. Each case runs in
// its own process, by default under its budget. `npm run bench:memory`; `-- --only NAME` runs the cases whose name
// contains that text, `-- --list` prints their names. No test asserts it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './memory-cases.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');
const PAUSE_MS = 20;
/** Time limit of a case. Unit: ms. */
const LONGEST = 600_000;

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, list: { type: 'boolean', default: false } },
});
const chosen = cases.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) {
  console.error(`no case has "${values.only}" in its name; --list prints the names`);
  process.exit(2);
}
if (values.list) {
  for (const { name } of chosen) console.log(name);
  process.exit(0);
}
if (!existsSync('/proc/self/status')) {
  console.error('the peak of a process is read from /proc, which this system does not have');
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'faultline-memory-'));
const ended = [];
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
console.log(`| case | --max-memory | peak | peak until the report | time | exit code |`);
console.log('|---|---|---|---|---|---|');
for (const one of chosen) {
  const { peak, before, seconds, code, last } = await measured(one);
  const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
  console.log(
    `| ${one.name} | ${one.budget ?? 'default'} | ${mib(peak)} | ${before === null ? '–' : mib(before)} | ${seconds.toFixed(1)} s | ${code} |`,
  );
  if (code !== 0) ended.push(`${one.name}: ${last}`);
}
for (const line of ended) console.log(`\n${line}`);

/**
 * Runs a case. Returns the peak of the resident memory summed over its processes: in total, and until its runs had
 * ended.
 */
function measured({ name, text, words, budget }) {
  const file = join(work, `${name.replaceAll(/\W+/g, '-')}.yaml`);
  writeFileSync(file, text());
  const flags = budget === undefined ? [] : ['--max-memory', budget];
  const args = [PROGRAM, words[0], file, ...words.slice(1), ...flags, '--out', join(work, 'out')];
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] });
  let [peak, before, said] = [0, null, ''];
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const look = () => {
    peak = Math.max(peak, peakOf(child.pid));
    if (before === null && /^simulated /m.test(said)) before = peak;
  };
  const timer = setInterval(look, PAUSE_MS);
  const end = setTimeout(() => child.kill('SIGKILL'), LONGEST);
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(timer);
      clearTimeout(end);
      const seconds = (performance.now() - start) / 1000;
      const at = said.lastIndexOf('faultline: ');
      const last = said.slice(Math.max(0, at)).trim();
      resolve({ peak, before, seconds, code: code ?? signal, last });
    });
  });
}

/** The peak memory of a process plus that of all its descendants. */
function peakOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    return childrenOf(pid).reduce((sum, child) => sum + peakOf(child), own);
  } catch {
    // The process has just ended.
    return 0;
  }
}

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}
