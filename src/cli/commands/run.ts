import { join } from 'node:path';
import { auditSteps } from '../../kernel/invariant.js';
import { oneLine } from '../../text/line.js';
import type { Indexed } from '../../report/page/index-page.js';
import { checkDestinations } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { openPage } from '../open.js';
import { checkOutputDirectory, writeOutput } from '../output.js';
import { explained } from '../explained.js';
import { exportsOf } from '../export-flags.js';
import { interruption } from '../interrupt.js';
import type { Prepared } from '../../api/prepare.js';
import { notesOn } from '../notes.js';
import { prepare, showNotes } from '../prepare.js';
import { reportName } from '../report-name.js';
import type { RunFlags } from '../run-flags.js';
import { endOf } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';

/** Runs every variant of each scenario, prints the tables and writes the reports. */
export async function run(
  files: readonly string[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  checkFlags(files, flags);
  auditSteps(flags.audit === true);
  const all = files.map((path) => prepare(path, flags, terminal));
  for (const { file, places } of flags.quiet === true ? [] : all)
    showNotes(notesOn(file, places), terminal);
  let exitCode: number = EXIT.ok;
  const pages: Indexed[] = [];
  for (const prepared of all) {
    exitCode = Math.max(
      exitCode,
      await runOne(prepared, flags, all.length > 1 ? pages : null, terminal),
    );
    if (interruption.aborted) break;
  }
  if (pages.length > 1) await writeIndex(pages, flags, terminal);
  return exitCode;
}

/** Name of the page with the answers of all scenarios. */
const INDEX = 'index';

/** Writes one page with the answers of all scenarios, and shows it instead of theirs. */
async function writeIndex(
  pages: readonly Indexed[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const { renderIndex } = await import('../../report/page/index-page.js');
  const path = join(flags.out, `${INDEX}.html`);
  writeOutput(path, renderIndex(pages, VERSION));
  if (flags.quiet !== true) terminal.note(oneLine(`answers of all ${pages.length}: ${path}`));
  if (flags.open === true) await openPage(path, terminal);
}

function checkFlags(files: readonly string[], flags: RunFlags): void {
  const requests = exportsOf(flags);
  if (files.length > 1 && (flags.json !== undefined || requests.length > 0)) {
    throw usageError(
      '--json, --traces, --spans, --metrics and --logs take the result of one scenario; name one',
    );
  }
  const paths = requests.map(({ path }) => path);
  if (paths.includes('-')) {
    throw usageError(
      '--traces, --spans, --metrics and --logs write to a file, not to standard output',
    );
  }
  const repeated = paths.find((path, index) => paths.indexOf(path) !== index);
  if (repeated !== undefined) throw usageError(`two outputs would be written to ${repeated}`);
  if (flags.open === true && !flags.format.includes('html'))
    throw usageError('--open shows the page: add html to --format');
  const names = files.map((path) => reportName(path));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined && files.length > 1) {
    throw usageError(`two reports would be called ${twice}: give them different --out directories`);
  }
  if (files.length > 1 && flags.format.includes('html') && names.includes(INDEX)) {
    throw usageError(
      `${INDEX}.html has the answers of all scenarios: rename the scenario ${INDEX}.yaml`,
    );
  }
  if (flags.map === true && flags.explain === false)
    throw usageError(
      '--map makes further runs, and --no-explain makes none: leave one of them out',
    );
  checkOutputDirectory(flags.out);
  checkDestinations([flags.json, ...paths]);
}

async function runOne(
  prepared: Prepared,
  flags: RunFlags,
  pages: Indexed[] | null,
  terminal: Terminal,
): Promise<number> {
  // The report is loaded while the threads run.
  const [{ result, ending, took }, { reportRun }] = await Promise.all([
    explained(prepared, null, () => true, flags, terminal),
    import('../run-report.js'),
  ]);
  if (result !== null) await reportRun({ prepared, ending, result, took }, flags, pages, terminal);
  return endOf(ending, terminal);
}
