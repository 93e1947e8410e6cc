// `npm run options`: sets every option of the scenario language wherever it is accepted and writes the effect of each
// to docs/options.md. Exit code 1 if an option listed in test/options/shown.txt has no effect any more.
// `npm run options -- --open` retries those that were open in the last run, and keeps its other findings.
// `npm run options -- PATTERN` tries the options whose path matches, and prints the open ones with what was tried.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(ROOT);
const CLOSED = ['acts', 'refused', 'reported', 'listed'];
const LAST = join('.cache', 'options.jsonl');
const asked = process.argv[2] ?? null;
mkdirSync('.cache', { recursive: true });
const last = asked === '--open' ? findingsIn(LAST) : [];
const only = asked === '--open' ? null : asked;
const again = last.filter(({ verdict }) => !CLOSED.includes(verdict)).map(({ path }) => path);
const pattern = asked === '--open' ? `^(${again.map(escaped).join('|')})$` : only;
const parts = only === null ? availableParallelism() : 1;
const files = Array.from({ length: parts }, (_, part) =>
  join('.cache', `options-${only === null ? '' : 'only-'}${part}.jsonl`),
);
for (const file of files) rmSync(file, { force: true });
const codes = await Promise.all(files.map(run));
if (codes.some((code) => code !== 0)) process.exit(3);

const tried = files.flatMap(findingsIn);
const news = new Set(tried.map(({ path }) => path));
const findings = [...last.filter(({ path }) => !news.has(path)), ...tried];
if (only === null) writeFileSync(LAST, findings.map((one) => `${JSON.stringify(one)}\n`).join(''));
findings.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
const SHOWN = join('test', 'options', 'shown.txt');
const before = readFileSync(SHOWN, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const open = findings.filter(({ verdict }) => !CLOSED.includes(verdict));
const shown = findings.filter(({ verdict }) => ['acts', 'refused', 'reported'].includes(verdict));
const paths = new Set(shown.map(({ path }) => path));
if (only !== null) {
  for (const { path, verdict, proof } of open) {
    process.stdout.write(`${path}\n    ${verdict}: ${proof}\n`);
  }
  process.stdout.write(`${summary().join('\n')}\n`);
  process.exit(0);
}
const lost = before.filter((path) => !paths.has(path));
writeFileSync(join('docs', 'options.md'), page());
// The list only grows: an option that was shown and is no longer shown fails.
const all = [...new Set([...before, ...paths])].sort((a, b) => (a < b ? -1 : 1));
writeFileSync(SHOWN, all.map((path) => `${path}\n`).join(''));
process.stdout.write(`${summary().join('\n')}\n`);
for (const path of lost) process.stdout.write(`NO LONGER SHOWN ${path}\n`);
process.exitCode = lost.length === 0 ? 0 : 1;

function run(file, part) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/options/options.test.ts'];
  const chosen = pattern === null ? {} : { FAULTLINE_ONLY: pattern };
  const env = {
    ...process.env,
    ...chosen,
    FAULTLINE_OPTIONS: `${part}/${parts}`,
    FAULTLINE_FINDINGS: file,
  };
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).on(
      'close',
      resolve,
    );
  });
}

function findingsIn(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

function escaped(path) {
  return path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function count(...verdicts) {
  return findings.filter(({ verdict }) => verdicts.includes(verdict)).length;
}

function summary() {
  return [
    `${findings.length} options in their places`,
    `${count('acts')} act: the figures change, or the page of the report`,
    `${count('refused')} are refused, with place and reason`,
    `${count('reported')} are reported by lint`,
    `${count('listed')} are not tried, each kind for a reason that test/options/listed.ts gives`,
    `${open.length} are open: no scenario shows yet what they do`,
  ];
}

function page() {
  const groups = new Map();
  for (const { path } of open) {
    const section = path.split(/[.[<]/)[0];
    groups.set(section, (groups.get(section) ?? 0) + 1);
  }
  const rows = [...groups].map(([section, number]) => `| \`${section}\` | ${number} |`);
  return (
    `# Options that act

\`npm run options\` walks the schema of the language. It sets every option in the scenarios of this repository, runs them and
compares what was measured. An option has to act, be refused with its place, or be named by lint. The tests try a sample that
changes with each commit (\`npx --no-install vitest run test/options\`). Bundles of policies are tried with all of their options in
25 kinds of places (test/options/at.ts). Other parts that occur in many places (steps, middleware, load balancing) are tried with all
of their options at one place, and at every other place with those that lead to no further object.

${summary()
  .map((line) => `- ${line}`)
  .join('\n')}

An open option is not a defect by itself: often the scenarios lack the situation in which it matters. After a change,
\`npm run options -- --open\` tries the open ones again and keeps the rest of the last run. Options that were shown
are listed in \`test/options/shown.txt\`, and the script fails where one of them does nothing any more.

${rows.length === 0 ? '' : `| section | open |\n|---|---|\n${rows.join('\n')}\n`}`.trimEnd() + '\n'
  );
}
