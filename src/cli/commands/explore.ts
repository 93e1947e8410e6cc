import { oneLine } from '../../text/line.js';
import { exploreAll } from '../../api/explore/explore.js';
import type { Dish } from '../../api/explore/menu.js';
import type { Selection } from '../../api/prepare.js';
import { exploreText } from '../../report/explore/text.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { EXIT } from '../exit.js';
import { prepare } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

export interface ExploreFlags extends Selection, SimulateOptions {
  readonly budget?: readonly string[];
  readonly faults?: readonly Dish[];
  /** When the faults begin and for how long they last. Unit: ns. */
  readonly at?: number;
  readonly for?: number;
  readonly size: number;
  readonly max: number;
  readonly maxRuns: number;
  readonly withFaults?: boolean;
  readonly json?: string;
}

const WORDS = {
  doing: 'exploring',
  rest: 'writing the report',
  counted: 'sets were tried',
};

/** Finds the smallest sets of faults that break a budget, and prints them. */
export async function explore(
  argument: string,
  flags: ExploreFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json]);
  const prepared = prepare(argument, flags, terminal);
  const { path } = prepared;
  const took = stopwatch();
  const { faults, at, for: length, size, maxRuns, withFaults = false } = flags;
  const settings = {
    ...(faults !== undefined && { menu: faults }),
    ...(at !== undefined && { atNs: at }),
    ...(length !== undefined && { forNs: length }),
    size,
    maxRuns,
    withFaults,
  };
  const result = await exploreAll(prepared, settings, searchRuns(path, flags, terminal, WORDS));
  await reportTo(terminal, {
    documents: [[flags.json, jsonOf(result)]],
    notes: flags.quiet === true ? [] : [oneLine(`explored in ${took()}`)],
    print: (look) => terminal.out(exploreText(result, { file: path, most: flags.max, ...look })),
    kept: `The explored faults of ${path} are reported.`,
  });
  return EXIT.ok;
}
