import { oneLine } from '../../text/line.js';
import { summaryText } from '../../report/text.js';
import { resultText } from '../../run/result-text.js';
import type { Result } from '../../spec/result/result.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import type { Format } from '../flags.js';
import { checkOutputDirectory } from '../output.js';
import { explained } from '../counterfactuals.js';
import type { ExplainFlags } from '../counterfactuals.js';
import { prepare } from '../prepare.js';
import type { Prepared, Selection } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { reportName, writeReport } from '../report-files.js';
import { endOf, simulateAll } from '../simulate.js';
import { palette } from '../terminal.js';
import type { Terminal } from '../terminal.js';
import { exportSettings } from '../export-flags.js';
import type { ExportFlags } from '../export-flags.js';
import { exportsOf, writeExports } from '../exports.js';

/** Flags of `run`. */
export interface RunFlags extends Selection, ExplainFlags, ExportFlags {
  readonly out: string;
  readonly format: readonly Format[];
  readonly json?: string;
}

/** Runs every variant of each scenario, prints the tables and writes the reports. */
export async function run(
  files: readonly string[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  checkFlags(files, flags);
  const all = files.map((path) => prepare(path, flags, terminal));
  let exitCode: number = EXIT.ok;
  for (const prepared of all) {
    exitCode = Math.max(exitCode, await runOne(prepared, flags, terminal));
    if (exitCode === EXIT.interrupted) break;
  }
  return exitCode;
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
  const names = files.map((path) => reportName(path));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined && files.length > 1) {
    throw usageError(`two reports would be called ${twice}: give them different --out directories`);
  }
  checkOutputDirectory(flags.out);
  checkDestinations([flags.json, ...paths]);
}

async function runOne(prepared: Prepared, flags: RunFlags, terminal: Terminal): Promise<number> {
  const { path } = prepared;
  const simulated = await simulateAll(prepared, flags, terminal);
  if (simulated.shortfall?.isEmpty === true) return endOf(simulated, terminal);
  const took = stopwatch();
  const result = await explained(prepared, simulated, null, () => true, flags, terminal);
  const writes = new Writes();
  const requests = exportsOf(flags);
  const names = requests.map((request) => request.path).join(', ');
  if (requests.length > 0 && simulated.shortfall !== null) {
    terminal.note(oneLine(`${names}: not written, because runs are missing`));
  } else if (requests.length > 0) {
    const quiet = flags.quiet === true;
    const settings = exportSettings(flags);
    await writes.attempt(() => writeExports(prepared, result, requests, settings, quiet, terminal));
  }
  const target = { directory: flags.out, formats: flags.format, path, selection: flags };
  let written: readonly string[] = [];
  await writes.attempt(async () => {
    written = await writeReport(result, target);
  });
  await writes.attempt(() => writeDocument(flags.json, () => resultText(result), terminal));
  if (flags.quiet !== true) {
    terminal.note(oneLine(`${simulated.words}; report in ${took()}`));
    if (!takesStandardOutput([flags.json])) showSummary(result, path, written, terminal);
  }
  writes.settle();
  return endOf(simulated, terminal);
}

function showSummary(
  result: Result,
  path: string,
  written: readonly string[],
  terminal: Terminal,
): void {
  const report = written[0] ?? null;
  const { columns, isLog: whole } = terminal;
  const paint = palette(terminal.colors.out);
  terminal.out(summaryText(result, { columns, whole, paint, file: path, wall: null, report }));
  for (const warning of result.warnings) terminal.note(oneLine(`warning: ${warning}`));
}
