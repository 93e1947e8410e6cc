import { oneLine } from '../../text/line.js';
import type { Span } from '../../analysis/measure/window.js';
import { exploreText } from '../../report/explore/text.js';
import type { ExploredVariant, ExploreResult } from '../../contracts/result/explore.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { canonicalJson } from '../../text/canonical.js';
import { formatSeconds } from '../../text/figures.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { explored } from '../explore/explorer.js';
import { MENU, type Dish } from '../explore/menu.js';
import { interruption, keep } from '../interrupt.js';
import { prepare } from '../prepare.js';
import type { Selection } from '../prepare.js';
import { stopwatch } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import { requireBudget } from '../required-budget.js';
import { palette } from '../terminal.js';
import type { Terminal } from '../terminal.js';
import { packageVersion } from '../version.js';

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
  const { file, path, replications } = prepare(argument, flags, terminal);
  const variants = flags.variant === undefined ? file.variants.filter(isBaseline) : file.variants;
  const judging = { withFaults: flags.withFaults === true, so: 'no fault can break one' };
  for (const variant of variants) requireBudget(file, variant, path, judging);
  const took = stopwatch();
  const all: ExploredVariant[] = [];
  for (const variant of variants) {
    const span = spanOf(variant, flags, path);
    const { size, maxRuns } = flags;
    const menu = flags.faults ?? MENU;
    const withFaults = flags.withFaults === true;
    const inputs = { file, variant, path, menu, span, withFaults, size, maxRuns };
    try {
      all.push(await explored({ ...inputs, options: flags, terminal }));
    } catch (error) {
      if (!interruption.aborted || all.length === 0) throw error;
    }
    if (interruption.aborted) break;
  }
  const { title, sha256 } = file;
  const result: ExploreResult = {
    faultline: 1,
    scenario: { title, sha256 },
    seed: variants[0]!.scenario.run.seed,
    replications,
    engine: { version: packageVersion() },
    explored: all,
  };
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

function isBaseline({ baseline }: Variant): boolean {
  return baseline;
}

/** When the faults of a set are active: as the first fault of the file, else in the second quarter of the run. */
function spanOf({ scenario }: Variant, flags: ExploreFlags, path: string): Span {
  const { durationNs } = scenario.run;
  const first = scenario.faults.flatMap(({ spans }) => spans)[0];
  const own =
    first === undefined ? null : { from: first.fromNs, until: first.untilNs ?? durationNs };
  const from = flags.at ?? (own === null ? Math.round(durationNs / 4) : own.from);
  const usual = own === null || own.until <= own.from ? durationNs / 4 : own.until - own.from;
  const length = flags.for ?? Math.round(usual);
  if (from >= durationNs) {
    throw usageError(
      `${path}: the faults begin after the run, which lasts ${formatSeconds(durationNs / 1e9)}: lower --at`,
    );
  }
  if (length <= 0) throw usageError('--for: a fault of 0 s has no effect to explore');
  return { fromNs: from, untilNs: Math.min(durationNs, from + length) };
}
