// `npm run pattern-table`: runs scenarios/studies/pattern-table.yaml at its load and at saturation, and writes
// docs/pattern-table.md and docs/choosing-patterns.md. With --check it compares them with the files instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choicesPage } from './pattern-table/choices.mjs';
import { figuresOf } from './pattern-table/figures.mjs';
import { tablePage } from './pattern-table/table.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const STUDY = join('scenarios', 'studies', 'pattern-table.yaml');
const folder = mkdtempSync(join(tmpdir(), 'faultline-pattern-table-'));
try {
  const figures = figuresOf(
    result('load'),
    result('saturation', [
      'workloads.users.arrivals=closed(users=300 think=0ms)',
      'run.duration=20.1s',
    ]),
  );
  const pages = [
    [join('docs', 'pattern-table.md'), tablePage(figures)],
    [join('docs', 'choosing-patterns.md'), choicesPage(figures)],
  ];
  for (const [path, text] of pages) {
    if (!process.argv.includes('--check')) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      process.stdout.write(`${path} differs from the measurements: npm run pattern-table\n`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The result document of the study, with edits. */
function result(name, edited = []) {
  const file = join(folder, `${name}.json`);
  const edits = edited.flatMap((edit) => ['--set', edit]);
  const format = ['--format', 'md', '--out', folder, '--json', file];
  const { status } = spawnSync(
    process.execPath,
    [join('dist', 'cli', 'main.js'), 'run', STUDY, '--quiet', '--no-explain', ...format, ...edits],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error(`faultline run ended with ${status}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
