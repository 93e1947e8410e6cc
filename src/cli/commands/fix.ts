import { fixMarkdown } from '../../report/fix/markdown.js';
import { fixText } from '../../report/fix/text.js';
import type { FixResult } from '../../contracts/result/fix.js';
import type { ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import { exploredBudgets } from '../../analysis/explore.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { fixVariant } from '../fix/fixer.js';
import type { FIX_FORMATS } from '../flags.js';
import { interruption, keep } from '../interrupt.js';
import { chosen, prepare, type Selection } from '../prepare.js';
import { stopwatch } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import { requireBudget } from '../required-budget.js';
import { palette, type Terminal } from '../terminal.js';
import { packageVersion } from '../version.js';

/** Flags of `fix`. */
export interface FixFlags extends Selection, SimulateOptions {
  readonly over?: readonly string[];
  readonly maxRuns: number;
  readonly format: (typeof FIX_FORMATS)[number];
  readonly json?: string;
}

/** Searches the smallest change with which a variant holds its budgets, and prints it. */
export async function fix(argument: string, flags: FixFlags, terminal: Terminal): Promise<number> {
  checkDestinations([flags.json]);
  const prepared = prepare(argument, { ...flags, variant: undefined }, terminal);
  const { file, path, replications } = prepared;
  const variants = candidates(file, flags.variant ?? [], path);
  const took = stopwatch();
  const { maxRuns, over = null } = flags;
  const by = { prepared, variants, over, maxRuns, options: flags, terminal };
  const fixed = await fixVariant(by);
  const { title, sha256 } = file;
  const result: FixResult = {
    faultline: 1,
    scenario: { title, sha256 },
    seed: variants[0]!.scenario.run.seed,
    replications,
    engine: { version: packageVersion() },
    fixed,
  };
  const writes = new Writes();
  const json = `${canonicalJson(result)}\n`;
  await writes.attempt(() => writeDocument(flags.json, () => json, terminal));
  if (flags.quiet !== true) terminal.note(oneLine(`fixed in ${took()}`));
  if (!takesStandardOutput([flags.json])) print(result, path, json, flags, terminal);
  keep(`The settings for ${path} are reported.`);
  writes.settle();
  return interruption.aborted ? EXIT.interrupted : EXIT.ok;
}

function print(
  result: FixResult,
  file: string,
  json: string,
  { format }: FixFlags,
  terminal: Terminal,
): void {
  if (format === 'json') return terminal.raw(json);
  if (format === 'md') return terminal.raw(fixMarkdown(result, file));
  const { columns, isLog, colors } = terminal;
  const shown = { file, columns: isLog ? 100 : columns, paint: palette(colors.out) };
  return terminal.out(fixText(result, shown));
}

/** The variant that is named; otherwise the baseline, then the others, of those that a budget judges. */
function candidates(
  file: ScenarioFile,
  names: readonly string[],
  path: string,
): readonly Variant[] {
  const so = { withFaults: true, so: 'no setting can hold one' };
  if (names.length > 1) throw usageError('fix changes one variant: name one with --variant');
  if (names.length === 1) {
    const [variant] = chosen(file.variants, names, path);
    requireBudget(file, variant!, path, so);
    return [variant!];
  }
  const ranked = [...file.variants].sort((a, b) => Number(b.baseline) - Number(a.baseline));
  const judged = ranked.filter(
    ({ name }) => exploredBudgets(file.budgets, name, true).judged.length > 0,
  );
  if (judged.length === 0) requireBudget(file, ranked[0]!, path, so);
  return judged;
}
