import { capacityOf } from '../../api/capacity/search.js';
import { capacityText } from '../../report/capacity/text.js';
import { oneLine } from '../../text/line.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { interruption } from '../interrupt.js';
import type { Selection } from '../../api/prepare.js';
import { prepare, type Asked } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

export interface CapacityFlags extends Selection, SimulateOptions {
  readonly for?: number;
  readonly resolution: number;
  readonly draws: number;
  readonly json?: string;
}

const WORDS = { doing: 'searching the limit', rest: 'writing the limits' };

/** Searches the load that a variant holds, and prints it. */
export async function capacity(
  argument: string,
  flags: CapacityFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json]);
  const names = flags.variant ?? [];
  if (names.length > 1) throw usageError('capacity is about one variant: name one with --variant');
  if (flags.as !== undefined)
    throw usageError('--as adds a variant, and capacity is about one: leave it out');
  const took = stopwatch();
  const first = prepare(argument, flags, terminal);
  const baseline = first.file.variants.find((variant) => variant.baseline)!;
  const selection: Asked = { ...flags, variant: [baseline.name], quiet: true };
  const prepared = prepare(argument, selection, terminal, () => {});
  const result = await capacityOf({
    prepared,
    resolution: flags.resolution,
    factor: flags.for ?? null,
    draws: flags.draws,
    runs: searchRuns(prepared.path, flags, terminal, WORDS),
  });
  await reportTo(terminal, {
    documents: [[flags.json, jsonOf(result)]],
    notes: flags.quiet === true ? [] : [oneLine(`searched in ${took()}`)],
    print: (look) => terminal.out(capacityText(result, { file: prepared.path, ...look })),
    kept: `The limits of ${prepared.path} are reported.`,
  });
  return interruption.aborted ? EXIT.interrupted : EXIT.ok;
}
