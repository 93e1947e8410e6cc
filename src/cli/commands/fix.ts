import { fixMarkdown } from '../../report/fix/markdown.js';
import { fixText } from '../../report/fix/text.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { FixedVariant, FixResult } from '../../contracts/result/fix.js';
import { actsOf } from '../../exporting/acts.js';
import type { Format } from '../../exporting/format.js';
import { formats } from '../../exporting/formats/index.js';
import { plain } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import { oneLine } from '../../text/line.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import type { FIX_FORMATS } from '../flags.js';
import { STDIN } from '../files.js';
import { interruption } from '../interrupt.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { fixOf } from '../../api/tune/fix.js';
import { fileIn } from '../output.js';
import { checkPatch, patchText } from '../patch.js';
import { formatNamed, prepare } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

export interface FixFlags extends Omit<Selection, 'as'>, SimulateOptions {
  readonly over?: readonly string[];
  readonly maxRuns: number;
  readonly format: (typeof FIX_FORMATS)[number];
  readonly json?: string;
  /** Where the change is written. */
  readonly out?: string;
  /** The formats in which it is written. */
  readonly as?: readonly string[];
}

const WORDS = { doing: 'fixing', rest: 'writing the report' };

/** Searches the smallest change with which a variant holds its budgets, and prints it. */
export async function fix(
  argument: string,
  { as = [], ...flags }: FixFlags,
  terminal: Terminal,
): Promise<number> {
  const chosenFormats = formatsOf(as, flags.out);
  const source = argument === STDIN ? 'scenario' : argument;
  const out = flags.out === undefined ? undefined : fileIn(flags.out, source, as[0] ?? 'fixed');
  checkDestinations([flags.json, out]);
  const prepared = prepare(argument, { ...flags, variant: undefined }, terminal);
  const { path } = prepared;
  if (as.length === 0) checkPatch(out, path, flags.set ?? []);
  const took = stopwatch();
  const { maxRuns, over = null } = flags;
  const runs = searchRuns(path, flags, terminal, WORDS);
  const found = await fixOf(prepared, { variant: flags.variant ?? [], over, maxRuns }, runs);
  const { fixed } = found.result;
  const { changes, plan } = found;
  const isAnswer = fixed.answer?.holds === true;
  const exports = isAnswer ? exportsOf(chosenFormats, prepared, plan, changes) : [];
  const result: FixResult =
    exports.length === 0 ? found.result : { ...found.result, fixed: { ...fixed, exports } };
  const json = jsonOf(result);
  const change = (): string => exports[0]?.text ?? patchText(prepared, fixed.name, changes, out!);
  const notes: string[] = [];
  if (out !== undefined && !isAnswer)
    notes.push(`faultline: ${out} is not written: no change holds every budget`);
  else if (out !== flags.out) notes.push(`The change is in ${out}.`);
  if (flags.quiet !== true) notes.push(`fixed in ${took()}`);
  await reportTo(terminal, {
    documents: [
      [flags.json, json],
      [out, isAnswer ? change : null],
    ],
    notes: notes.map(oneLine),
    print: (look) => {
      if (flags.format === 'json') terminal.raw(json());
      else if (flags.format === 'md') terminal.raw(fixMarkdown(result, path));
      else terminal.out(fixText(result, { file: path, ...look }));
    },
    kept: `The settings for ${path} are reported.`,
  });
  if (interruption.aborted) return EXIT.interrupted;
  if (fixed.unheld.length === 0) return EXIT.ok;
  for (const { text } of fixed.unheld) {
    const at = prepared.file.budgets.find((budget) => budget.text === text)?.at ?? path;
    terminal.note(oneLine(`faultline: ${at} no change that was tried holds ${text}`));
  }
  return EXIT.usage;
}

/** The formats that are named; a file has room for one. */
function formatsOf(names: readonly string[], out: string | undefined): readonly Format[] {
  if (out !== undefined && names.length > 1)
    throw usageError(`--out takes one format: name one of ${names.join(', ')} with --as`);
  return names.map((name) => formatNamed(formats, name));
}

function exportsOf(
  chosenFormats: readonly Format[],
  prepared: Prepared,
  plan: Plan,
  changes: readonly SettingChange[],
): NonNullable<FixedVariant['exports']> {
  const { written } = prepared.texts.get(plan.variant)!;
  const values = changes.map(({ path, value }) => ({
    path,
    value: value === null ? null : plain(value),
  }));
  const acts = actsOf(values, written, plan);
  return chosenFormats.map(({ name, write }) => ({ format: name, ...write(acts) }));
}
