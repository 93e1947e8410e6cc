import { sensitivityText } from '../../report/sensitivity/text.js';
import { renderSensitivityHtml } from '../../report/sensitivity/page.js';
import { tornadoSvg } from '../../report/sensitivity/tornado.js';
import { oneLine } from '../../text/line.js';
import { exactShare } from '../../text/figures.js';
import { shellWord } from '../../text/shell.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { EXIT } from '../exit.js';
import { interruption } from '../interrupt.js';
import type { Selection } from '../../api/prepare.js';
import { variedInputs } from '../../api/sensitivity/varied.js';
import { prepare, type Asked } from '../prepare.js';
import { commandOf } from '../report-files.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';

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
  checkDestinations([flags.json, flags.svg, flags.html]);
  const took = stopwatch();
  // Common random numbers: one run of each variant at each point, unless more are asked for.
  const selection: Asked = { ...flags, replications: flags.replications ?? 1 };
  const prepared = prepare(argument, selection, terminal);
  const { path } = prepared;
  const runs = searchRuns(path, flags, terminal, WORDS);
  const { guess, over = [], all = false, maxRuns } = flags;
  const result = await variedInputs(prepared, { guess, over, all, maxRuns }, runs);
  if (result === null) return EXIT.interrupted;
  const page = { command: reproduced(path, flags), version: VERSION };
  await reportTo(terminal, {
    documents: [
      [flags.json, jsonOf(result)],
      [flags.svg, () => tornadoSvg(result)],
      [flags.html, () => renderSensitivityHtml(result, page)],
    ],
    notes: flags.quiet === true ? [] : [oneLine(`varied in ${took()}`)],
    print: (look) => terminal.out(sensitivityText(result, { file: path, ...look })),
    kept: `The sensitivity of ${path} is reported.`,
  });
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
