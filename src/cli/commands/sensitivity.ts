import { sensitivityText } from '../../report/sensitivity/text.js';
import { renderSensitivityHtml } from '../../report/sensitivity/page.js';
import { tornadoSvg } from '../../report/sensitivity/tornado.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { exactShare } from '../../text/figures.js';
import { shellWord } from '../../text/shell.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { EXIT } from '../exit.js';
import { interruption, keep } from '../interrupt.js';
import type { Selection } from '../../api/prepare.js';
import { variedInputs } from '../../api/sensitivity/varied.js';
import { prepare, type Asked } from '../prepare.js';
import { commandOf } from '../report-files.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import { palette, type Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';

/** Flags of `sensitivity`. */
export interface SensitivityFlags extends Selection, SimulateOptions {
  readonly guess: number;
  readonly over?: readonly string[];
  readonly all?: boolean;
  readonly maxRuns: number;
  readonly json?: string;
  /** Where the tornado is drawn. */
  readonly svg?: string;
  /** Where the page is written. */
  readonly html?: string;
}

const WORDS = { doing: 'varying the inputs', rest: 'writing what is known' };

/** Varies what a file only guesses, and prints which guesses decide the answer. */
export async function sensitivity(
  argument: string,
  flags: SensitivityFlags,
  terminal: Terminal,
): Promise<number> {
  const destinations = [flags.json, flags.svg, flags.html];
  checkDestinations(destinations);
  const took = stopwatch();
  // Common random numbers: one run of each variant at each point, unless more are asked for.
  const selection: Asked = { ...flags, replications: flags.replications ?? 1 };
  const prepared = prepare(argument, selection, terminal);
  const { path } = prepared;
  const runs = searchRuns(path, flags, terminal, WORDS);
  const { guess, over = [], all = false, maxRuns } = flags;
  const result = await variedInputs(prepared, { guess, over, all, maxRuns }, runs);
  if (result === null) return EXIT.interrupted;
  const writes = new Writes();
  await writes.attempt(() =>
    writeDocument(flags.json, () => `${canonicalJson(result)}\n`, terminal),
  );
  await writes.attempt(() => writeDocument(flags.svg, () => tornadoSvg(result), terminal));
  const page = { command: reproduced(path, flags), version: VERSION };
  await writes.attempt(() =>
    writeDocument(flags.html, () => renderSensitivityHtml(result, page), terminal),
  );
  if (flags.quiet !== true) terminal.note(oneLine(`varied in ${took()}`));
  if (!takesStandardOutput(destinations)) {
    const { columns, isLog, colors } = terminal;
    const shown = { file: path, columns: isLog ? 100 : columns };
    terminal.out(sensitivityText(result, { ...shown, paint: palette(colors.out) }));
  }
  keep(`The sensitivity of ${path} is reported.`);
  writes.settle();
  return interruption.aborted ? EXIT.interrupted : EXIT.ok;
}

/** The command with all flags that change a figure. */
function reproduced(path: string, flags: SensitivityFlags): string {
  const { guess, over = [], all, maxRuns } = flags;
  return commandOf('sensitivity', path, flags, [
    `--guess ${exactShare(guess).replace(/\s/u, '')}`,
    ...(over.length === 0 ? [] : [`--over ${shellWord(over.join(','))}`]),
    ...(all === true ? ['--all'] : []),
    `--max-runs ${maxRuns}`,
  ]);
}
