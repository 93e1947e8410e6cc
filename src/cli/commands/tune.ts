import { tuneText } from '../../report/tune/text.js';
import type { TuneResult } from '../../contracts/result/tune.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { keep } from '../interrupt.js';
import { chosen, prepare, type Selection } from '../prepare.js';
import { stopwatch } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import { requireBudget } from '../required-budget.js';
import { palette, type Terminal } from '../terminal.js';
import { tuneVariant } from '../tune/tuner.js';
import { packageVersion } from '../version.js';

/** Flags of `tune`. */
export interface TuneFlags extends Selection, SimulateOptions {
  readonly maxRuns: number;
  readonly json?: string;
}

/** Searches the settings with which a variant holds its budgets, and prints them. */
export async function tune(
  argument: string,
  flags: TuneFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json]);
  const prepared = prepare(argument, { ...flags, variant: undefined }, terminal);
  const { file, path, replications } = prepared;
  const names = flags.variant ?? [];
  if (names.length > 1) throw usageError('tune changes one variant: name one with --variant');
  const [variant] =
    names.length === 0
      ? file.variants.filter(({ baseline }) => baseline)
      : chosen(file.variants, names, path);
  requireBudget(file, variant!, path, { withFaults: true, so: 'no setting can hold one' });
  const took = stopwatch();
  const { maxRuns } = flags;
  const tuned = await tuneVariant({
    prepared,
    variant: variant!,
    maxRuns,
    options: flags,
    terminal,
  });
  const { title, sha256 } = file;
  const result: TuneResult = {
    faultline: 1,
    scenario: { title, sha256 },
    seed: variant!.scenario.run.seed,
    replications,
    engine: { version: packageVersion() },
    tuned,
  };
  const writes = new Writes();
  await writes.attempt(() =>
    writeDocument(flags.json, () => `${canonicalJson(result)}\n`, terminal),
  );
  if (flags.quiet !== true) terminal.note(oneLine(`tuned in ${took()}`));
  if (!takesStandardOutput([flags.json])) {
    const { columns, isLog, colors } = terminal;
    const shown = { file: path, columns: isLog ? 100 : columns };
    terminal.out(tuneText(result, { ...shown, paint: palette(colors.out) }));
  }
  keep(`The settings for ${path} are reported.`);
  writes.settle();
  return EXIT.ok;
}
