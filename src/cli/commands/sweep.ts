import { asLines, oneLine } from '../../text/line.js';
import { resultText } from '../../run/result-text.js';
import type { WrittenSweep } from '../../scenario/sweeps.js';
import type { SweepResult } from '../../contracts/result/sweep.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { scenarioPath, scenarioReader } from '../files.js';
import type { Format } from '../flags.js';
import { checkOutputDirectory, checkOutputFile } from '../output.js';
import { reported, reporterTo, showNotes } from '../prepare.js';
import type { Selection } from '../../api/prepare.js';
import type { AdHoc } from '../../api/sweeps/ad-hoc.js';
import { isShort, someOf, type Runner, type Shard } from '../../api/sweeps/runner.js';
import { preparedSweep } from '../../api/sweeps/sweep.js';
import { stopwatch } from '../progress.js';
import { safeFileName } from '../report-name.js';
import type { SimulateOptions } from '../simulate.js';
import { adHocFileName } from '../sweeps/file-name.js';
import { sweepHost } from '../sweeps/host.js';
import { sweepBase, sweepCommand, writeSweepReport } from '../sweeps/report.js';
import { CaseStore } from '../sweeps/store.js';
import { palette, type Terminal } from '../terminal.js';

export interface SweepFlags extends Selection, SimulateOptions, AdHoc {
  readonly out: string;
  readonly format: readonly Format[];
  readonly json?: string;
  readonly shard?: Shard;
  /** Computes stored figures again. */
  readonly fresh?: boolean;
}

/** Runs one sweep of a scenario, prints the results and writes its report. */
export async function sweep(
  argument: string,
  name: string | undefined,
  flags: SweepFlags,
  terminal: Terminal,
): Promise<number> {
  const path = scenarioPath(argument);
  checkFlags(name, flags);
  const report = reporterTo(terminal);
  const request = { ...flags, ...(name === undefined ? {} : { name }) };
  const prepared = reported(() => preparedSweep(path, scenarioReader(path), request), report);
  report(prepared.warnings);
  const { file, written } = prepared;
  const took = stopwatch();
  const words = commandWords(name, flags);
  const folder = { directory: flags.out, path, title: file.title };
  const ownName = safeFileName(written.sweep.name);
  const target = {
    ...folder,
    name: flags.set === undefined ? ownName : adHocFileName(flags.set, words),
  };
  // Settings are stored by their content, so that sweeps of the command line share common ones.
  const cases = `${sweepBase({ ...folder, name: ownName })}.cases`;
  checkTarget(written, sweepBase(target), flags);
  const store = new CaseStore(cases, flags.fresh === true, terminal);
  const runner = prepared.runner(sweepHost(path, store, flags, terminal));
  if (flags.shard !== undefined) return runShard(runner, flags, { path, cases }, terminal);
  const result = await runner.result();
  const writing = stopwatch();
  const command = sweepCommand(path, words);
  const writes = new Writes();
  let files: readonly string[] = [];
  await writes.attempt(async () => {
    files = await writeSweepReport(result, { ...target, formats: flags.format, command });
  });
  await writes.attempt(() => writeDocument(flags.json, () => resultText(result), terminal));
  if (flags.quiet !== true) {
    showNotes(prepared.places.notesOnEdits(), terminal);
    terminal.note(oneLine(`${runner.words()} in ${took()}; report in ${writing()}`));
    if (!takesStandardOutput([flags.json])) {
      const shown = { columns: terminal.columns, whole: terminal.isLog, file: path, wall: null };
      const paint = palette(terminal.colors.out);
      const { sweepText: textOf } = await import('../../report/sweep/text.js');
      terminal.out(textOf(result, { ...shown, paint, report: files[0] ?? null }));
    }
  }
  writes.settle();
  return ended(shortOf(result), result.cases.length, `${path}: `, 'reported', terminal);
}

/** Names of the settings that needed more memory than there is. */
function shortOf({ axes, cases }: SweepResult): readonly string[] {
  const short = cases.filter(({ variants }) => isShort(variants));
  return short.map(({ at }) =>
    axes.map(({ path, values }, i) => `${path}=${values[at[i]!]!.text}`).join(' '),
  );
}

/** Reports the settings that needed more memory than there is, and returns the exit code. */
function ended(
  short: readonly string[],
  all: number,
  whose: string,
  others: string,
  terminal: Terminal,
): number {
  if (short.length === 0) return EXIT.ok;
  const what = `${short.length} of ${all} settings needed more memory than there is`;
  const remedy = 'Lower the arrival rates, shorten run.duration, or raise --max-memory.';
  const which = `${what}, the others are ${others}: ${someOf(short)}`;
  terminal.note(asLines([`faultline: ${whose}${which}`, `  ${remedy}`]));
  return EXIT.guard;
}

function checkFlags(name: string | undefined, flags: SweepFlags): void {
  if (flags.set !== undefined && name !== undefined) {
    const both = `sweep ${name} is in the file, and --set makes another one`;
    throw usageError(`${both}: leave one of them out`);
  }
  if (flags.expect !== undefined && flags.samples !== undefined) {
    throw usageError('--expect looks for one value, --samples draws many: leave one of them out');
  }
  if (flags.shard !== undefined && flags.json !== undefined) {
    throw usageError('a shard has no result of its own: leave --json out');
  }
  checkOutputDirectory(flags.out);
  checkDestinations([flags.json]);
}

/** Rejects, before any work, shards of a bisection and a report that cannot be written. */
function checkTarget({ sweep: own }: WrittenSweep, base: string, flags: SweepFlags): void {
  if (flags.shard !== undefined && own.kind === 'bisect') {
    throw usageError(`sweep ${own.name} asks for one value after the other: it has no shards`);
  }
  if (flags.shard !== undefined) return;
  for (const format of flags.format) {
    if (format !== 'svg') checkOutputFile(`${base}.${format}`);
  }
}

async function runShard(
  runner: Runner,
  { shard, quiet }: SweepFlags,
  { path, cases }: { readonly path: string; readonly cases: string },
  terminal: Terminal,
): Promise<number> {
  const { asked, short, all } = await runner.shard(shard!);
  const name = `shard ${shard!.index} of ${shard!.of}`;
  if (quiet !== true) {
    const own = `${name}: ${asked - short.length} of ${all} settings are in ${cases}`;
    terminal.out(oneLine(`${own}; run without --shard when the files of all shards are there`));
  }
  return ended(short, asked, `${path}, ${name}: `, 'kept', terminal);
}

/** The words of the command that affect its result. */
function commandWords(name: string | undefined, flags: SweepFlags): readonly string[] {
  const flag = (word: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [word, String(value)];
  return [
    ...(name === undefined ? [] : [name]),
    ...(flags.set ?? []).flatMap((text) => ['--set', text]),
    ...(flags.metric ?? []).flatMap((text) => ['--metric', text]),
    ...flag('--expect', flags.expect),
    ...flag('--samples', flags.samples),
    ...flag('--start', flags.start),
    ...flag('--variant', flags.variant?.join(',')),
    ...flag('--seed', flags.seed),
    ...flag('--replications', flags.replications),
  ];
}
