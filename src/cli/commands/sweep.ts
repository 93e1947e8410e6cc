import { asLines, oneLine } from '../../text/line.js';
import { resultText } from '../../run/result-text.js';
import { Source } from '../../scenario/load.js';
import { meant } from '../../scenario/suggest.js';
import type { WrittenSweep } from '../../scenario/sweeps.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import type { SweepResult } from '../../contracts/result/sweep.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { scenarioPath, scenarioReader } from '../files.js';
import type { Format, Shard } from '../flags.js';
import { checkOutputDirectory, checkOutputFile } from '../output.js';
import { chosen, select, soundFile } from '../prepare.js';
import type { Selection } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { safeFileName } from '../report-files.js';
import type { SimulateOptions } from '../simulate.js';
import { AD_HOC, adHocFileName, sweepText, type AdHoc } from '../sweeps/ad-hoc.js';
import { CaseBuilder } from '../sweeps/build.js';
import { sweepBase, sweepCommand, writeSweepReport } from '../sweeps/report.js';
import { Runner, isShort, someOf } from '../sweeps/runner.js';
import { CaseStore } from '../sweeps/store.js';
import { palette } from '../terminal.js';
import type { Terminal } from '../terminal.js';

/** Flags of `sweep`. */
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
  const own = sweepText(flags);
  const adHoc = own === null ? null : { name: AD_HOC, text: own };
  const source = new Source(path, scenarioReader(path), adHoc);
  const loaded = source.load();
  const file = soundFile(loaded, path, terminal);
  const picked = pick(loaded.sweeps, adHoc?.name ?? name, path);
  const written = narrowed(picked, flags, file);
  const settings = flags.seed === undefined ? {} : { seed: flags.seed };
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
  const runner = new Runner({
    file: select(file, settings, path),
    written,
    builder: new CaseBuilder(path, source, written, settings),
    store: new CaseStore(cases, flags.fresh === true, terminal),
    path,
    options: flags,
    terminal,
  });
  if (flags.shard !== undefined) return runShard(runner, flags, { path, cases }, terminal);
  const result = await runner.result();
  const reported = stopwatch();
  const command = sweepCommand(path, words);
  const writes = new Writes();
  let files: readonly string[] = [];
  await writes.attempt(async () => {
    files = await writeSweepReport(result, { ...target, formats: flags.format, command });
  });
  await writes.attempt(() => writeDocument(flags.json, () => resultText(result), terminal));
  if (flags.quiet !== true) {
    terminal.note(oneLine(`${runner.words()} in ${took()}; report in ${reported()}`));
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

/** The sweep of that name; without a name, the only one. */
function pick(
  sweeps: readonly WrittenSweep[],
  name: string | undefined,
  path: string,
): WrittenSweep {
  const names = sweeps.map(({ sweep: own }) => own.name);
  if (names.length === 0) {
    throw usageError(`${path} has no sweeps: write some, or use --set path=a,b,c`);
  }
  if (name === undefined && names.length === 1) return sweeps[0]!;
  if (name === undefined) throw usageError(`${path} has several sweeps: ${names.join(', ')}`);
  const found = sweeps.find(({ sweep: own }) => own.name === name);
  if (found !== undefined) return found;
  const near = meant(name, names);
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw usageError(`${path} has no sweep "${name}"${hint}; it has ${names.join(', ')}`);
}

/** The sweep with the settings of the command line. */
function narrowed(
  { sweep: own, axes }: WrittenSweep,
  { variant, replications }: SweepFlags,
  file: ScenarioFile,
): WrittenSweep {
  const known = file.variants.filter(({ name }) => own.variants.includes(name));
  const variants = variant === undefined ? known : chosen(known, variant, `sweep ${own.name}`);
  return {
    sweep: {
      ...own,
      variants: variants.map(({ name }) => name),
      replications: replications ?? own.replications,
    },
    axes,
  };
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
