import { oneLine } from '../../text/line.js';
import { exploreAll, type ExploreRuns } from '../../api/explore/explore.js';
import type { Dish } from '../../api/explore/menu.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { exploreText } from '../../report/explore/text.js';
import { simulators } from '../../run/replicate.js';
import { withRunners } from '../queue/runners.js';
import { canonicalJson } from '../../text/canonical.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT } from '../exit.js';
import { UNREPORTED, interruption, keep, reporting } from '../interrupt.js';
import { memoryOf } from '../memory.js';
import { runEach } from '../plan-runs.js';
import { prepare } from '../prepare.js';
import { progressBar, stopwatch } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import { palette } from '../terminal.js';
import type { Terminal } from '../terminal.js';

/** Flags of `explore`. */
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
  const result = await exploreAll(prepared, settings, runsOf(prepared, flags, terminal));
  const writes = new Writes();
  await writes.attempt(() =>
    writeDocument(flags.json, () => `${canonicalJson(result)}\n`, terminal),
  );
  if (flags.quiet !== true) terminal.note(oneLine(`explored in ${took()}`));
  if (!takesStandardOutput([flags.json])) {
    const { columns, isLog, colors } = terminal;
    const shown = { file: path, most: flags.max, columns: isLog ? 100 : columns };
    terminal.out(exploreText(result, { ...shown, paint: palette(colors.out) }));
  }
  keep(`The explored faults of ${path} are reported.`);
  writes.settle();
  return EXIT.ok;
}

/** Makes the runs on worker threads, and shows how far they are. */
function runsOf({ path }: Prepared, flags: ExploreFlags, terminal: Terminal): ExploreRuns {
  let bar: ((done: number) => void) | null = null;
  const isQuiet = flags.quiet === true;
  return {
    run: (plan, body) => {
      bar = null;
      const share = memoryOf(flags, [plan], path);
      const setup = simulators(share.heapMiB, [], share.memory);
      return withRunners(setup, flags, terminal, (threads) =>
        body((plans, count, first) => runEach(plans, count, { threads, share, path }, first)),
      );
    },
    isOver: () => interruption.aborted,
    onTried: (done, most) => {
      bar ??= isQuiet ? () => {} : progressBar(terminal, 'exploring (at most)', most);
      bar(done);
      const tried = `${done} sets were tried`;
      reporting(`writing the report: ${tried}`, `${tried}, and are lost: ${UNREPORTED}.`);
    },
    onEnd: () => terminal.progress(''),
  };
}
