import { oneLine } from '../../text/line.js';
import { compareText } from '../../report/text/text-compare.js';
import { resultText } from '../../run/result-text.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import type { Selection } from '../../api/prepare.js';
import { prepare } from '../prepare.js';
import { resultOf } from '../result-of.js';
import { endOf, keepResult, simulateAll, type SimulateOptions } from '../simulate.js';
import { palette, type Terminal } from '../terminal.js';

export interface CompareFlags extends Selection, SimulateOptions {
  readonly json?: string;
  readonly all?: boolean;
}

/** Runs the scenario and prints its variants side by side, with paired differences and intervals. */
export async function compare(
  path: string,
  flags: CompareFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json]);
  const prepared = prepare(path, flags, terminal);
  const simulated = await simulateAll(prepared, flags, terminal);
  if (simulated.shortfall?.isEmpty === true) return endOf(simulated, terminal);
  const result = resultOf(prepared, simulated);
  if (flags.quiet !== true) terminal.note(oneLine(simulated.words));
  const writes = new Writes();
  await writes.attempt(() => writeDocument(flags.json, () => resultText(result), terminal));
  if (!takesStandardOutput([flags.json])) {
    const { columns, colors } = terminal;
    const { all = false } = flags;
    terminal.out(compareText(result, { columns, paint: palette(colors.out), all }));
  }
  keepResult(prepared, simulated);
  writes.settle();
  return endOf(simulated, terminal);
}
